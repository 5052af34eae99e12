"""What the policy adds to an article page and to a search: the same requests with it and without, in turn."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any
from unittest.mock import patch

from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

import search.index
from access import policy, readers
from access.generation import current_generation, start_new_generation
from access.models import Audience
from access.readers import Reader
from bench.figures import Figure
from bench.restricted import AUDIENCES, MEMBERS, People, write_restricted
from bench.searching import questions, watched_wire
from bench.visits import Visitor, visitor_signed_in
from knowledge.models import Article
from search.contract import Query
from search.engines import database, elasticsearch
from search.models import SearchEntry

# With the policy, a request may take this many times what it takes without.
MOST_TIME = 1.05
# How a query is limited to audiences.
LIMITED = re.compile(r'"audience_id" (IN|= ANY)')
ARTICLES, ARTICLE_PAIRS, SEARCH_PAIRS, DATABASE_PAIRS = 60, 60, 60, 30
# Each request is made so often with the policy and so often without; what else the machine did slowed the others.
TURNS = 5


def _live_pages(pages: QuerySet[Page], reader: Reader) -> QuerySet[Page]:
    """Stand in for `readable_pages`: everybody may read what is live."""
    return pages.filter(live=True)


def _live_entries(audience_ids: frozenset[int]) -> QuerySet[SearchEntry]:
    """Stand in for the database engine's choice of what may be read."""
    live = Page.objects.filter(live=True)
    return SearchEntry.objects.filter(is_removed=False, page_id__in=live.values("pk"))


def _request_for_all(request: dict[str, Any]) -> dict[str, Any]:
    """Take the rights out of a search request."""
    question = request["query"]["bool"]
    question["filter"] = [each for each in question["filter"] if "audience_id" not in each.get("terms", {})]
    return request


@contextmanager
def without_policy() -> Iterator[None]:
    """Have nobody's rights looked up, and no query limited by them.

    The content generation stays, and that a page must be live: a hub without rights would have these too.
    """
    audience_ids = frozenset(Audience.objects.values_list("pk", flat=True))

    def reader_of_all(user: Any, session: SessionBase | None = None) -> Reader:
        return Reader(audience_ids, True, True, False, current_generation(), user)

    search_request = elasticsearch.search_request

    def request_for_all(query: Query) -> dict[str, Any]:
        return _request_for_all(search_request(query))

    asked = policy.readable_pages
    with ExitStack() as stack:
        for module in [each for each in sys.modules.values() if getattr(each, "readable_pages", None) is asked]:
            stack.enter_context(patch.object(module, "readable_pages", _live_pages))
        stack.enter_context(patch.object(readers, "reader_for", reader_of_all))
        stack.enter_context(patch.object(database, "_readable", _live_entries))
        stack.enter_context(patch.object(elasticsearch, "search_request", request_for_all))
        yield


@contextmanager
def without_elasticsearch() -> Iterator[None]:
    """Have the database searched, as on a hub without a cluster."""
    with patch.object(search.index, "uses_elasticsearch", lambda: False):
        yield


@dataclass
class Pairs:
    """Seconds of the same requests with the policy and without."""

    with_policy: list[float] = field(default_factory=list)
    without: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """With the policy, how many times the time without: the median of pairs."""
        return statistics.median(a / b for a, b in zip(self.with_policy, self.without, strict=True))

    def as_json(self) -> dict[str, float]:
        """Return the medians in milliseconds, with the ratios."""
        medians = [statistics.median(seconds) * 1000 for seconds in (self.with_policy, self.without)]
        return {
            "with_ms": medians[0],
            "without_ms": medians[1],
            "ratio_of_medians": medians[0] / medians[1],
            "median_of_ratios": self.ratio,
            "pairs": len(self.without),
        }


