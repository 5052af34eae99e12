"""What a page of results costs in Django, beyond the round trip to Elasticsearch."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.corpus import SEED, Sentences
from bench.figures import Figure
from bench.visits import readers
from search.engines.elasticsearch import connect

SEARCHES = 240
# Django's part may be this many times the round trip.
MOST_TIME_BEYOND = 1.0
FILTERS: list[dict[str, str]] = [{}, {}, {}, {"type": "casestudy"}, {"year": "2024"}, {"sort": "newest"}, {"page": "2"}]


@dataclass
class Wire:
    """What went to Elasticsearch: how many requests, and the seconds they took."""

    requests: int = 0
    seconds: float = 0.0


@contextmanager
def watched_wire() -> Iterator[Wire]:
    """Count and time every request that the hub's client sends meanwhile."""
    transport: Any = connect().transport
    original, wire = transport.perform_request, Wire()

    def perform_request(*args: Any, **kwargs: Any) -> Any:
        begin = time.perf_counter()
        try:
            return original(*args, **kwargs)
        finally:
            wire.requests += 1
            wire.seconds += time.perf_counter() - begin

    transport.perform_request = perform_request
    try:
        yield wire
    finally:
        del transport.perform_request


@dataclass
class Times:
    """Seconds of many searches, part by part."""

    beyond: list[float] = field(default_factory=list)
    round_trips: list[float] = field(default_factory=list)
    most_requests: int = 0
    least_requests: int = 1


def questions() -> Iterator[str]:
    """Yield addresses of results pages, none twice: one to three words that occur, in four languages."""
    chance = random.Random(SEED + 1)  # noqa: S311 - the same questions every time
    sentences = {language: Sentences(language).sentences for language in ("en", "ar", "es", "fr")}
    seen = set()
    while True:
        language = chance.choice(list(sentences))
        words = [word.strip(".,;:!?«»“”()،؛؟") for word in chance.choice(sentences[language]).split()]
        words = [word for word in words if len(word) > 4]
        start, number = chance.randrange(max(len(words), 1)), chance.choice((1, 1, 2, 2, 3))
        if text := " ".join(words[start : start + number]):
            address = f"/{language}/search/?{urlencode({'q': text, **chance.choice(FILTERS)})}"
            if address not in seen:
                seen.add(address)
                yield address


def measure_search() -> tuple[list[Figure], dict[str, float]]:
    """Search many times as a visitor and a member, each results page made anew, and split the time."""
    asked, people = questions(), readers()
    for person in people:  # Vocabulary and frame are kept afterwards, and the cluster has read its files.
        for _ in range(20):
            person.get(next(asked))
    times = Times()
    for number in range(SEARCHES):
        with watched_wire() as wire:
            whole = people[number % len(people)].get(next(asked))
        times.round_trips.append(wire.seconds)
        times.beyond.append(whole - wire.seconds)
        times.most_requests = max(times.most_requests, wire.requests)
        times.least_requests = min(times.least_requests, wire.requests)
    beyond, round_trip = statistics.median(times.beyond), statistics.median(times.round_trips)
    if times.least_requests < 1:
        raise RuntimeError("A results page came without Elasticsearch; the measurement would mean nothing.")
    figures = [
        Figure(
            "results page: time in Django / Elasticsearch's round trip, medians",
            beyond / round_trip,
            "×",
            MOST_TIME_BEYOND,
        ),
        Figure("results page: requests to Elasticsearch, at most", times.most_requests, "requests", 1),
        Figure("results page: Elasticsearch's round trip, median", round_trip * 1000, "ms"),
        Figure("results page: time in Django beyond it, median", beyond * 1000, "ms"),
    ]
    details = {
        "searches": SEARCHES,
        "round_trip_p95_ms": statistics.quantiles(times.round_trips, n=20)[-1] * 1000,
        "beyond_p95_ms": statistics.quantiles(times.beyond, n=20)[-1] * 1000,
    }
    return figures, details
