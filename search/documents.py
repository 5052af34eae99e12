"""Builds what the index keeps from pages, many at a time, in a number of queries that does not grow."""

from __future__ import annotations

import unicodedata
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import batched
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, prefetch_related_objects
from wagtail.models import Page
from wagtail.query import PageQuerySet

from access.models import PageAccess
from knowledge import captions
from knowledge.document_texts import texts_of_pages
from knowledge.models import CaseStudy, KnowledgePage, ReadablePage, SavedItem, Usefulness, WebinarRecording
from search.contract import DURATIONS, Document
from vocabulary.countries import country_name
from vocabulary.queries import Vocabulary, load_vocabulary

# Goes up whenever entries hold something else for the same page: existing ones are to be written anew then.
CONTENTS = 2
BATCH = 200
# A body longer than this is cut: nobody finds a page by its hundred thousandth letter, and PostgreSQL's vectors
# hold 1 MiB.
BODY_LENGTH = 100_000
# A sentence goes on over at most so many cues.
CUES_OF_SENTENCE = 4
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def readable_types() -> list[type[ReadablePage]]:
    """Return the page types that can be found: every one that is read, whichever app it is in."""
    return [model for model in apps.get_models() if issubclass(model, ReadablePage) and model.is_creatable]


def type_names() -> dict[str, str]:
    """Return, for each type as the index names it, what people call it in the active language."""
    return {model._meta.model_name or "": str(model._meta.verbose_name) for model in readable_types()}


def findable_pages() -> PageQuerySet[Page]:
    """Return all live pages that can be found."""
    return Page.objects.type(*readable_types()).filter(live=True, alias_of__isnull=True)


def findable_page_ids(after: int = 0) -> Iterator[int]:
    """Yield the primary keys of all live pages that can be found, in order, of those greater than `after`."""
    pages = findable_pages().filter(pk__gt=after).order_by("pk")
    yield from pages.values_list("pk", flat=True).iterator(chunk_size=2000)


def documents_of(page_ids: Iterable[int]) -> Iterator[Document]:
    """Yield the documents of those of the pages that are live, are no aliases and have an audience."""
    vocabulary = load_vocabulary()
    for batch in batched(page_ids, BATCH):
        yield from _documents_of_batch(list(batch), vocabulary)


def _documents_of_batch(page_ids: list[int], vocabulary: Vocabulary) -> Iterator[Document]:
    audiences = dict(PageAccess.objects.filter(page_id__in=page_ids).values_list("page_id", "audience_id"))
    pages: list[ReadablePage] = []
    for model in readable_types():
        found = model._default_manager.filter(pk__in=page_ids, live=True, alias_of__isnull=True)
        pages.extend(found.select_related("locale"))
    knowledge = [page for page in pages if isinstance(page, KnowledgePage)]
    prefetch_related_objects(knowledge, "topics", "sectors", "regions", "countries")
    prefetch_related_objects(knowledge, "authors__organisation__names")
    attachments = texts_of_pages(page.pk for page in knowledge)
    uses = uses_of({page.translation_key for page in knowledge})
    cases = [page for page in knowledge if isinstance(page, CaseStudy)]
    prefetch_related_objects(cases, "organisation__names")

    versions: dict = defaultdict(set)
    keys = {page.translation_key for page in pages}
    live = Page.objects.filter(translation_key__in=keys, live=True, alias_of__isnull=True)
    for key, language in live.values_list("translation_key", "locale__language_code"):
        versions[key].add(language)

    for page in pages:
        audience_id = audiences.get(page.pk)
        if audience_id is not None:
            document = _document(page, audience_id, versions[page.translation_key])
            if isinstance(page, KnowledgePage):
                document = _with_subjects(document, page, vocabulary, uses.get(page.translation_key, 0))
                document = replace(document, attachments=_composed(attachments.get(page.pk, "")))
            yield document


