"""What the hub asks of a search engine. Every engine passes the same suite, tests/search/test_contract.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

# Facets in the order they are shown. The values of `language` are the languages of the texts themselves.
FACETS = ("type", "topic", "sector", "language", "country", "year")
PAGE_SIZE = 10
# No engine pages deeper than this; a reader who needs more needs a better question.
MAX_RESULTS = 1000
COMPLETIONS = 8
FACET_SIZE = 100


class SearchEngineError(Exception):
    """The engine cannot answer now: it is away, or answers nonsense."""


class Sort(StrEnum):
    """Orders of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True)
class Fragment:
    """A piece of an excerpt: plain text, and whether it matched the query."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class Query:
    """A question, already cleaned.

    Attributes:
        text: what was typed; empty means everything.
        language: language of the interface; without a chosen language facet, each piece of knowledge is
            found once: in this language, or as it was written when it is not translated into it.
        audience_ids: the audiences of the reader; nothing outside of them is found or counted.
        chosen: chosen values by facet; within a facet any of them, across facets all.
        sort: the order of hits. Without a text, both orders mean newest first.
        offset: number of hits to skip.
    """

    text: str
    language: str
    audience_ids: frozenset[int]
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    size: int = PAGE_SIZE


@dataclass(frozen=True)
class Hit:
    """One result: the page, and excerpts that show why it was found.

    Attributes:
        title: the title in fragments, so that the words that matched can be marked.
        excerpt: a part of the text around the words that matched, or its summary.
    """

    page_id: int
    title: Sequence[Fragment]
    excerpt: Sequence[Fragment]


@dataclass(frozen=True)
class Results:
    """An answer.

    Attributes:
        total: number of hits in all, exact up to `MAX_RESULTS`.
        facets: by facet, (value, count) pairs, most first; a facet's own choice does not narrow its counts.
    """

    total: int
    hits: Sequence[Hit]
    facets: dict[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Completion:
    """A title that continues what was typed."""

    page_id: int
    title: str


@dataclass(frozen=True)
class Document:
    """What the index keeps of a page in one language.

    Attributes:
        version: grows with every change; an engine never puts an older one over a newer.
        offered_in: the languages of the interface in which this version is the one to show: its own, and
            for an original those it is not translated into.
        topics: slugs of topics with all their broader concepts; sectors and countries likewise as codes.
        labels: labels of its concepts and names of its countries and authors, in its language; searched, not shown.
    """

    page_id: int
    version: int
    language: str
    offered_in: tuple[str, ...]
    type: str
    title: str
    summary: str
    body: str
    labels: str
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    year: str
    published_on: str
    audience_id: int


class SearchEngine(Protocol):
    """An engine: `elasticsearch` or `database`."""

    def search(self, query: Query) -> Results:
        """Answer a query. Raises SearchEngineError when the engine is away."""
        ...

    def complete(self, beginning: str, language: str, audience_ids: frozenset[int]) -> Sequence[Completion]:
        """Return at most COMPLETIONS titles with words that begin as typed, offered in the language."""
        ...

    def put(self, documents: Iterable[Document]) -> None:
        """Add or replace documents, visible to the next search. Raises SearchEngineError."""
        ...

    def remove(self, page_ids: Iterable[int]) -> None:
        """Remove pages, whether or not they are there. Raises SearchEngineError."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Replace the whole index without a moment in which searches fail; return how many are in it."""
        ...
