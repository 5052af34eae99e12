"""What the knowledge is about: concepts and countries, with how much of each a reader may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.apps import apps
from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.utils.text import capfirst

from access.generation import cached_for_generation
from access.readers import Reader
from access.rows import JSONRows
from knowledge.loading import (
    CONCEPT_RELATIONS,
    IS_RECORD_OF_SOURCE,
    NAME_FIELDS,
    cards,
    for_cards,
    organisations_from,
)
from knowledge.models import Adaptation, CountryConcerned, KnowledgePage
from knowledge.queries import PAGE_SIZE, readable_knowledge
from members.models import Organisation, OrganisationName
from vocabulary.countries import CODES, country_name, in_order_of_names
from vocabulary.models import Scheme
from vocabulary.queries import Term, Vocabulary, current_vocabulary

# By which relation a piece of knowledge has the concepts of a scheme; all others are topics.
RELATIONS = {Scheme.SECTOR.value: "sectors", Scheme.REGION.value: "regions"}
MOST_RECORDS = 30


# --- Lists ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of knowledge in a list: the name of its model, what people call it, how many there are."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class SubjectList:
    """One page of all that is about something.

    Attributes:
        page: Django's page of knowledge pages, ready for cards.
        kinds: the kinds that occur, whatever is chosen.
        chosen: the kind that is shown, or an empty string for all.
        query: the choice as a query string, for links to other pages of the list.
    """

    page: ListPage
    kinds: Sequence[Kind]
    chosen: str
    query: str

    @property
    def total(self) -> int:
        """How many pieces there are of all kinds."""
        return sum(kind.count for kind in self.kinds)


def _list_of(pages: QuerySet[KnowledgePage], parameters: Mapping[str, str], reader: Reader) -> SubjectList:
    """Return the page of a list that an address asks for (two queries); an unknown kind asks for all."""
    types = ("content_type__app_label", "content_type__model")
    kinds = [
        Kind(model, capfirst(str(apps.get_model(app, model)._meta.verbose_name_plural)), number)
        for app, model, number in pages.order_by().values_list(*types).annotate(Count("pk")).order_by(*types)
    ]
    chosen = parameters.get("type", "")
    if chosen in {kind.name for kind in kinds}:
        pages = pages.filter(content_type__model=chosen)
    else:
        chosen = ""
    paginator = Paginator(for_cards(pages.order_by("-published_on", "-pk")), PAGE_SIZE)
    # Counted by kind already.
    paginator.count = sum(kind.count for kind in kinds if not chosen or kind.name == chosen)
    shown = paginator.get_page(parameters.get("page"))
    shown.object_list = cards(shown.object_list, reader)
    return SubjectList(shown, kinds, chosen, urlencode({"type": chosen}) if chosen else "")


# --- Concepts ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Branch:
    """A concept with how much is about it or what is below it, and what is below it."""

    term: Term
    count: int
    branches: Sequence[Branch]


@dataclass(frozen=True)
class SchemeTree:
    """The concepts of one scheme that something is about."""

    name: str
    label: str
    branches: Sequence[Branch]


def counts_by_concept(reader: Reader, language: str) -> Mapping[str, int]:
    """Return, by slug, how many pieces a reader may read about a concept or one below it; no zeros."""

    def count() -> dict[str, int]:
        pages = readable_knowledge(reader, language).order_by()
        pairs = [pages.filter(**{f"{name}__isnull": False}).values_list("pk", name) for name in CONCEPT_RELATIONS]
        by_concept: dict[int, set[int]] = {}
        for pk, concept in pairs[0].union(*pairs[1:], all=True):
            by_concept.setdefault(concept, set()).add(pk)
        vocabulary = current_vocabulary(reader.generation)
        found: dict[str, set[int]] = {}
        for concept, keys in by_concept.items():
            if concept in vocabulary.by_pk:
                for slug in vocabulary.with_broader([vocabulary.by_pk[concept].slug]):
                    found.setdefault(slug, set()).update(keys)
        return {slug: len(keys) for slug, keys in found.items()}

    return cached_for_generation(f"concepts:{language}:{reader.fingerprint}", reader.generation, count)


def concept_trees(reader: Reader, language: str) -> list[SchemeTree]:
    """Return the concepts that something is about that the reader may read, scheme by scheme."""
    vocabulary = current_vocabulary(reader.generation)
    counts = counts_by_concept(reader, language)
    below: dict[tuple[str, str], list[Term]] = {}
    for term in vocabulary.in_schemes(Scheme.values, language):
        if term.slug in counts:
            broader = term.broader if term.broader in vocabulary.by_slug else ""
            below.setdefault((term.scheme, broader), []).append(term)

    def branches(scheme: str, broader: str) -> list[Branch]:
        terms = below.get((scheme, broader), [])
        return [Branch(term, counts[term.slug], branches(scheme, term.slug)) for term in terms]

    order = (Scheme.THEME, Scheme.ACTIVITY, Scheme.STAGE, Scheme.SECTOR, Scheme.REGION)
    trees = [SchemeTree(scheme.value, str(scheme.label), branches(scheme.value, "")) for scheme in order]
    return [tree for tree in trees if tree.branches]


@dataclass(frozen=True)
class Neighbours:
    """The concepts around one, each with how much the reader may read about it."""

    broader: Sequence[tuple[Term, int]]
    narrower: Sequence[tuple[Term, int]]
    related: Sequence[tuple[Term, int]]


def neighbours_of(term: Term, related: Sequence[str], reader: Reader, language: str) -> Neighbours:
    """Return the concepts around one.

    Args:
        term: in the middle.
        related: slugs of the concepts it is related to.
        reader: who asks.
        language: in whose order of labels they come.
    """
    vocabulary = current_vocabulary(reader.generation)
    counts = counts_by_concept(reader, language)

    def counted(terms: Sequence[Term]) -> list[tuple[Term, int]]:
        ordered = sorted(terms, key=lambda each: each.label_in(language).casefold())
        return [(each, counts.get(each.slug, 0)) for each in ordered]

    above = [slug for slug in vocabulary.with_broader([term.slug]) if slug != term.slug]
    return Neighbours(
        broader=[(vocabulary.by_slug[slug], counts.get(slug, 0)) for slug in above if slug in vocabulary.by_slug][::-1],
        narrower=counted(vocabulary.narrower_than(term.slug)),
        related=counted([vocabulary.by_slug[slug] for slug in related if slug in vocabulary.by_slug]),
    )


def list_about_concept(
    term: Term, vocabulary: Vocabulary, reader: Reader, language: str, parameters: Mapping[str, str]
) -> SubjectList:
    """Return what a reader may read about a concept or one below it, as an address asks for it (two queries)."""
    relation = RELATIONS.get(term.scheme, "topics")
    concepts = [each.pk for each in vocabulary.with_narrower(term)]
    about = getattr(KnowledgePage, relation).through.objects.filter(concept_id__in=concepts)
    pages = readable_knowledge(reader, language).filter(pk__in=about.values("knowledgepage_id"))
    return _list_of(pages, parameters, reader)


# --- Countries --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Country:
    """A country with how much the reader may read about it, and how many organisations of the community are there."""

    code: str
    name: str
    count: int
    organisations: int = 0


def countries_with_counts(reader: Reader, language: str) -> list[Country]:
    """Return the countries that the reader finds something about, in the order of their names.

    Where the community's organisations are is told to members only.
    """

    def count() -> tuple[dict[str, int], dict[str, int]]:
        pages = readable_knowledge(reader, language).order_by().filter(countries__isnull=False)
        about = dict(pages.values_list("countries__code").annotate(Count("pk", distinct=True)))
        if not reader.is_member:
            return about, {}
        organisations = Organisation.objects.order_by().exclude(country="")
        return about, dict(organisations.values_list("country").annotate(Count("pk")))

    key = f"countries:{language}:{reader.fingerprint}"
    about, organisations = cached_for_generation(key, reader.generation, count)
    codes = [code for code in CODES if code in about or code in organisations]
    return [
        Country(code, name, about.get(code, 0), organisations.get(code, 0))
        for code, name in in_order_of_names(codes, language)
    ]


def list_about_country(code: str, reader: Reader, language: str, parameters: Mapping[str, str]) -> SubjectList:
    """Return what a reader may read about a country, as an address asks for it (two queries)."""
    concerned = CountryConcerned.objects.filter(code=code)
    return _list_of(readable_knowledge(reader, language).filter(pk__in=concerned.values("page")), parameters, reader)


def organisations_in(code: str, reader: Reader, language: str) -> list[str]:
    """Return the names of the community's organisations in a country, for members only (one query)."""
    if not reader.is_member:
        return []
    organisations = Organisation.objects.filter(country=code).prefetch_related("names")
    return sorted((each.name_in(language) for each in organisations), key=str.casefold)


