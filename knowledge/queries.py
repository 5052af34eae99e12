"""What readers ask of the knowledge: always with the reader as an argument."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import get_language, gettext

from access.generation import cached_for_generation
from access.policy import readable_pages
from access.readers import Reader
from access.rows import JSONRows
from knowledge.loading import cards, for_cards, item_keys, records_of_reuse, versions_of
from knowledge.models import (
    Attachment,
    Author,
    CaseStudy,
    CountryConcerned,
    KnowledgeIndexPage,
    KnowledgePage,
    ReadablePage,
)
from vocabulary.countries import country_name
from vocabulary.queries import Term, current_vocabulary

PAGE_SIZE = 12
# As many related items as there are at least, if there is anything alike; editors may choose more.
RELATED_COUNT = 4
# Cases that one is offered to be compared with.
COMPARABLE_COUNT = 12
LIST_PARAMETERS = ("topic", "sector", "country", "year")


def in_best_language(pages: QuerySet[KnowledgePage], language: str) -> QuerySet[KnowledgePage]:
    """Limit a queryset to one version of each piece: in the language if there is one, else as it was written.

    Aliases are no translations, so they never count.
    """
    translated = KnowledgePage.objects.filter(
        translation_key=OuterRef("translation_key"),
        locale__language_code=language,
        live=True,
        alias_of__isnull=True,
    )
    is_untranslated_source = Q(source_language=F("locale__language_code")) & ~Exists(translated)
    return pages.filter(Q(locale__language_code=language) | is_untranslated_source, alias_of__isnull=True)


def readable_knowledge(reader: Reader, language: str | None = None) -> QuerySet[KnowledgePage]:
    """Return the pieces of knowledge a reader may read, each once, in the best language for them."""
    pages = in_best_language(KnowledgePage.objects.all(), language or get_language() or "en")
    return readable_pages(pages, reader)


def knowledge_types() -> list[type[KnowledgePage]]:
    """Return the types of which there are pieces of knowledge; more come with the code, not with the content."""
    return [model for model in apps.get_models() if issubclass(model, KnowledgePage) and model.is_creatable]


@dataclass(frozen=True)
class Choice:
    """One value of a filter: what it is in the address, what people read, whether it is chosen."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    """One filter of a list, with the values that occur in it."""

    name: str
    label: str
    choices: Sequence[Choice]

    @property
    def chosen(self) -> list[Choice]:
        """The chosen values."""
        return [choice for choice in self.choices if choice.is_chosen]


@dataclass(frozen=True)
class SectionList:
    """One page of a section's list.

    Attributes:
        page: Django's page of knowledge pages, ready for cards.
        filters: the filters offered.
        query: the chosen filters as a query string, for links to other pages of the list.
        is_filtered: whether any filter is chosen.
    """

    page: ListPage
    filters: Sequence[Filter]
    query: str
    is_filtered: bool

    @property
    def has_cases(self) -> bool:
        """Whether there are case studies on this page of the list to lay side by side."""
        return sum(_is_case(page) for page in self.page) > 1


def _pages_in(section: KnowledgeIndexPage, reader: Reader) -> Q:
    """Match what is in a section, in all its languages that the reader may enter."""
    condition = Q(pk__in=[])
    for version in versions_of(section, reader).values():
        condition |= Q(path__startswith=version.path, depth__gt=section.depth)
    return condition


def section_list(section: KnowledgeIndexPage, reader: Reader, parameters: Mapping[str, str]) -> SectionList:
    """Return the list of a section as an address with `parameters` asks for it.

    Unknown values of filters match nothing and are shown as what they are; a page number that does not
    exist gives the nearest that does.
    """
    language = get_language() or section.locale.language_code
    vocabulary = current_vocabulary(reader.generation)
    pages = pages_of_section = readable_knowledge(reader, language).filter(_pages_in(section, reader))
    chosen = {name: _cleaned(parameters.get(name, "")) for name in LIST_PARAMETERS}

    # The same whatever is chosen and on every page of the list, and dear where there are many pages.
    key = f"filters:{section.pk}:{language}:{reader.fingerprint}"
    values = cached_for_generation(key, reader.generation, lambda: _values_in(pages_of_section))

    if chosen["topic"]:
        pages = pages.filter(topics__slug=chosen["topic"])
    if chosen["sector"]:
        pages = pages.filter(sectors__slug=chosen["sector"])
    if chosen["country"]:
        concerned = CountryConcerned.objects.filter(code=chosen["country"].upper())
        pages = pages.filter(pk__in=concerned.values("page"))
    if chosen["year"]:
        year = int(chosen["year"]) if chosen["year"].isascii() and chosen["year"].isdigit() else 0
        pages = pages.filter(published_on__year=year) if 1 <= year <= 9999 else pages.none()

    def concept_label(slug: str) -> str:
        term = vocabulary.by_slug.get(slug)
        return term.label_in(language) if term else slug

    def choices(name: str, label_of: Callable[[str], str]) -> list[Choice]:
        current = chosen[name]
        found = values[name] | ({current} if current else set())
        made = [Choice(value, label_of(value), value == current) for value in found]
        return sorted(made, key=lambda choice: choice.label.casefold(), reverse=name == "year")

    filters = [
        Filter("topic", gettext("Topic"), choices("topic", concept_label)),
        Filter("sector", gettext("Sector"), choices("sector", concept_label)),
        Filter("country", gettext("Country"), choices("country", lambda code: country_name(code, language))),
        Filter("year", gettext("Year"), choices("year", str)),
    ]
    paginator = Paginator(for_cards(pages.order_by("-published_on", "-pk")), PAGE_SIZE)
    shown = paginator.get_page(parameters.get("page"))
    shown.object_list = cards(shown.object_list, reader)
    return SectionList(
        page=shown,
        filters=[each for each in filters if each.choices],
        query=urlencode({name: value for name, value in chosen.items() if value}),
        is_filtered=any(chosen.values()),
    )


def _values_in(pages: QuerySet[KnowledgePage]) -> dict[str, set[str]]:
    """Return, by filter, the values that occur in the pages (one query)."""
    lookups = ("topics__slug", "sectors__slug", "countries__code", "published_on__year")
    queries = [
        pages.order_by()
        .annotate(filter_name=Value(name), filter_value=Cast(lookup, CharField()))
        .values_list("filter_name", "filter_value")
        .distinct()
        for name, lookup in zip(LIST_PARAMETERS, lookups, strict=True)
    ]
    values: dict[str, set[str]] = {name: set() for name in LIST_PARAMETERS}
    for name, value in queries[0].union(*queries[1:], all=True):
        if value:
            values[name].add(value)
    return values


def _cleaned(value: str) -> str:
    """Cut a parameter to what a filter value can be; control characters go (databases refuse NUL)."""
    return "".join(character for character in value if character.isprintable())[:100].strip()


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents: text and the identifier in the page."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Place:
    """A country: code of ISO 3166-1, name in the active language."""

    code: str
    name: str


@dataclass(frozen=True)
class TakenUp:
    """One record that a practice was reused: by whom, and where."""

    organisation: str
    places: Sequence[Place]
    year: int | None
    note: str
    case_study: KnowledgePage | None


@dataclass(frozen=True)
class AdaptedPractice:
    """A practice that a case study reused, in the best language for the reader."""

    practice: KnowledgePage
    year: int | None
    note: str


@dataclass(frozen=True)
class RelatedPiece:
    """A piece worth reading after another, and why, in the active language."""

    item: KnowledgePage
    reason: str


@dataclass(frozen=True)
class ReadingContext:
    """What stands around the text of a page.

    All of it is limited to what the reader may read.
    """

    headings: Sequence[Heading]
    topics: Sequence[Term] = ()
    sectors: Sequence[Term] = ()
    regions: Sequence[Term] = ()
    countries: Sequence[CountryConcerned] = ()
    authors: Sequence[Author] = ()
    attachments: Sequence[Attachment] = ()
    related: Sequence[RelatedPiece] = ()
    comparable: Sequence[KnowledgePage] = ()
    taken_up: Sequence[TakenUp] = ()
    adapted_from: Sequence[AdaptedPractice] = ()
    minutes: int = 1
    is_due_for_review: bool = False

    @property
    def places_taken_up(self) -> list[Place]:
        """The countries where it was taken up, each once, for a map."""
        return list(dict.fromkeys(place for each in self.taken_up for place in each.places))


def heading_anchor(block_id: str) -> str:
    """Return the identifier of a heading block in the page; stable when other blocks move."""
    return f"s-{str(block_id)[:8]}"


def _headings(page: ReadablePage) -> list[Heading]:
    """Return what a table of contents lists: the parts of a case study, the heading blocks of other pages."""
    if isinstance(page, CaseStudy):
        return [Heading(heading, f"part-{name}") for name, heading, _body in page.parts]
    return [
        Heading(str(block.value), heading_anchor(block.id))
        for body in page.bodies
        for block in body
        if block.block_type == "heading"
    ]


def reading_context(page: ReadablePage, reader: Reader) -> ReadingContext:
    """Return what surrounds a page's text for a reader."""
    headings = _headings(page)
    today = datetime.date.today()
    is_due = bool(page.review_by and page.review_by < today)
    words = sum(len(text.split()) for text in page.readable_texts())
    minutes = max(1, round(words / 200))
    if not isinstance(page, KnowledgePage):
        return ReadingContext(headings=headings, minutes=minutes, is_due_for_review=is_due)

    language = get_language() or "en"
    vocabulary = current_vocabulary(reader.generation)

    def terms(name: str) -> list[Term]:
        return [vocabulary.by_pk[concept.pk] for concept in getattr(page, name).all()]

    relations = _relations(page, reader, language)
    return ReadingContext(
        headings=headings,
        topics=terms("topics"),
        sectors=terms("sectors"),
        regions=terms("regions"),
        countries=list(page.countries.all()),
        authors=list(page.authors.all()),
        attachments=list(page.attachments.all()),
        related=relations.related,
        comparable=relations.comparable,
        taken_up=relations.taken_up,
        adapted_from=relations.adapted_from,
        minutes=minutes,
        is_due_for_review=is_due,
    )


