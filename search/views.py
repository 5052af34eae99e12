"""The results page, and completion while typing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, gettext
from django.views.decorators.http import require_safe

from access.models import Marking
from access.policy import readable_pages
from access.readers import Reader, reader_of
from access.sharing import share_among_equals
from knowledge.addresses import address_of, reading_address_of
from knowledge.models import KnowledgePage
from knowledge.subjects import counts_by_concept
from members.models import OrganisationName
from members.profiles import reading_languages
from search.analysis import WORD, fold
from search.contract import (
    DURATIONS,
    FACETS,
    MAX_RESULTS,
    PAGE_SIZE,
    Likeness,
    Query,
    Sort,
    begins,
    clean_text,
    printable_text,
)
from search.documents import type_names
from search.index import Answer, FoundPage, complete, search
from search.thesaurus import current_thesaurus
from vocabulary.countries import CODES, country_name
from vocabulary.models import TOPIC_SCHEMES, Scheme
from vocabulary.queries import Vocabulary, current_vocabulary

MAX_VALUES = 20
SHOWN_VALUES = 30
# Of a facet's values so many are shown at once, the others behind "More".
FIRST_VALUES = 6
SUGGESTIONS = 6
CONCEPTS_COMPLETED, PEOPLE_COMPLETED = 3, 3
MAX_ID = 2**63 - 1
BOX = (
    '<label class="facet__value facet__value--{}"><input type="checkbox" name="{}" value="{}"{}> <span>{}</span> '
    '<span class="muted">{}</span></label>'
)
CHECKED = {False: "", True: SafeString(" checked")}
NOTHING_CHANGED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Value:
    """A value of a facet, with what people call it and how many results it would give.

    Attributes:
        depth: how many of the values above it are broader.
    """

    value: str
    label: str
    count: int
    is_chosen: bool
    depth: int = 0


@dataclass(frozen=True)
class Facet:
    """A facet with its values: those shown at once, and those behind "More"."""

    name: str
    label: str
    values: list[Value]

    @property
    def first_boxes(self) -> SafeString:
        """The boxes of the first values."""
        return self._boxes(self.first)

    @property
    def more_boxes(self) -> SafeString:
        """The boxes of the others."""
        return self._boxes(self.more)

    def _boxes(self, values: Sequence[Value]) -> SafeString:
        """Return the boxes as HTML: there are hundreds on a page, which a template would take long for."""
        rows = ((each.depth, self.name, each.value, CHECKED[each.is_chosen], each.label, each.count) for each in values)
        return format_html_join("", BOX, rows)

    @property
    def first(self) -> list[Value]:
        """What is shown at once: the first ones, and all when one behind them is chosen."""
        is_short = len(self.values) <= FIRST_VALUES + 2 or any(each.is_chosen for each in self.values[FIRST_VALUES:])
        return self.values if is_short else self.values[:FIRST_VALUES]

    @property
    def more(self) -> list[Value]:
        """What is shown on demand."""
        return self.values[len(self.first) :]


class SearchAddress:
    """What the address of a results page asks for, cleaned, with what had to be left out.

    Attributes:
        query: the question, for the reader.
        problems: sentences for the reader on what could not be used.
        number: the page of results.
        like: the page that others are to be like, if the reader may read it.
    """

    def __init__(self, parameters: QueryDict, reader: Reader, language: str, vocabulary: Vocabulary) -> None:
        self.problems: list[str] = []
        self.reader = reader
        self.language = language
        self.vocabulary = vocabulary
        text = clean_text(parameters.get("q", ""))
        if text != printable_text(parameters.get("q", "")):
            self.problems.append(gettext("The query was too long; only its beginning was used."))
        sort = parameters.get("sort", "")
        last_page = MAX_RESULTS // PAGE_SIZE
        number = parameters.get("page", "1")
        self.number = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 1
        if self.number > last_page:
            self.problems.append(
                gettext("Only the first %(number)d results can be opened; narrow the search down.")
                % {"number": MAX_RESULTS}
            )
        self.number = min(max(self.number, 1), last_page)
        self.like = self._page_like(parameters.get("like", ""))
        self.query = Query(
            text="" if self.like else text,
            language=language,
            audience_ids=reader.audience_ids,
            languages=reading_languages(reader.user, reader.generation),
            chosen={name: self._chosen(parameters, name) for name in FACETS},
            published_from=self._day(parameters, "from"),
            published_to=self._day(parameters, "to"),
            sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
            offset=(self.number - 1) * PAGE_SIZE,
            like=self._likeness(),
            is_explained=reader.edits and parameters.get("why") == "1",
        )

    def _chosen(self, parameters: QueryDict, name: str) -> tuple[str, ...]:
        given = dict.fromkeys(value for value in parameters.getlist(name) if value)
        known = [value for value in given if self.is_known(name, value)][:MAX_VALUES]
        if len(known) < len(given):
            self.problems.append(
                gettext("A filter was left out, because its value is not known: %(name)s.")
                % {"name": facet_labels()[name]}
            )
        return tuple(known)

    def _day(self, parameters: QueryDict, name: str) -> datetime.date | None:
        given = parameters.get(name, "").strip()
        try:
            day = parse_date(given) if given else None
        except ValueError:
            day = None
        if given and day is None:
            self.problems.append(gettext("A date was left out, because it is none: write it as 2024-12-31."))
        return day

    def _page_like(self, given: str) -> KnowledgePage | None:
        """Return the page to which others are to be like; three queries, when one is asked for."""
        if not (given.isascii() and given.isdigit() and len(given) < 19 and int(given) < MAX_ID):
            return None
        pages = readable_pages(KnowledgePage.objects.filter(pk=int(given)), self.reader)
        page = pages.select_related("locale").prefetch_related("topics", "sectors", "countries").first()
        if page is None:
            self.problems.append(gettext("The page to find others like it cannot be found."))
        return page

    def _likeness(self) -> Likeness | None:
        if self.like is None:
            return None
        return Likeness(
            piece=str(self.like.translation_key),
            topics=tuple(concept.slug for concept in self.like.topics.all()),
            sectors=tuple(concept.slug for concept in self.like.sectors.all()),
            countries=tuple(country.code for country in self.like.countries.all()),
            title=self.like.title,
        )

    def is_known(self, name: str, value: str) -> bool:
        """Tell whether a facet can have a value; which organisations there are is not told."""
        term = self.vocabulary.by_slug.get(value)
        match name:
            case "type":
                return value in type_names()
            case "topic":
                return term is not None and term.scheme in {scheme.value for scheme in TOPIC_SCHEMES}
            case "sector":
                return term is not None and term.scheme == Scheme.SECTOR.value
            case "language":
                return value in dict(settings.LANGUAGES)
            case "country":
                return value in CODES
            case "organisation":
                return value.isascii() and value.isdigit() and len(value) < 19
            case "duration":
                return value in DURATIONS
            case "marking":
                return value in set(Marking)
        return value.isascii() and value.isdigit() and len(value) == 4

    def url(
        self, *, without: tuple[str, str] | None = None, page: int = 1, changed: Mapping[str, str] = NOTHING_CHANGED
    ) -> str:
        """Return the address of the same question without one chosen value, on another page, or changed otherwise.

        Args:
            without: a facet, or `from`, `to` or `like`, and its value.
            page: the page of results.
            changed: other values of parameters; an empty one takes the parameter away.
        """
        parameters = QueryDict(mutable=True)
        for name, values in self.parameters.items():
            kept = [value for value in values if (name, value) != without]
            if kept:
                parameters.setlist(name, kept)
        if page > 1:
            parameters["page"] = str(page)
        for name, value in changed.items():
            parameters.pop(name, None)
            if value:
                parameters[name] = value
        return f"{reverse('search')}?{parameters.urlencode()}"

    @cached_property
    def parameters(self) -> dict[str, list[str]]:
        """The parameters of the question as they are understood, without the page."""
        found: dict[str, list[str]] = {}
        if self.query.text:
            found["q"] = [self.query.text]
        if self.like is not None:
            found["like"] = [str(self.like.pk)]
        found |= {name: list(values) for name, values in self.query.chosen.items() if values}
        for name, day in (("from", self.query.published_from), ("to", self.query.published_to)):
            if day is not None:
                found[name] = [day.isoformat()]
        if self.query.sort is not Sort.RELEVANCE:
            found["sort"] = [self.query.sort.value]
        return found

    @cached_property
    def _organisations(self) -> dict[str, dict[str, str]]:
        """The names of organisations by key and language, looked up for those that were counted for the reader."""
        names: dict[str, dict[str, str]] = {}
        found = OrganisationName.objects.filter(organisation__in=map(int, self.counted_organisations))
        for pk, language, text in found.values_list("organisation_id", "language", "text"):
            names.setdefault(str(pk), {})[language] = text
        return names

    counted_organisations: Sequence[str] = ()

    def label_of(self, name: str, value: str) -> str:
        """Return what people call a value of a facet in the active language."""
        match name:
            case "type":
                return capfirst(type_names().get(value, value))
            case "topic" | "sector":
                term = self.vocabulary.by_slug.get(value)
                return term.label_in(self.language) if term else value
            case "language":
                return capfirst(get_language_info(value)["name_translated"])
            case "country":
                return country_name(value, self.language)
            case "organisation":
                names = self._organisations.get(value, {})
                return (
                    names.get(self.language) or names.get("en") or next(iter(names.values()), gettext("Organisation"))
                )
            case "duration":
                return _duration_labels()[value]
            case "marking":
                return f"TLP:{value}"
        return value

    def chips(self) -> list[dict[str, str]]:
        """Return what is chosen, each with the address of the question without it."""
        chips = [
            {"label": self.label_of(name, value), "url": self.url(without=(name, value))}
            for name, values in self.query.chosen.items()
            for value in values
        ]
        days = {
            "from": (gettext("From %(day)s"), self.query.published_from),
            "to": (gettext("Until %(day)s"), self.query.published_to),
        }
        for name, (label, day) in days.items():
            if day is not None:
                text = label % {"day": date_format(day, "DATE_FORMAT")}
                chips.append({"label": text, "url": self.url(without=(name, day.isoformat()))})
        if self.like is not None:
            label = gettext("Like “%(title)s”") % {"title": self.like.title}
            chips.append({"label": label, "url": self.url(without=("like", str(self.like.pk)))})
        return chips


def _duration_labels() -> dict[str, str]:
    return {
        "short": gettext("Under 15 minutes"),
        "medium": gettext("15 to 45 minutes"),
        "long": gettext("Over 45 minutes"),
    }


def facet_labels() -> dict[str, str]:
    """Return what each facet is called in the active language."""
    return {
        "type": gettext("Type"),
        "topic": gettext("Topic"),
        "sector": gettext("Sector"),
        "language": gettext("Language"),
        "country": gettext("Country"),
        "organisation": gettext("Organisation"),
        "year": gettext("Year"),
        "duration": gettext("Duration"),
        "marking": gettext("Marking"),
    }


def _facets(address: SearchAddress, counted: Mapping[str, Sequence[tuple[str, int]]]) -> list[Facet]:
    labels = facet_labels()
    address.counted_organisations = [value for value, _count in counted.get("organisation", ())]
    facets = []
    for name in FACETS:
        if name == "marking" and not address.reader.is_member:
            continue  # All that visitors find is marked alike.
        chosen = address.query.chosen[name]
        counts = dict(counted.get(name, ()))
        for value in chosen:
            counts.setdefault(value, 0)
        values = [
            Value(value, address.label_of(name, value), count, value in chosen)
            for value, count in counts.items()
            if address.is_known(name, value)
        ]
        # A chosen value always has its box, or sending the form would drop it.
        values = [each for number, each in enumerate(values) if number < SHOWN_VALUES or each.is_chosen]
        if name == "year":
            values.sort(key=lambda each: each.value, reverse=True)
        if name in {"topic", "sector"}:
            values = _as_tree(values, address.vocabulary)
        if name == "duration":
            values.sort(key=lambda each: list(DURATIONS).index(each.value))
        if name == "marking":
            values.sort(key=lambda each: list(Marking).index(Marking(each.value)))
        if values:
            facets.append(Facet(name, labels[name], values))
    return facets


def _as_tree(values: list[Value], vocabulary: Vocabulary) -> list[Value]:
    """Return values with those below them after each, as deep as their broader concepts are among them."""
    by_slug = {each.value: each for each in values}
    below: dict[str, list[Value]] = {}
    for each in values:
        above = vocabulary.by_slug[each.value].broader
        while above and above not in by_slug:
            above = vocabulary.by_slug[above].broader if above in vocabulary.by_slug else ""
        below.setdefault(above, []).append(each)

    def branch(slug: str, depth: int) -> list[Value]:
        return [
            each
            for value in below.get(slug, ())
            for each in (replace(value, depth=min(depth, 3)), *branch(value.value, depth + 1))
        ]

    return branch("", 0)


def _suggestions(address: SearchAddress) -> list[dict[str, str]]:
    """Return subjects whose labels are near the query, else the topics with most to read."""
    reader, language = address.reader, address.language
    counts = counts_by_concept(reader, language)
    near = current_thesaurus(reader.generation).subjects_near(address.query.text, language, 2 * SUGGESTIONS)
    topics = {term.slug for term in address.vocabulary.in_schemes(TOPIC_SCHEMES, language)}
    slugs = [slug for slug in near if counts.get(slug)] or sorted(
        (slug for slug in counts if slug in topics and counts[slug]), key=lambda slug: (-counts[slug], slug)
    )
    return [
        {
            "text": address.vocabulary.by_slug[slug].label_in(language),
            "url": f"{reverse('search')}?{'topic' if slug in topics else 'sector'}={slug}",
        }
        for slug in slugs[:SUGGESTIONS]
    ]


def _sort_choices(address: SearchAddress) -> list[dict[str, Any]]:
    labels: dict[Sort, Callable[[], str]] = {
        Sort.RELEVANCE: lambda: gettext("Most relevant first"),
        Sort.NEWEST: lambda: gettext("Newest first"),
        Sort.MOST_USED: lambda: gettext("Most used first"),
    }
    return [
        {"value": sort.value, "label": label(), "is_chosen": sort == address.query.sort}
        for sort, label in labels.items()
    ]


def _address_of_hit(hit: FoundPage, language: str) -> str:
    """Return where a reader reads a hit: their version where there is one, else the original in their frame."""
    if hit.is_untranslated:
        return reading_address_of(hit.page, language)
    return address_of(hit.page)


def _hits(answer: Answer, language: str) -> list[dict[str, Any]]:
    hits = []
    for hit in answer.hits:
        url = _address_of_hit(hit, language)
        shown = hit.page.locale.language_code
        hits.append(
            {
                "page": hit.page,
                "url": url,
                "marking": hit.marking,
                "title": hit.title,
                "language": shown,
                "excerpt": hit.excerpt,
                "excerpt_language": hit.language,
                "passage": hit.passage,
                "passage_url": f"{url}?t={hit.passage.seconds}#player" if hit.passage else "",
                "is_foreign": shown != language,
                "is_untranslated": hit.is_untranslated,
                "why": hit.why,
            }
        )
    return hits


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show the results of a search (public view; the policy limits hits, counts and facets)."""
    reader = reader_of(request)
    language = get_language() or "en"
    address = SearchAddress(request.GET, reader, language, current_vocabulary(reader.generation))
    answer = search(address.query, reader)
    pages = -(-min(answer.results.total, MAX_RESULTS) // PAGE_SIZE)
    number = address.number
    if number > max(pages, 1):
        if pages:
            address.problems.append(
                gettext("There is no such page of results; the last one is %(number)d.") % {"number": pages}
            )
        number = pages + 1
    is_empty = not answer.results.total or answer.is_near
    context = {
        "form_text": address.query.text,
        "results": {"total": answer.results.total, "hits": _hits(answer, language)},
        "facets": _facets(address, answer.results.facets),
        "chips": address.chips(),
        "all_url": address.url(changed=dict.fromkeys((*FACETS, "from", "to", "like"), "")),
        "days": {"from": address.query.published_from, "to": address.query.published_to},
        "like": address.like,
        "sort_choices": _sort_choices(address),
        "pager": {
            "number": number,
            "pages": pages,
            "previous_url": address.url(page=number - 1) if number > 1 else "",
            "next_url": address.url(page=number + 1) if number < pages else "",
        },
        "problems": address.problems,
        "corrected": answer.corrected,
        "corrected_url": address.url(changed={"q": answer.corrected}) if answer.corrected else "",
        "unfiltered": 0 if answer.results.total else answer.results.unfiltered,
        "unfiltered_url": address.url(changed=dict.fromkeys(FACETS, "")),
        "is_near": answer.is_near,
        "is_elsewhere": all(hit.is_untranslated for hit in answer.hits),
        "suggestions": _suggestions(address) if is_empty else [],
        "every_language_url": _every_language_url(address),
        "explains": reader.edits and bool(address.query.text),
        "explain_url": address.url(page=number, changed={"why": "1"}),
        "notice": gettext("Search is limited at the moment: it may find less than usual. Everything else works.")
        if answer.is_degraded
        else "",
    }
    # Among those who read the same languages: `hub.page_cache` tells them apart.
    response = share_among_equals(render(request, "search/results.html", context))
    if answer.is_degraded:
        response["Cache-Control"] = "private, no-store"
    return response


def _every_language_url(address: SearchAddress) -> str:
    """Return the address of the question asked of the texts of all languages; nothing when it is that already."""
    if not address.query.text or address.query.chosen["language"]:
        return ""
    parameters = QueryDict(mutable=True)
    for name, values in address.parameters.items():
        parameters.setlist(name, values)
    parameters.setlist("language", [code for code, _name in settings.LANGUAGES])
    return f"{reverse('search')}?{parameters.urlencode()}"


@require_safe
def completions(request: HttpRequest) -> HttpResponse:
    """Return titles, subjects and people that continue what was typed, as JSON (public; the policy limits them)."""
    reader = reader_of(request)
    language = get_language() or "en"
    beginning = clean_text(request.GET.get("q", ""))
    listed = []
    if len(beginning) > 1:
        found = complete(beginning, language, reader)
        people = list(dict.fromkeys(name for completion, _page in found for name in completion.people))
        listed = [
            *_completed_concepts(beginning, language, reader.generation),
            *({"kind": "person", **_person(name, language)} for name in people[:PEOPLE_COMPLETED]),
            *(
                {
                    "kind": "page",
                    "title": completion.title,
                    "language": page.locale.language_code,
                    "url": reading_address_of(page, language),
                }
                for completion, page in found
                if begins(completion.title, WORD.findall(fold(beginning))) or not completion.people
            ),
        ]
    response = JsonResponse({"completions": listed})
    response["Cache-Control"] = "private, no-cache"
    return response


def _person(name: str, language: str) -> dict[str, str]:
    asked = QueryDict(mutable=True)
    asked["q"] = f'author:"{name}"'
    return {"title": name, "language": language, "url": f"{reverse('search')}?{asked.urlencode()}"}


def _completed_concepts(beginning: str, language: str, generation: int) -> list[dict[str, str]]:
    """Return the subjects with a label, in the language, that has words which begin as typed; subjects are public."""
    found: list[dict[str, str]] = []
    vocabulary = current_vocabulary(generation)
    for slug in current_thesaurus(generation).subjects_beginning(beginning, language):
        term = vocabulary.by_slug[slug]
        name = "sector" if term.scheme == Scheme.SECTOR.value else "topic"
        found.append(
            {
                "kind": "subject",
                "title": term.label_in(language),
                "language": term.label_language(language) or language,
                "url": f"{reverse('search')}?{name}={slug}",
            }
        )
        if len(found) == CONCEPTS_COMPLETED:
            break
    return found
