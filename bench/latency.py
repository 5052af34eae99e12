"""How long readers wait for a page of results and for completions, alone and eight at once, beside a raw query.

The raw query is the least that could answer: the words in titles and texts, with the same rights, facets and sorting
on the same indexes, sent by the same client; no other wordings, no excerpts, no page around it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.db import connections

from bench.figures import Figure
from bench.searching import questions
from bench.visits import readers
from search.contract import Query
from search.engines.elasticsearch import ElasticsearchEngine, search_request
from search.index import documents_of_entries
from search.models import SearchEntry

SEARCHES, COMPLETED = 160, 200
MANY = 8
# A whole page of results may take this many times the raw query, at the 95th percentile.
MOST_TIMES_RAW = 1.5
MOST_COMPLETION_MS = 50
# From 1,000 to 100,000 documents.
MOST_GROWTH = 2.0


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _raw_request(address: str, audience_ids: frozenset[int]) -> dict[str, Any]:
    """Return the raw query for an address: facets, rights and order are those of the hub's own request."""
    parts = urlsplit(address)
    parameters = parse_qs(parts.query)
    query = Query(parameters["q"][0], parts.path.split("/")[1], audience_ids)
    request = search_request(query)
    rights = request["query"]["bool"]["filter"]
    words = {"query": query.text, "fields": ["title", "body"], "operator": "and"}
    request["query"] = {"bool": {"filter": rights, "must": [{"multi_match": words}]}}
    del request["highlight"]
    return request


def _at_once(calls: list[Callable[[], object]], number: int) -> list[float]:
    """Make calls, so many at once, and return the seconds each took."""
    with ThreadPoolExecutor(number, initializer=connections.close_all) as pool:
        return list(pool.map(_timed, calls))


def add_copies(count: int) -> int:
    """Put copies of the documents into Elasticsearch until there are `count`; return how many there are.

    The copies name the pages of their originals, so that the hub has a page to show for each hit, but are pieces of
    their own. Writing as many pages would take hours and measure nothing else.
    """
    engine = ElasticsearchEngine()
    entries = list(SearchEntry.objects.filter(is_removed=False))
    documents = list(documents_of_entries(entries))

    def copies() -> Iterator[dict[str, Any]]:
        for number in range(len(documents), count):
            document = documents[number % len(documents)]
            action = engine._action(document, f"{engine.alias}-{document.language}")
            action["_id"] = f"copy-{number}"
            action["_source"]["piece"] = f"{document.piece}-{number // len(documents)}"
            yield action

    engine._bulk(copies(), refresh=True)
    engine.client.options(request_timeout=600).indices.forcemerge(index=engine.alias, max_num_segments=5)
    return engine.count()


def measure_growth(small: dict[str, Any], large: dict[str, Any]) -> list[Figure]:
    """Compare what pages of results took with few documents and with many."""
    return [
        Figure(
            f"results page, p95, {who}: many documents / few",
            large[who]["page_p95_ms"] / small[who]["page_p95_ms"],
            "×",
            MOST_GROWTH if who == "one reader" else None,
        )
        for who in small
    ]


def measure_latency() -> tuple[list[Figure], dict[str, Any]]:
    """Measure pages of results beside raw queries, and completions."""
    from django.contrib.auth.models import AnonymousUser

    from access.readers import reader_for

    asked: Iterator[str] = questions()
    person = readers()[0]
    audiences = reader_for(AnonymousUser()).audience_ids
    engine = ElasticsearchEngine()
    for address in islice(asked, 30):
        person.get(address)
        engine.client.search(index=engine.alias, **_raw_request(address, audiences))
    figures, details = [], {}
    for number in (1, MANY):
        addresses = list(islice(asked, SEARCHES))
        requests = [_raw_request(address, audiences) for address in addresses]
        raw = _at_once([partial(engine.client.search, index=engine.alias, **each) for each in requests], number)
        pages = _at_once([partial(person.get, each) for each in addresses], number)
        who = "one reader" if number == 1 else f"{number} readers at once"
        bar = MOST_TIMES_RAW if number == 1 else None
        figures.append(Figure(f"results page / raw query, p95, {who}", _p95(pages) / _p95(raw), "×", bar))
        figures.append(Figure(f"results page, p95, {who}", _p95(pages) * 1000, "ms"))
        details[who] = {
            "raw_p95_ms": _p95(raw) * 1000,
            "raw_median_ms": statistics.median(raw) * 1000,
            "page_p95_ms": _p95(pages) * 1000,
            "page_median_ms": statistics.median(pages) * 1000,
        }
    beginnings = []
    for address in islice(asked, COMPLETED):
        parts = urlsplit(address)
        language, text = parts.path.split("/")[1], parse_qs(parts.query)["q"][0]
        beginnings.append(f"/{language}/search/completions/?{urlencode({'q': text[:4]})}")
    completions = [_timed(partial(person.get, each)) for each in beginnings]
    figures.append(Figure("completion, p95", _p95(completions) * 1000, "ms", MOST_COMPLETION_MS))
    return figures, details
