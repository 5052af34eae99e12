"""The results page, and completion while typing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, gettext
from django.views.decorators.http import require_safe

from access.readers import Reader, reader_of
from access.sharing import share_among_equals
from knowledge.addresses import reading_address_of
from search.contract import FACETS, MAX_RESULTS, PAGE_SIZE, Query, Sort, clean_text, printable_text
from search.documents import type_names
from search.index import complete, search
from vocabulary.countries import CODES, country_name
from vocabulary.models import TOPIC_SCHEMES, Scheme
from vocabulary.queries import Vocabulary, current_vocabulary

MAX_VALUES = 20
SHOWN_VALUES = 30
SUGGESTIONS = 6


@dataclass(frozen=True)
class Value:
    """A value of a facet, with what people call it and how many results it would give."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its values."""

    name: str
    label: str
    values: list[Value]


class SearchAddress:
    """What the address of a results page asks for, cleaned, with what had to be left out.

    Attributes:
        query: the question, for the reader.
        problems: sentences for the reader on what could not be used.
        number: the page of results.
    """

    def __init__(self, parameters: QueryDict, reader: Reader, language: str, vocabulary: Vocabulary) -> None:
        self.problems: list[str] = []
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
        self.query = Query(
            text=text,
            language=language,
            audience_ids=reader.audience_ids,
            chosen={name: self._chosen(parameters, name) for name in FACETS},
            sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
            offset=(self.number - 1) * PAGE_SIZE,
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

    def is_known(self, name: str, value: str) -> bool:
        """Tell whether a facet can have a value."""
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
        return value.isascii() and value.isdigit() and len(value) == 4

    def url(self, *, without: tuple[str, str] | None = None, page: int = 1) -> str:
        """Return the address of the same question without one chosen value, or on another page."""
        parameters = QueryDict(mutable=True)
        if self.query.text:
            parameters["q"] = self.query.text
        for name, values in self.query.chosen.items():
            kept = [value for value in values if (name, value) != without]
            if kept:
                parameters.setlist(name, kept)
        if self.query.sort is not Sort.RELEVANCE:
            parameters["sort"] = self.query.sort.value
        if page > 1:
            parameters["page"] = str(page)
        return f"{reverse('search')}?{parameters.urlencode()}"

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
        return value


def facet_labels() -> dict[str, str]:
    """Return what each facet is called in the active language."""
    return {
        "type": gettext("Type"),
        "topic": gettext("Topic"),
        "sector": gettext("Sector"),
        "language": gettext("Language"),
        "country": gettext("Country"),
        "year": gettext("Year"),
    }


def _facets(address: SearchAddress, counted: Mapping[str, Sequence[tuple[str, int]]]) -> list[Facet]:
    facets = []
    for name, label in facet_labels().items():
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
        if values:
            facets.append(Facet(name, label, values))
    return facets


def _suggestions(address: SearchAddress) -> list[dict[str, str]]:
    """Return topics whose labels are near the query, else the broadest ones."""
    terms = address.vocabulary.in_schemes([scheme.value for scheme in TOPIC_SCHEMES], address.language)
    by_label: dict[str, str] = {}
    for term in terms:
        for label in (term.label_in(address.language), *term.alternatives.get(address.language, [])):
            by_label.setdefault(label.casefold(), term.slug)
    text = address.query.text.casefold()
    near = difflib.get_close_matches(text, by_label, n=SUGGESTIONS, cutoff=0.5) if text else []
    containing = [label for label in by_label if any(word in label for word in text.split() if len(word) > 3)]
    slugs: Iterable[str] = dict.fromkeys(by_label[label] for label in [*near, *containing])
    slugs = list(slugs) or [term.slug for term in terms if not term.broader]
    return [
        {"text": address.label_of("topic", slug), "url": f"{reverse('search')}?topic={slug}"}
        for slug in list(slugs)[:SUGGESTIONS]
    ]


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
    labels: dict[Sort, Callable[[], str]] = {
        Sort.RELEVANCE: lambda: gettext("Most relevant first"),
        Sort.NEWEST: lambda: gettext("Newest first"),
    }
    context = {
        "form_text": address.query.text,
        "results": {"total": answer.results.total, "hits": answer.hits},
        "facets": _facets(address, answer.results.facets),
        "chips": [
            {"label": address.label_of(name, value), "url": address.url(without=(name, value))}
            for name, values in address.query.chosen.items()
            for value in values
        ],
        "sort_choices": [
            {"value": sort.value, "label": label(), "is_chosen": sort == address.query.sort}
            for sort, label in labels.items()
        ],
        "pager": {
            "number": number,
            "pages": pages,
            "previous_url": address.url(page=number - 1) if number > 1 else "",
            "next_url": address.url(page=number + 1) if number < pages else "",
        },
        "problems": address.problems,
        "suggestions": [] if answer.results.total else _suggestions(address),
        "notice": gettext("Search is limited at the moment: it may find less than usual. Everything else works.")
        if answer.is_degraded
        else "",
    }
    response = share_among_equals(render(request, "search/results.html", context))
    if answer.is_degraded:
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def completions(request: HttpRequest) -> HttpResponse:
    """Return titles that continue what was typed, as JSON (public view; the policy limits them)."""
    reader = reader_of(request)
    language = get_language() or "en"
    beginning = clean_text(request.GET.get("q", ""))
    found = complete(beginning, language, reader) if len(beginning) > 1 else []
    listed = [
        {
            "title": completion.title,
            "language": page.locale.language_code,
            "url": reading_address_of(page, language),
        }
        for completion, page in found
    ]
    response = JsonResponse({"completions": listed})
    response["Cache-Control"] = "private, no-cache"
    return response