@dataclass(frozen=True)
class _Relations:
    """The other pieces that stand around one."""

    related: Sequence[RelatedPiece]
    comparable: Sequence[KnowledgePage]
    taken_up: Sequence[TakenUp]
    adapted_from: Sequence[AdaptedPractice]


class _Alike:
    """What has to do with a piece by itself: pieces that share its topics, or come from the same organisation.

    `narrow` says which pages these are, and `load` what is needed to say why.
    """

    def __init__(self, page: KnowledgePage, readable: QuerySet[KnowledgePage], known: set[UUID]) -> None:
        self.topics = [topic.pk for topic in page.topics.all()]
        named = {author.organisation_id for author in page.authors.all()} | {getattr(page, "organisation_id", None)}
        self.organisations = named - {None}
        self.is_case = isinstance(page, CaseStudy)
        self.others = readable.order_by().exclude(translation_key__in=known | {page.translation_key})
        self.other_cases = readable.order_by().exclude(translation_key=page.translation_key)

    def narrow(self) -> Q:
        """Match the pages closest to the piece, and the cases it may be compared with."""
        found = Q(pk__in=[])
        if self.topics:
            found |= Q(pk__in=self._sharing_topics(self.others)[:RELATED_COUNT])
            if self.is_case:
                cases = self.other_cases.filter(casestudy__isnull=False)
                found |= Q(pk__in=self._sharing_topics(cases)[:COMPARABLE_COUNT])
        if self.organisations:
            same = self.others.filter(self._is_of_organisations()).order_by("-published_on", "-pk")
            found |= Q(pk__in=same.values("pk")[:RELATED_COUNT])
        return found

    def load(self, pages: QuerySet[KnowledgePage]) -> QuerySet[KnowledgePage]:
        """Load with pages which of the piece's topics they have, and whether its organisations wrote them."""
        topics = KnowledgePage.topics.through.objects.filter(
            knowledgepage_id=OuterRef("pk"), concept_id__in=self.topics
        )
        of_same = KnowledgePage.objects.filter(self._is_of_organisations(), pk=OuterRef("pk"))
        return pages.annotate(
            shared_rows=JSONRows(topics.order_by("concept__slug"), "concept_id"), is_of_same=Exists(of_same)
        )

    def _is_of_organisations(self) -> Q:
        authors = Author.objects.filter(organisation__in=self.organisations).values("page")
        cases = CaseStudy.objects.filter(organisation__in=self.organisations).values("pk")
        return Q(pk__in=authors) | Q(pk__in=cases)

    def _sharing_topics(self, pages: QuerySet[KnowledgePage]) -> QuerySet[KnowledgePage, Any]:
        sharing = pages.filter(topics__in=self.topics).annotate(shared=Count("topics"))
        return sharing.order_by("-shared", "-published_on", "-pk").values("pk")


