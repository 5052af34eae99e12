"""How a question is understood: its parts, what each may be called otherwise, and in which language it was typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from search.analysis import WORD, codes, fold, without_attachments
from search.ranking import parts_needed
from search.syntax import Field, Item, items
from search.thesaurus import LANGUAGES, LONGEST, MOST_WORDINGS, SMALL_WORDS, Thesaurus

ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# As Elasticsearch's standard tokenizer has it: one word on both sides of an apostrophe.
TYPED_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Part:
    """One thing that is asked for. A text has it if it has all of `words`, or a wording, a concept or a country.

    Attributes:
        words: as they were typed, without what is attached to them.
        is_phrase: whether the words must stand one after the other.
        field: where the words must be.
        wordings: other words for the same, in whatever language.
        concepts: slugs of concepts that it names.
        countries: ISO codes of countries that it names.
    """

    words: tuple[str, ...]
    is_phrase: bool = False
    field: Field = Field.ANY
    wordings: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words as one text."""
        return " ".join(self.words)


@dataclass(frozen=True)
class Question:
    """What a typed text asks for.

    Attributes:
        parts: what is asked for.
        excluded: what must not be there.
        needed: how many of the optional parts a text must have.
    """

    parts: tuple[Part, ...] = ()
    excluded: tuple[Part, ...] = ()
    needed: int = 0

    @property
    def required(self) -> tuple[Part, ...]:
        """Phrases, codes and what is looked for in a field: these must be there."""
        return tuple(part for part in self.parts if part.is_phrase or part.field is not Field.ANY)

    @property
    def optional(self) -> tuple[Part, ...]:
        """The others: so many of them as are needed must be there."""
        return tuple(part for part in self.parts if not part.is_phrase and part.field is Field.ANY)

    @property
    def is_empty(self) -> bool:
        """Whether nothing that can be searched for was typed."""
        return not self.parts and not self.excluded

    def widened(self) -> Question:
        """Return the question with which to look further when nothing has enough of the parts."""
        return replace(self, needed=min(self.needed, (len(self.optional) + 1) // 2))


def script_of(text: str) -> str:
    """Return `ar` when most letters of a text are Arabic, else nothing."""
    return "ar" if len(ARABIC.findall(text)) > len(LATIN.findall(text)) else ""


def languages_of(text: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the reader's languages in the order in which versions are looked through for a question.

    Somebody who reads Arabic and types Latin letters means texts in Latin letters, and the other way round; small
    words tell those of one script apart.

    Args:
        text: what was typed.
        languages: the reader's, best first; the first is that of the interface.
    """
    is_arabic = script_of(text) == "ar"
    if not LATIN.search(text) and not is_arabic:
        return tuple(languages)
    writes = [code for code in LANGUAGES if (code == "ar") == is_arabic]
    words = {fold(word) for word in WORD.findall(text)}
    told = {code: len(words & SMALL_WORDS.get(code, frozenset())) for code in writes}
    first = languages[0] if languages[0] in writes else next((code for code in languages if code in writes), writes[0])
    best = max(writes, key=lambda code: told[code])
    if told[best] > told.get(first, 0) + 1 or (told[best] and not told.get(first, 0) and len(words) > 1):
        first = best
    if first == languages[0]:
        return tuple(languages)
    return tuple(dict.fromkeys((first, *languages)))


@lru_cache(maxsize=2_000)
def _items(text: str) -> tuple[Item, ...]:
    return tuple(items(text))


def interpret(text: str, language: str, thesaurus: Thesaurus) -> Question:
    """Return what a typed text asks for.

    Args:
        text: as `search.contract.clean_text` leaves it.
        language: that of the interface.
        thesaurus: what words mean.
    """
    asked = languages_of(text, (language,))[0]
    parts: list[Part] = []
    excluded: list[Part] = []
    run: list[Part] = []
    for item in _items(text):
        part = _part(item, asked)
        if part is None:
            continue
        if item.is_excluded:
            excluded.append(part)
        elif part.is_phrase or part.field is not Field.ANY:
            parts += _understood(run, asked, thesaurus)
            run = []
            parts.append(part)
        else:
            run.append(part)
    parts += _understood(run, asked, thesaurus)
    telling = [part for part in parts if not _is_small(part, asked, thesaurus)]
    parts = list(dict.fromkeys(telling or parts))
    question = Question(tuple(parts), tuple(excluded))
    return replace(question, needed=parts_needed(len(question.optional)))


def _part(item: Item, language: str) -> Part | None:
    text = without_attachments(item.text, language)
    if item.is_phrase:
        words = tuple(TYPED_WORD.findall(text))
        return Part(words, is_phrase=len(words) > 1, field=item.field) if words else None
    code = codes(text)
    if code and code[0].start() == 0:
        return Part((code[0][0],), is_phrase=True, field=item.field)
    words = tuple(TYPED_WORD.findall(text))
    return Part(words, field=item.field) if words else None


def _is_small(part: Part, language: str, thesaurus: Thesaurus) -> bool:
    if part.is_phrase or part.field is not Field.ANY or part.concepts or part.countries or part.wordings:
        return False
    return all(thesaurus.is_small(fold(word), language) for word in part.words)


def _understood(run: list[Part], language: str, thesaurus: Thesaurus) -> list[Part]:
    """Return words with what they mean, the longest wordings first; words of one wording become one part."""
    found: list[Part] = []
    start = 0
    while start < len(run):
        for end in range(min(len(run), start + LONGEST + 2), start, -1):
            span = run[start:end]
            # A wording neither begins nor ends with a small word.
            if len(span) > 1 and (_is_small(span[0], language, thesaurus) or _is_small(span[-1], language, thesaurus)):
                continue
            words = tuple(word for part in span for word in part.words)
            sense = None if len(span) == 1 and _is_small(span[0], language, thesaurus) else thesaurus.sense_of(words)
            if sense is not None:
                said = fold(" ".join(words))
                wordings = tuple(each for each in sense.wordings if fold(each) != said)[:MOST_WORDINGS]
                telling = tuple(word for word in words if not thesaurus.is_small(fold(word), language)) or words
                found.append(
                    Part(
                        telling,
                        wordings=wordings,
                        concepts=tuple(sorted(sense.concepts)),
                        countries=tuple(sorted(sense.countries)),
                    )
                )
                start = end
                break
        else:
            found.append(run[start])
            start += 1
    return found
