"""Twenty thousand pages in four languages, written from the sentences of the demo content.

They go into the tables directly: through the doors that editors use it would take hours. What the doors would
have left behind is left behind here too: paths of the tree, audiences, relations; search entries follow from
`search.rebuilding.rebuild`, as on any site.
"""

from __future__ import annotations

import datetime
import json
import random
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Locale, Page
from wagtail_localize.models import TranslatableObject, TranslationSource

from access.generation import start_new_generation
from access.models import Audience, Marking, PageAccess, conditions_of_marking
from demo.content import read_items
from knowledge.models import (
    Article,
    Author,
    CaseStudy,
    CountryConcerned,
    HubImage,
    KnowledgeIndexPage,
    KnowledgePage,
    RelatedItem,
)
from members.models import Organisation
from search.documents import documents_of, findable_page_ids
from search.engines.database import entry_of
from search.models import SearchEntry
from vocabulary.models import TOPIC_SCHEMES, Concept, Scheme

SEED = 20_000
SENTENCE_ENDS = re.compile(r"(?<=[.!?؟…])\s+")
MARKUP = re.compile(r"<[^>]+>")
COUNTRIES = [
    "AR",
    "BR",
    "CL",
    "CO",
    "CR",
    "EC",
    "EG",
    "ES",
    "FR",
    "GH",
    "GT",
    "ID",
    "IN",
    "IT",
    "JO",
    "KE",
    "LB",
    "MA",
    "MX",
    "NG",
    "PE",
    "PH",
    "PL",
    "RW",
    "SN",
    "TN",
    "TZ",
    "UG",
    "UY",
    "VN",
    "ZA",
]
WORDS = (400, 800)
# Words of a paragraph of three sentences, roughly.
PARAGRAPH = 60
# How many languages a piece of knowledge has: most have all four.
LANGUAGE_COUNTS, LANGUAGE_WEIGHTS = (4, 3, 2, 1), (70, 12, 9, 9)
BATCH = 1000


class Sentences:
    """The sentences of the demo content in one language, to write other texts from."""

    def __init__(self, language: str) -> None:
        self.headings: list[str] = []
        self.sentences: list[str] = []
        for kind in ("articles", "case_studies"):
            for item in read_items(kind):
                if text := item.texts.get(language):
                    self._take(text)
        self.sentences = [each for each in dict.fromkeys(self.sentences) if 4 <= len(each.split()) <= 60]

    def _take(self, value: Any, kind: str = "") -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                self._take(part, name)
        elif isinstance(value, list):
            for part in value:
                self._take(part, kind)
        elif isinstance(value, str) and kind in {"title", "heading", "caption"}:
            self.headings.append(value)
        elif isinstance(value, str) and kind in {"text", "summary", "key_message", "note"}:
            self.sentences.extend(SENTENCE_ENDS.split(MARKUP.sub(" ", value).strip()))

    def title(self, chance: random.Random) -> str:
        """Return a title that no other page is likely to have."""
        words = f"{chance.choice(self.headings)} {chance.choice(self.headings)}".replace(":", " ").split()
        return " ".join(chance.sample(words, min(len(words), chance.randint(5, 9))))[:120]

    def summary(self, chance: random.Random) -> str:
        """Return two sentences."""
        return " ".join(chance.sample(self.sentences, 2))[:300]

    def blocks(self, chance: random.Random, words: int) -> list[dict[str, Any]]:
        """Return the raw data of a body of about so many words: headings, paragraphs, a key message."""
        message = chance.choice(self.sentences)[:300]
        made, count = [_block("key_message", {"text": message})], len(message.split())
        while count < words - PARAGRAPH // 2:
            if len(made) % 4 == 1:
                heading = chance.choice(self.headings)
                made.append(_block("heading", heading))
                count += len(heading.split())
            paragraph = " ".join(chance.sample(self.sentences, 3))
            made.append(_block("text", f"<p>{paragraph}</p>"))
            count += len(paragraph.split())
        return made


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


