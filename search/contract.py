"""What the hub asks of a search engine. Every engine passes the same suite, tests/search/test_contract.py."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

# Facets in the order they are shown. The values of `language` are the languages of the texts themselves.
FACETS = ("type", "topic", "sector", "language", "country", "year")
PAGE_SIZE = 10
# No engine pages deeper than this; a reader who needs more needs a better question.
MAX_RESULTS = 1000
COMPLETIONS = 8
# More than there are countries.
FACET_SIZE = 500
# Longer questions are cut: nobody types them, and each word costs.
MAX_TEXT = 200
MAX_WORDS = 32


class SearchEngineError(Exception):
    """The engine cannot answer now: it is away, or answers nonsense."""


class Sort(StrEnum):
    """Orders of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


def printable_text(text: str) -> str:
    """Return a typed text in composed letters, without marks that only steer its display or control a terminal."""
    kept = []
    for character in unicodedata.normalize("NFKC", text):
        if unicodedata.category(character) != "Cf":
            kept.append(character if character.isprintable() else " ")
    return " ".join("".join(kept).split())


def clean_text(text: str) -> str:
    """Return a typed text as engines take it: printable, and of a length and number of words they answer soon."""
    return " ".join(printable_text(text[: 50 * MAX_TEXT])[:MAX_TEXT].split()[:MAX_WORDS])


@dataclass(frozen=True)
class Fragment:
    """A piece of an excerpt: plain text, and whether it matched the query."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class Query:
    """A question.

    Attributes:
        text: what was typed, cleaned by `clean_text`; empty means everything.
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

    def __post_init__(self) -> None:
        """Clean the text, whoever asks."""
        object.__setattr__(self, "text", clean_text(self.text))


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
    facets: Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Completion:
    """A title that continues what was typed."""

    page_id: int
    title: str


@dataclass(frozen=True)
class Document:
    """What the index keeps of a page in one language.

    Attributes:
        version: grows with every change of the page's entry; an engine never puts an older one over a newer.
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
        """Add or replace documents, visible to the next search. Raises SearchEngineError.

        A document that is older than what is there, or than its removal, changes nothing.
        """
        ...

    def remove(self, versions: Mapping[int, int]) -> None:
        """Remove pages, whether or not they are there. Raises SearchEngineError.

        Args:
            versions: by page, the version of its removal: nothing older comes back, nothing newer goes.
        """
        ...

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Replace the whole index without a moment in which searches fail; return how many are in it."""
        ...
