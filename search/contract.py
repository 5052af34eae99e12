"""What the hub asks of a search engine. Every engine passes the same suite, tests/search/test_contract.py."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from search.analysis import WORD, fold
from search.interpretation import Question, interpret, languages_of
from search.thesaurus import Thesaurus

# Facets in the order they are shown. The values of `language` are the languages of the texts themselves.
FACETS = ("type", "topic", "sector", "country", "organisation", "language", "year", "duration", "marking")
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
    MOST_USED = "used"


# Kinds of recordings by their length, in minutes up to which they go.
DURATIONS = {"short": 15, "medium": 45, "long": None}


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


def begins(name: str, words: Sequence[str]) -> bool:
    """Tell whether a name has, for each of some folded words, one that begins with it."""
    own = WORD.findall(fold(name))
    return bool(words) and all(any(each.startswith(word) for each in own) for word in words)


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
        language: language of the interface.
        audience_ids: the audiences of the reader; nothing outside of them is found or counted.
        languages: the languages that the reader reads, best first, beginning with that of the interface. Without a
            chosen language facet, each piece of knowledge is found once: in the first of these that it has, or as it
            was written when it has none of them.
        chosen: chosen values by facet; within a facet any of them, across facets all.
        published_from, published_to: the first and the last day of publication.
        sort: the order of hits. Without a text, relevance means newest first.
        offset: number of hits to skip.
        like: a piece of knowledge; what shares its subjects is found, and it is not itself.
        thesaurus: what words mean.
        is_lenient: whether words near to those typed will do, and fewer of them.
        is_explained: whether each hit tells what it was found by.
        today: the day on which freshness counts.
    """

    text: str
    language: str
    audience_ids: frozenset[int]
    languages: tuple[str, ...] = ()
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    published_from: datetime.date | None = None
    published_to: datetime.date | None = None
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    size: int = PAGE_SIZE
    like: Likeness | None = None
    thesaurus: Thesaurus = field(default=Thesaurus(), repr=False, compare=False)
    is_lenient: bool = False
    is_explained: bool = False
    today: datetime.date = field(default_factory=datetime.date.today)

    def __post_init__(self) -> None:
        """Clean the text, whoever asks."""
        object.__setattr__(self, "text", clean_text(self.text))
        languages = tuple(dict.fromkeys((self.language, *self.languages)))
        object.__setattr__(self, "languages", languages)

    @cached_property
    def question(self) -> Question:
        """What the text asks for."""
        question = interpret(self.text, self.language, self.thesaurus)
        return question.widened() if self.is_lenient else question

    @cached_property
    def searched_languages(self) -> tuple[str, ...]:
        """The reader's languages, after the one that the text is in."""
        return languages_of(self.text, self.languages)


@dataclass(frozen=True)
class Likeness:
    """What a piece of knowledge is about, to find others like it.

    Attributes:
        piece: its translation key.
        topics, sectors, countries: as in `Document`, without broader concepts.
        title: in the language of the reader.
    """

    piece: str
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class FoundPassage:
    """A sentence that was said, and when: `seconds` from the beginning of the recording."""

    seconds: int
    text: Sequence[Fragment]


@dataclass(frozen=True)
class Hit:
    """One result: the page, and excerpts that show why it was found.

    Attributes:
        title: the title in fragments, so that the words that matched can be marked.
        excerpt: a part of the text around the words that matched, or its summary.
        passage: what was said that matches, in a recording.
        why: what it was found by, with what that counts, most first; only when the query asks for it.
    """

    page_id: int
    title: Sequence[Fragment]
    excerpt: Sequence[Fragment]
    passage: FoundPassage | None = None
    why: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Results:
    """An answer.

    Attributes:
        total: number of hits in all, exact up to `MAX_RESULTS`.
        facets: by facet, (value, count) pairs, most first; a facet's own choice does not narrow its counts.
        unfiltered: number of hits that there would be if no facet were chosen; not told of lenient queries.
    """

    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[tuple[str, int]]]
    unfiltered: int = 0


@dataclass(frozen=True)
class Completion:
    """A title that continues what was typed, and the people of the page whose names do."""

    page_id: int
    title: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """What the index keeps of a page in one language.

    Attributes:
        version: grows with every change of the page's entry; an engine never puts an older one over a newer.
        piece: the piece of knowledge, which is one in all languages: its translation key.
        versions: the languages that the piece has, this one included.
        is_original: whether this is the version that the others are translations of.
        labels: labels of its concepts and names of its countries and organisations, in its language; searched, not
            shown.
        people: names of its authors.
        passages: what is said in a recording: milliseconds from its beginning, and a sentence.
        attachments: the texts of its files, those that all its readers may read.
        topics: slugs of topics with all their broader concepts; sectors, regions and countries likewise as codes.
        organisations: primary keys of the organisations of its people, as text.
        duration: one of `DURATIONS`, of a recording.
        fresh_on: when it was published or last reviewed.
        review_by: the day by which it is to be reviewed, if there is one.
        uses: how often members kept it, found it useful or took it up.
        marking: its TLP label.
    """

    page_id: int
    version: int
    language: str
    versions: tuple[str, ...]
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
    piece: str = ""
    is_original: bool = False
    people: tuple[str, ...] = ()
    passages: tuple[tuple[int, str], ...] = ()
    attachments: str = ""
    regions: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    duration: str = ""
    fresh_on: str = ""
    review_by: str | None = None
    uses: int = 0
    marking: str = ""


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
