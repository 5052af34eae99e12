"""What the address of a results page asks for, and addresses of the same question changed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from access.languages import language_name
from access.models import Marking
from access.policy import readable_pages
from access.readers import Reader
from knowledge.models import KnowledgePage
from members.models import OrganisationName
from members.profiles import reading_languages
from search.contract import DURATIONS, FACETS, MAX_RESULTS, PAGE_SIZE, Likeness, Query, Sort, clean_text, printable_text
from search.documents import type_names
from vocabulary.countries import CODES, country_name
from vocabulary.models import TOPIC_SCHEMES, Scheme
from vocabulary.queries import Vocabulary

MAX_VALUES = 20
MAX_ID = 2**63 - 1
NOTHING_CHANGED: Mapping[str, str] = MappingProxyType({})


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
                return capfirst(language_name(value))
            case "country":
                return country_name(value, self.language)
            case "organisation":
                names = self._organisations.get(value, {})
                return (
                    names.get(self.language) or names.get("en") or next(iter(names.values()), gettext("Organisation"))
                )
            case "duration":
                return duration_labels()[value]
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


def duration_labels() -> dict[str, str]:
    """Return what the kinds of recordings by length are called in the active language."""
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
