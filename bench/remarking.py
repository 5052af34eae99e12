"""How a section with five thousand pages in four languages gets another marking: how fast, and in which steps."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from wagtail.models import Locale, Page, Revision
from wagtail_localize.models import TranslationSource

from access.models import GROUP, Marking
from bench.corpus import SEED, Corpus, write_entries, write_sources
from bench.figures import Figure, resident_mebibytes
from knowledge.models import Article, KnowledgeIndexPage, KnowledgePage, Remarking
from knowledge.remarking import begin, mark_next
from members.models import User

MOST_SECONDS = 5.0
MOST_GROWTH = 1.1
FIRST_STEPS = 10


class SectionCorpus(Corpus):
    """Writes articles of one section, each in English and translated into all other languages, with drafts.

    Args:
        sections: the section by language.
        pieces: how many articles.
    """

    def __init__(self, sections: dict[str, KnowledgeIndexPage], pieces: int) -> None:
        super().__init__(pieces * len(sections))
        self.pieces = pieces
        self.chance = random.Random(SEED + 3)  # noqa: S311 - the same texts every time
        self.sections = {(Article, language): section for language, section in sections.items()}
        self.children = {section.pk: 0 for section in sections.values()}

    def _pages(self) -> Iterator[KnowledgePage]:
        others = sorted(set(self.locales) - {"en"})
        for _ in range(self.pieces):
            yield from self._piece(["en", *others], (Article,))

    def _write(self, pages: tuple[KnowledgePage, ...]) -> None:
        super()._write(pages)
        self._write_drafts(pages)
        write_sources([page for page in pages if page.locale.language_code == "en"])

    def _write_drafts(self, pages: tuple[KnowledgePage, ...]) -> None:
        """Give each page a revision of about the size that Wagtail's would have."""
        types = {model: ContentType.objects.get_for_model(model, for_concrete_model=False) for model in (Page, Article)}
        revisions = Revision.objects.bulk_create(
            Revision(
                content_type=types[Article],
                base_content_type=types[Page],
                object_id=str(page.pk),
                created_at=page.first_published_at,
                object_str=page.title,
                content=_content(page),
            )
            for page in pages
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE wagtailcore_page SET latest_revision_id = %s WHERE id = %s",
                [(revision.pk, int(revision.object_id)) for revision in revisions],
            )


def _content(page: KnowledgePage) -> dict[str, Any]:
    content = {field.name: field.value_to_string(page) for field in page._meta.concrete_fields}
    return {**content, "shared_with": [], "pk": page.pk}


def _publish(section: KnowledgeIndexPage, marking: Marking, shared_with: list[str]) -> float:
    """Publish the section alone with another marking, as an editor does; return the seconds."""
    section = KnowledgeIndexPage.objects.get(pk=section.pk)
    section.marking, section.shared_with = marking.value, shared_with
    begin_at = time.perf_counter()
    with transaction.atomic():
        section.save_revision().publish()
    return time.perf_counter() - begin_at


def write_section(pieces: int) -> KnowledgeIndexPage:
    """Write a section with so many articles, each in four languages; return it in English."""
    home = Page.objects.get(depth=2, locale__language_code="en")
    section = KnowledgeIndexPage(title="Marked as one", slug="marked-as-one", marking="CLEAR", locale=home.locale)
    home.add_child(instance=section)
    section.save_revision().publish()
    TranslationSource.get_or_create_from_instance(section)
    sections = {"en": section}
    for locale in Locale.objects.exclude(language_code="en"):
        translated = section.copy_for_translation(locale)
        translated.save_revision().publish()
        sections[locale.language_code] = translated
    corpus = SectionCorpus(sections, pieces)
    first = corpus.next_key
    corpus.write()
    write_entries(first)
    return section


def measure_remarking(pieces: int) -> tuple[list[Figure], dict[str, Any]]:
    """Mark a section with so many articles, and all that is in it, step by step; then publish the section alone."""
    section = write_section(pieces)
    group = Group.objects.create(name="Who may read the section")
    named = [f"{GROUP}{group.pk}"]
    agreeing, _created = User.objects.get_or_create(email="agrees@bench.example")
    details: dict[str, Any] = {}
    figures: list[Figure] = []
    for marking, shared_with in ((Marking.AMBER, named), (Marking.GREEN, [])):
        asked = Remarking(
            section=section, marking=marking.value, shared_with=shared_with, reason="A measurement.",
            needs_approval=True, approved_by=agreeing,
        )  # fmt: skip
        begin(asked)
        steps, memory = [], []
        while asked.finished_at is None and not asked.waits_for_approval:
            begin_at = time.perf_counter()
            asked = mark_next(asked.pk)
            steps.append(time.perf_counter() - begin_at)
            memory.append(resident_mebibytes())
        keys = section.get_descendants(inclusive=True).values("translation_key")
        pages = KnowledgePage.objects.filter(translation_key__in=keys, marking=marking.value).count()
        if pages < pieces * len(section.get_translations(inclusive=True)):
            raise RuntimeError("Not all pages got the marking.")
        growth = max(memory) / max(memory[:FIRST_STEPS])
        figures += [
            Figure(f"marking a section to {marking.value}, {pages:,} pages: rate", pages / sum(steps), "pages/s"),
            Figure(f"marking a section to {marking.value}: longest transaction", max(steps), "s", MOST_SECONDS),
            Figure(f"marking a section to {marking.value}: memory / in the first steps", growth, "×", MOST_GROWTH),
        ]
        details[marking.value] = {"pages": pages, "seconds": sum(steps), "first_step": steps[0], "steps": len(steps)}
        details[marking.value]["median_step"] = sorted(steps)[len(steps) // 2]
        details[marking.value]["memory_mib"] = max(memory)
    closing, opening = _publish(section, Marking.AMBER, named), _publish(section, Marking.GREEN, [])
    figures.append(Figure("publishing that section alone with another marking", max(closing, opening), "s"))
    details["publishing_seconds"] = {"closing": closing, "opening": opening}
    return figures, details