def compare(person: Visitor, addresses: Iterator[str], pairs: int, prepare: Callable[[], None] | None = None) -> Pairs:
    """Ask for each address with and without the policy, each time made anew, in turn; of each the quickest counts.

    Args:
        person: who asks.
        addresses: of pages; each is asked for once more before, so that neither finds the database colder.
        pairs: how many addresses are compared.
        prepare: what is done before each request, uncounted.
    """
    found = Pairs()
    for number, address in enumerate(islice(addresses, pairs)):
        # A parameter that nothing reads makes it another address of the same page, which is not kept.
        visit = f"{address}{'&' if '?' in address else '?'}visit={number}"
        person.get(visit)
        seconds: dict[str, list[float]] = {"with": [], "without": []}
        contexts: list[tuple[str, Callable[[], AbstractContextManager]]] = [
            ("with", nullcontext),
            ("without", without_policy),
        ]
        for turn in range(TURNS):
            for side, context in contexts if (number + turn) % 2 else contexts[::-1]:
                with context():
                    if prepare:
                        prepare()
                    seconds[side].append(person.get(f"{visit}-{turn}-{side}"))
        found.with_policy.append(min(seconds["with"]))
        found.without.append(min(seconds["without"]))
    return found


def article_addresses() -> list[str]:
    """Return addresses of articles for members, which both of those measured may read."""
    pages = Article.objects.filter(live=True, marking="GREEN", locale__language_code="en").order_by("-pk")
    return [page.url for page in pages[:ARTICLES]]


def check(person: Visitor, address: str, question: str) -> dict[str, int]:
    """Make sure that what is compared is with and without; return how many queries limit an article by audiences.

    Raises:
        RuntimeError: it is not.
    """
    counts = {}
    for name, context in (("with", nullcontext), ("without", without_policy)):
        with context(), watched_wire() as wire:
            start_new_generation()
            with CaptureQueriesContext(connection) as captured:
                person.get(f"{address}?visit=check-{name}")
            statements = [each["sql"] for each in captured]
            person.get(f"{question}&visit=check-{name}")
        if wire.requests != 1:
            raise RuntimeError("A results page came without Elasticsearch; the measurement would mean nothing.")
        counts[f"queries_{name}"] = len(statements)
        counts[f"limited_queries_{name}"] = sum(LIMITED.search(each) is not None for each in statements)
    if not counts["limited_queries_with"] or counts["limited_queries_without"]:
        raise RuntimeError(f"The policy was not where it should be: {counts}")
    return counts


def measure_policy() -> tuple[list[Figure], dict[str, Any]]:
    """Restrict a part of the pages, and compare articles and searches of two members."""
    people: People = write_restricted()
    cache.clear()
    articles = article_addresses()
    figures: list[Figure] = []
    details: dict[str, Any] = {"audiences": Audience.objects.count(), "members": MEMBERS, "restricted": AUDIENCES}
    kinds = {"member": people.member, "named in all that is restricted": people.named_in_all}
    for name, user in kinds.items():
        person, asked = visitor_signed_in(name, user), questions()
        audiences = len(readers.reader_for(user).audience_ids)
        for _ in range(10):
            person.get(next(asked))
        details[name] = {"audiences": audiences, **check(person, articles[0], next(asked))}
        found = {
            "article made anew": compare(person, cycle(articles), ARTICLE_PAIRS),
            "article right after a change": compare(person, cycle(articles), ARTICLE_PAIRS, start_new_generation),
            "results page, Elasticsearch": compare(person, asked, SEARCH_PAIRS),
        }
        with without_elasticsearch():
            found["results page, database"] = compare(person, asked, DATABASE_PAIRS)
        for what, pairs in found.items():
            # The bar is on a member like most; what the one longest list of all costs is told.
            bar = MOST_TIME if user is people.member else None
            text = f"policy: {what}, {name} ({audiences} audiences): with / without"
            figures.append(Figure(text, pairs.ratio, "×", bar))
            details[name][what] = pairs.as_json()
    return figures, details