class Corpus:
    """Writes pages beside those of the demo.

    Args:
        count: how many pages there are to be, all languages together.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.chance = random.Random(SEED)  # noqa: S311 - not a secret, but the same texts every time
        self.locales = {locale.language_code: locale for locale in Locale.objects.all()}
        self.sentences = {language: Sentences(language) for language in self.locales}
        english = KnowledgeIndexPage.objects.filter(locale__language_code="en").order_by("path")
        self.sections = {
            (model, language): english[number].get_translation(locale)
            for number, model in enumerate((Article, CaseStudy))
            for language, locale in self.locales.items()
        }
        self.children = {section.pk: section.numchild for section in self.sections.values()}
        self.audiences = {
            marking: Audience.objects.for_conditions(conditions_of_marking(marking))
            for marking in (Marking.CLEAR, Marking.GREEN)
        }
        self.topics = _keys([scheme.value for scheme in TOPIC_SCHEMES])
        self.sectors = _keys([Scheme.SECTOR.value])
        self.images = list(HubImage.objects.values_list("pk", flat=True))
        self.organisations = list(Organisation.objects.values_list("pk", flat=True))
        self.next_key = (Page.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        self.earlier: list[int] = []

    @transaction.atomic
    def write(self) -> None:
        """Write the pages and all that belongs to them, then have the database look at its tables anew."""
        for pages in batched(self._pages(), BATCH):
            self._write(pages)
        for pk, number in self.children.items():
            Page.objects.filter(pk=pk).update(numchild=number)
        tables = [Page, PageAccess, CountryConcerned, Author, RelatedItem]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables):
                cursor.execute(statement)
            cursor.execute("ANALYZE")
        start_new_generation()

    def _pages(self) -> Iterator[KnowledgePage]:
        made = 0
        while made < self.count:
            languages = self.chance.sample(
                sorted(self.locales), self.chance.choices(LANGUAGE_COUNTS, LANGUAGE_WEIGHTS)[0]
            )
            for page in self._piece(languages[: self.count - made]):
                made += 1
                yield page

    def _piece(
        self, languages: list[str], models: tuple[type[Article | CaseStudy], ...] = (Article, CaseStudy)
    ) -> Iterator[KnowledgePage]:
        """Yield one piece of knowledge in some languages; it was written in the first."""
        model = self.chance.choices(models, (60, 40)[: len(models)])[0]
        marking = self.chance.choices((Marking.CLEAR, Marking.GREEN), (40, 60))[0]
        published = datetime.date(2026, 6, 30) - datetime.timedelta(days=self.chance.randrange(3000))
        key, words = uuid.uuid4(), self.chance.randint(*WORDS)
        image = self.chance.choice(self.images)
        for language in languages:
            yield self._page(model, language, languages[0], key, marking, published, image, words)

    def _page(
        self,
        model: type[Article | CaseStudy],
        language: str,
        source_language: str,
        key: uuid.UUID,
        marking: Marking,
        published: datetime.date,
        image: int,
        words: int,
    ) -> KnowledgePage:
        section, sentences, pk = self.sections[model, language], self.sentences[language], self.next_key
        self.next_key += 1
        self.children[section.pk] += 1
        title = sentences.title(self.chance)
        slug = f"{slugify(title, allow_unicode=True)[:60]}-{pk}"
        at = timezone.make_aware(datetime.datetime.combine(published, datetime.time(9)))
        names = model.body_fields
        bodies = {name: json.dumps(sentences.blocks(self.chance, words // len(names))) for name in names}
        return model(
            # A page has one primary key in the three tables it is in.
            id=pk,
            page_ptr_id=pk,
            knowledgepage_ptr_id=pk,
            path=Page._get_path(section.path, section.depth + 1, self.children[section.pk]),
            depth=section.depth + 1,
            numchild=0,
            translation_key=key,
            locale=self.locales[language],
            title=title,
            draft_title=title,
            slug=slug,
            url_path=f"{section.url_path}{slug}/",
            content_type_id=_content_type(model),
            live=True,
            first_published_at=at,
            last_published_at=at,
            latest_revision_created_at=at,
            marking=marking.value,
            summary=sentences.summary(self.chance),
            lead_image_id=image,
            lead_image_alternative_text=self.chance.choice(sentences.headings)[:250],
            published_on=published,
            source_language=source_language,
            **bodies,
        )

    def _write(self, pages: tuple[KnowledgePage, ...]) -> None:
        """Write a batch: the rows of each page in its three tables, and those that refer to it."""
        by_model: dict[type[Model], list[KnowledgePage]] = defaultdict(list)
        for page in pages:
            by_model[type(page)].append(page)
        copy_in(Page, pages)
        copy_in(KnowledgePage, pages)
        for model, rows in by_model.items():
            copy_in(model, rows)
        PageAccess.objects.bulk_create(
            PageAccess(
                page_id=page.pk,
                marking=page.marking,
                label=page.marking,
                audience=self.audiences[Marking(page.marking)],
            )
            for page in pages
        )
        for name, keys, most in (("topics", self.topics, 5), ("sectors", self.sectors, 3)):
            through: Any = getattr(KnowledgePage, name).through
            through.objects.bulk_create(
                through(knowledgepage_id=page.pk, concept_id=concept)
                for page in pages
                for concept in self.chance.sample(keys, self.chance.randint(1, most))
            )
        CountryConcerned.objects.bulk_create(
            CountryConcerned(page_id=page.pk, code=code, sort_order=number)
            for page in pages
            for number, code in enumerate(self.chance.sample(COUNTRIES, self.chance.randint(1, 3)))
        )
        Author.objects.bulk_create(
            Author(
                page_id=page.pk,
                name=f"Author {self.chance.randrange(400)}",
                organisation_id=self.chance.choice(self.organisations),
                locale_id=page.locale_id,
            )
            for page in pages
        )
        if self.earlier:
            RelatedItem.objects.bulk_create(
                RelatedItem(page_id=page.pk, item_id=item, sort_order=number)
                for page in pages
                for number, item in enumerate(self.chance.sample(self.earlier, 3))
            )
        self.earlier = [page.pk for page in pages]


def _keys(schemes: list[str]) -> list[int]:
    return list(Concept.objects.filter(scheme__in=schemes).values_list("pk", flat=True))


def _content_type(model: type[Model]) -> int:
    return ContentType.objects.get_for_model(model).pk


def copy_in(model: type[Model], rows: Iterable[Model]) -> None:
    """Write rows into the table of one model of a multi-table page type, which `bulk_create` refuses (PostgreSQL)."""
    fields = model._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def write_sources(articles: Iterable[Article]) -> list[TranslationSource]:
    """Write what wagtail-localize has of articles that were handed to translators, without their texts."""
    pages = list(articles)
    kind = ContentType.objects.get_for_model(Article)
    TranslatableObject.objects.bulk_create(
        TranslatableObject(translation_key=page.translation_key, content_type=kind) for page in pages
    )
    return TranslationSource.objects.bulk_create(
        TranslationSource(
            object_id=page.translation_key,
            specific_content_type=kind,
            locale=page.locale,
            object_repr=page.title,
            content_json="{}",
            last_updated_at=page.first_published_at,
        )
        for page in pages
    )


def write_entries(first: int = 0) -> None:
    """Write the search entries of all pages from a primary key on.

    `search.rebuilding.rebuild` does the same; its analysis for the database engine, which the benchmark does
    not ask, would take longer than all else. The database's own, near enough in size, stands in for it.
    """
    for batch in batched(documents_of(pk for pk in findable_page_ids() if pk >= first), BATCH):
        SearchEntry.objects.bulk_create(entry_of(document) for document in batch)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE search_searchentry SET vector = setweight(to_tsvector('simple', title), 'A') || "
            "setweight(to_tsvector('simple', summary || ' ' || labels), 'B') || "
            "setweight(to_tsvector('simple', body), 'D') WHERE page_id >= %s",
            [first],
        )
        cursor.execute("VACUUM ANALYZE search_searchentry")