def uses_of(pieces: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how often members keep pieces of knowledge or found them useful (two queries)."""
    uses: Counter[uuid.UUID] = Counter()
    for rows in (SavedItem.objects.all(), Usefulness.objects.filter(is_useful=True)):
        counted = rows.filter(translation_key__in=pieces).order_by().values_list("translation_key")
        uses.update(dict(counted.annotate(number=Count("pk"))))
    return uses


def _document(page: ReadablePage, audience_id: int, versions: set[str]) -> Document:
    language = page.locale.language_code
    if isinstance(page, WebinarRecording):
        # What is said is kept by itself, so that it is found with its time.
        texts = [*ReadablePage.readable_texts(page), *(row["text"] for row in page.chapters)]
    else:
        texts = list(page.readable_texts())
    return Document(
        page_id=page.pk,
        version=0,
        language=language,
        piece=str(page.translation_key),
        versions=tuple(sorted(versions | {language})),
        is_original=page.source_language == language,
        type=page._meta.model_name or "",
        title=_composed(page.title),
        summary=_composed(page.summary),
        body=_composed("\n".join(text.strip() for text in texts))[:BODY_LENGTH],
        labels="",
        topics=(),
        sectors=(),
        countries=(),
        year=str(page.published_on.year),
        published_on=page.published_on.isoformat(),
        fresh_on=max(page.published_on, page.reviewed_on or page.published_on).isoformat(),
        review_by=page.review_by.isoformat() if page.review_by else None,
        audience_id=audience_id,
    )


def _with_subjects(document: Document, page: KnowledgePage, vocabulary: Vocabulary, uses: int) -> Document:
    """Add what a piece of knowledge is about, who wrote it and what is said in it."""
    organisations = [author.organisation for author in page.authors.all() if author.organisation]
    if isinstance(page, CaseStudy) and page.organisation:
        organisations.append(page.organisation)
    labels = _labels(page, document.language, vocabulary)
    labels += [name.text for organisation in organisations for name in organisation.names.all()]
    passages: list[tuple[int, str]] = []
    duration = ""
    if isinstance(page, WebinarRecording):
        passages = sentences_of(page.cues)
        if minutes := page.duration / 60:
            duration = next(name for name, longest in DURATIONS.items() if longest is None or minutes < longest)
    return replace(
        document,
        labels=_composed(" · ".join(dict.fromkeys(labels))),
        people=tuple(dict.fromkeys(_composed(author.name) for author in page.authors.all())),
        passages=tuple((start, _composed(text)) for start, text in passages),
        topics=tuple(vocabulary.with_broader(concept.slug for concept in page.topics.all())),
        sectors=tuple(vocabulary.with_broader(concept.slug for concept in page.sectors.all())),
        regions=tuple(vocabulary.with_broader(concept.slug for concept in page.regions.all())),
        countries=tuple(country.code for country in page.countries.all()),
        organisations=tuple(dict.fromkeys(str(organisation.pk) for organisation in organisations)),
        duration=duration,
        uses=uses,
    )


def sentences_of(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Return what cues say, sentence by sentence as far as the cues tell them apart, with the time of each."""
    sentences: list[tuple[int, str]] = []
    begun: list[captions.Cue] = []
    for cue in captions.cues_from(rows):
        begun.append(cue)
        if captions.SENTENCE_END.search(cue.text) or len(begun) == CUES_OF_SENTENCE:
            sentences.append((begun[0].start, " ".join(" ".join(each.text for each in begun).split())))
            begun = []
    if begun:
        sentences.append((begun[0].start, " ".join(" ".join(each.text for each in begun).split())))
    return sentences


def _composed(text: str) -> str:
    """Return a text with each accented letter as one character, as queries have them; without NUL."""
    return unicodedata.normalize("NFC", text).replace("\0", "")


def _labels(page: KnowledgePage, language: str, vocabulary: Vocabulary) -> list[str]:
    """Return the names of what a page is about, in its language."""
    labels = []
    for concept in (*page.topics.all(), *page.sectors.all(), *page.regions.all()):
        term = vocabulary.by_pk[concept.pk]
        labels += [term.label_in(language), *term.alternatives.get(language, [])]
    labels += [country_name(country.code, language) for country in page.countries.all()]
    return labels