@dataclass(frozen=True)
class PracticeTakenUp:
    """A practice that was reused in a country, by whom, when, and the case study that tells of it."""

    practice: KnowledgePage
    organisation: str
    year: int | None
    note: str
    case_study: KnowledgePage | None


def taken_up_in(code: str, reader: Reader, language: str) -> list[PracticeTakenUp]:
    """Return the latest practices taken up in a country of which the reader may read all (two queries)."""
    readable = readable_knowledge(reader, language)
    keys = readable.order_by().values("translation_key")
    # A record without a country is of those that its case study is about.
    told_here = CountryConcerned.objects.filter(code=code).values("page")
    is_here = Q(country=code) | Q(country="", case_study__in=told_here)
    names = OrganisationName.objects.filter(organisation=OuterRef("organisation")).order_by("language")
    records = (
        Adaptation.objects.filter(IS_RECORD_OF_SOURCE, is_here, practice__translation_key__in=keys)
        .filter(Q(case_study__isnull=True) | Q(case_study__translation_key__in=keys))
        .annotate(name_rows=JSONRows(names, *NAME_FIELDS))
        .order_by(F("year").desc(nulls_last=True), "-pk")
        .values_list(
            "practice__translation_key", "case_study__translation_key", "organisation_id", "year", "note", "name_rows"
        )[:MOST_RECORDS]
    )
    rows = list(records)
    named = {key for row in rows for key in row[:2] if key}
    by_key = (
        {page.translation_key: page for page in cards(for_cards(readable.filter(translation_key__in=named)), reader)}
        if named
        else {}
    )
    found = []
    for practice, case, organisation_id, year, note, name_rows in rows:
        if practice in by_key:
            organisation = organisations_from(name_rows).get(organisation_id or 0)
            name = organisation.name_in(language) if organisation else ""
            found.append(PracticeTakenUp(by_key[practice], name, year, note, by_key.get(case)))
    return found


def country_by_code(code: str, language: str) -> Country | None:
    """Return a country of ISO 3166-1 by its code in capitals, without counts."""
    return Country(code, country_name(code, language), 0) if code in CODES else None