def _relations(page: KnowledgePage, reader: Reader, language: str) -> _Relations:
    """Return where a practice was taken up, what a case adapted, and related items, as the reader may see them.

    All pages named by any of them are fetched together, in the best language, through the policy.
    """
    records, organisations = records_of_reuse(page)
    chosen_keys = item_keys(page.related_items.all())
    keys = {*chosen_keys, *(record.practice_key for record in records)}
    keys |= {record.case_key for record in records if record.case_key}
    keys -= {page.translation_key}
    readable = readable_knowledge(reader, language)
    alike = _Alike(page, readable, set(chosen_keys))
    wanted = alike.load(for_cards(readable.filter(Q(translation_key__in=keys) | alike.narrow())))
    found = cards(wanted, reader) if keys or alike.topics or alike.organisations else []
    for other in found:
        other.shared_rows = other.shared_rows or []  # Django knows without asking that no topic is shared.
    by_key = {other.translation_key: other for other in found}

    taken_up, adapted_from = [], []
    for record in records:
        if record.practice_key == page.translation_key:
            case = by_key.get(record.case_key) if record.case_key else None
            if record.case_key and case is None:
                continue
            organisation = organisations.get(record.organisation_id or 0)
            name = organisation.name_in(language) if organisation else ""
            # A record without a country is of those that its case study is about.
            told = [country.code for country in case.countries.all()] if case else []
            codes = [record.country] if record.country else told
            places = [Place(code, country_name(code, language)) for code in codes]
            taken_up.append(TakenUp(name, places, record.year, record.note, case))
        elif practice := by_key.get(record.practice_key):
            adapted_from.append(AdaptedPractice(practice, record.year, record.note))

    vocabulary = current_vocabulary(reader.generation)
    related = [
        RelatedPiece(by_key[key], gettext("Chosen by the editors"))
        for key in dict.fromkeys(chosen_keys)
        if key in by_key
    ]
    closest = sorted(found, key=lambda other: (len(other.shared_rows), other.published_on, other.pk), reverse=True)
    others = [other for other in closest if other.translation_key not in chosen_keys]
    added = []
    for other in [each for each in others if each.shared_rows]:
        term = vocabulary.by_pk.get(other.shared_rows[0][0])
        topic = term.label_in(language) if term else ""
        added.append(RelatedPiece(other, gettext("Same topic: %(topic)s") % {"topic": topic}))
    for other in [each for each in others if each.is_of_same and not each.shared_rows]:
        added.append(RelatedPiece(other, gettext("By the same organisation")))
    return _Relations(
        related=[*related, *added[: max(0, RELATED_COUNT - len(related))]],
        comparable=[other for other in closest if alike.is_case and other.shared_rows and _is_case(other)],
        taken_up=taken_up,
        adapted_from=adapted_from,
    )


def _is_case(page: KnowledgePage) -> bool:
    return page.specific_class is CaseStudy
