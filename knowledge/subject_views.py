"""Pages of topics and countries, and case studies side by side."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from access.readers import reader_of
from access.reading import record_page_reading
from access.sharing import keep_nowhere, share_among_equals
from knowledge.comparison import FEWEST, MOST, cases_on_offer, cases_to_compare, parts_side_by_side
from knowledge.subjects import (
    concept_trees,
    countries_with_counts,
    country_by_code,
    list_about_concept,
    list_about_country,
    neighbours_of,
    organisations_in,
    taken_up_in,
)
from knowledge.views import MAX_ID
from vocabulary.queries import current_vocabulary, meaning_of


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """List the concepts that something readable is about (public view; counts through the policy)."""
    trees = concept_trees(reader_of(request), get_language() or "en")
    context = {"trees": trees, "is_in_all_languages": True}
    return share_among_equals(render(request, "knowledge/topics.html", context))


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a concept, what is around it, and what is about it (public view; lists through the policy)."""
    reader, language = reader_of(request), get_language() or "en"
    vocabulary = current_vocabulary(reader.generation)
    term = vocabulary.by_slug.get(slug)
    if term is None:
        raise Http404
    meaning = meaning_of(term)
    definition, definition_language = meaning.definition_in(language)
    context = {
        "term": term,
        "alternatives": term.alternatives.get(language, ()),
        "definition": definition,
        "definition_language": definition_language,
        "neighbours": neighbours_of(term, meaning.related, reader, language),
        "list": list_about_concept(term, vocabulary, reader, language, request.GET),
        "is_in_all_languages": True,
    }
    return share_among_equals(render(request, "knowledge/topic.html", context))


@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    """List the countries that something readable is about (public view; counts through the policy)."""
    found = countries_with_counts(reader_of(request), get_language() or "en")
    context = {"countries": found, "is_in_all_languages": True}
    return share_among_equals(render(request, "knowledge/countries.html", context))


@require_safe
def country(request: HttpRequest, code: str) -> HttpResponse:
    """Show what there is about a country (public view; lists through the policy)."""
    if code != code.lower():
        return redirect("country", code.lower())
    reader, language = reader_of(request), get_language() or "en"
    found = country_by_code(code.upper(), language)
    if found is None:
        raise Http404
    context = {
        "country": found,
        "country_alone": [found],
        "organisations": organisations_in(found.code, reader, language),
        "practices": taken_up_in(found.code, reader, language),
        "list": list_about_country(found.code, reader, language, request.GET),
        "is_in_all_languages": True,
    }
    return share_among_equals(render(request, "knowledge/country.html", context))


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Lay two or three case studies side by side (public view; the policy, for each).

    A number that nothing has, one of something else and one of what is not for this reader are all left out alike.
    """
    reader, language = reader_of(request), get_language() or "en"
    given = list(dict.fromkeys(request.GET.getlist("case")))
    numbers = [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 11]
    cases = cases_to_compare([number for number in numbers[:MOST] if number <= MAX_ID], reader, language)
    is_comparison = len(cases) >= FEWEST
    context = {
        "cases": cases,
        "is_comparison": is_comparison,
        "parts": parts_side_by_side(cases) if is_comparison else (),
        "offered": () if is_comparison else cases_on_offer(reader, language),
        "chosen": {case.pk for case in cases},
        "is_too_many": len(given) > MOST,
        "is_missing": len(cases) < min(len(given), MOST),
    }
    recorded = [record_page_reading(reader, case) for case in cases] if is_comparison else []
    response = render(request, "knowledge/compare.html", context)
    return keep_nowhere(response) if any(recorded) else share_among_equals(response)
