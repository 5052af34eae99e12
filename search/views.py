"""The results page, and completion while typing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe
from wagtail.models import Page

from access.models import Marking
from access.readers import Reader, reader_of
from access.sharing import share_among_equals
from knowledge.addresses import address_of, reading_address_of
from knowledge.models import KnowledgePage
from knowledge.subjects import counts_by_concept
from search.addresses import SearchAddress, facet_labels
from search.analysis import WORD, fold
from search.contract import (
    DURATIONS,
    FACETS,
    MAX_RESULTS,
    PAGE_SIZE,
    Sort,
    begins,
    clean_text,
)
from search.index import FoundPage, complete, search
from search.promotions import promoted
from search.questions import FOUND
from search.thesaurus import current_thesaurus
from vocabulary.models import TOPIC_SCHEMES, Scheme
from vocabulary.queries import Vocabulary, current_vocabulary

SHOWN_VALUES = 30
# Of a facet's values so many are shown at once, the others behind "More".
FIRST_VALUES = 6
SUGGESTIONS = 6
CONCEPTS_COMPLETED, PEOPLE_COMPLETED = 3, 3
BOX = (
    '<label class="facet__value facet__value--{}"><input type="checkbox" name="{}" value="{}"{}> <span>{}</span> '
    '<span class="muted">{}</span></label>'
)
CHECKED = {False: "", True: SafeString(" checked")}


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


def _hits(found: Sequence[FoundPage], reader: Reader, language: str) -> list[dict[str, Any]]:
    hits = []
    for hit in found:
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
                "can_be_asked_for": reader.is_member
                and hit.is_wanting
                and issubclass(hit.page.specific_class or Page, KnowledgePage),
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
    recommended = promoted(address.query, reader)
    is_recommended = {hit.page.translation_key for hit in recommended}
    answer = replace(answer, hits=[hit for hit in answer.hits if hit.page.translation_key not in is_recommended])
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
        "results": {"total": answer.results.total, "hits": _hits(answer.hits, reader, language)},
        "recommended": _hits(recommended, reader, language),
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
        "save_url": reverse("save_search", query=address.parameters) if reader.is_member and address.parameters else "",
        "ask_url": reverse("expert_questions", query={"q": address.query.text}),
        "corrected": answer.corrected,
        "corrected_url": address.url(changed={"q": answer.corrected}) if answer.corrected else "",
        "unfiltered": 0 if answer.results.total else answer.results.unfiltered,
        "unfiltered_url": address.url(changed=dict.fromkeys(FACETS, "")),
        "is_near": answer.is_near,
        "is_elsewhere": all(hit.is_untranslated for hit in answer.hits),
        "is_empty": is_empty,
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
    if address.query.text and not (address.chips() or address.query.offset):
        response[FOUND] = "1" if answer.results.total and not answer.is_near else "0"
    return response


def _every_language_url(address: SearchAddress) -> str:
    """Return the address of the question asked of the texts of all languages; nothing when it is that already."""
    if not address.query.text or address.query.chosen["language"]:
        return ""
    languages = [code for code, _name in settings.LANGUAGES]
    return reverse("search", query={**address.parameters, "language": languages})


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
    return {"title": name, "language": language, "url": reverse("search", query={"q": f'author:"{name}"'})}


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
