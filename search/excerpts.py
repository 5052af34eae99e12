"""What is shown of a text that was found: the part around the words that matched, with these marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge

from search.analysis import WORD, arabic_variants, codes, fold, joined, stem, tokens
from search.contract import FoundPassage, Fragment
from search.interpretation import Question
from search.thesaurus import LANGUAGES, SMALL_WORDS

EXCERPT_LENGTH = 260


@dataclass(frozen=True)
class Wanted:
    """The forms of words that match, by part of the question."""

    parts: tuple[frozenset[str], ...] = ()

    @property
    def forms(self) -> frozenset[str]:
        """All of them."""
        return frozenset().union(*self.parts)


def forms_of(text: str) -> frozenset[str]:
    """Return the forms in which the words of a text are found, whatever language it is in."""
    forms: set[str] = set()
    for language in LANGUAGES:
        for token in tokens(text, language):
            forms |= {token, stem(token, language), *arabic_variants(token)}
    return frozenset(forms)


def wanted_by(question: Question) -> Wanted:
    """Return the forms that a question looks for."""
    parts = []
    for part in question.parts:
        forms = set(forms_of(part.text))
        for wording in part.wordings:
            for language in LANGUAGES:
                words = [token for token in tokens(wording, language) if token not in SMALL_WORDS.get(language, ())]
                # The parts of a long wording say too little by themselves.
                if len(words) <= 2:
                    forms |= {form for token in words for form in (token, stem(token, language))}
        parts.append(frozenset(forms))
    return Wanted(tuple(parts))


def marked(text: str, forms: frozenset[str], language: str) -> list[Fragment]:
    """Split a text into fragments, those that match marked."""
    fragments: list[Fragment] = []
    done = 0
    for start, end in _matches(text, forms, language):
        if start < done:
            continue
        if start > done:
            fragments.append(Fragment(text[done:start]))
        fragments.append(Fragment(text[start:end], is_match=True))
        done = end
    if done < len(text):
        fragments.append(Fragment(text[done:]))
    return fragments


def excerpt(summary: str, texts: Sequence[str], forms: frozenset[str], language: str) -> list[Fragment]:
    """Return the summary if it matches or nothing does, else the part of the first text around its first match."""
    short = marked(summary, forms, language)
    if not forms or any(fragment.is_match for fragment in short):
        return short
    for text in texts:
        first = next(_matches(text, forms, language), None)
        if first is not None:
            return _around(text, first[0], forms, language)
    return short


def _around(text: str, match_start: int, forms: frozenset[str], language: str) -> list[Fragment]:
    start = max(0, match_start - EXCERPT_LENGTH // 3)
    start = min(text.find(" ", start) + 1, match_start) if start else 0
    part = text[start : start + EXCERPT_LENGTH]
    if start + EXCERPT_LENGTH < len(text):
        part = part.rpartition(" ")[0] + " …"
    fragments = marked(part, forms, language)
    return [Fragment("… "), *fragments] if start else fragments


def best_passage(passages: Sequence[Sequence], wanted: Wanted, language: str) -> FoundPassage | None:
    """Return the sentence with most of what is asked for, the earliest of these; nothing when none has any.

    Args:
        passages: pairs of milliseconds and text.
        wanted: what is asked for.
        language: that of the texts.
    """
    best: tuple[int, int, str] | None = None
    for start, text in passages:
        found = {form for word in WORD.findall(text) for form in _word_forms(word, language)}
        found |= {joined(code[0]) for code in codes(text)}
        number = sum(not forms.isdisjoint(found) for forms in wanted.parts)
        if number and (best is None or number > best[0]):
            best = (number, start, text)
    if best is None:
        return None
    return FoundPassage(best[1] // 1000, marked(best[2], wanted.forms, language))


def _matches(text: str, forms: frozenset[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield, in order, where the words and the codes of a text are that match; looks no further than asked."""
    found = (code.span() for code in codes(text) if joined(code[0]) in forms)
    return merge(found, (word.span() for word in WORD.finditer(text) if _is_form(word[0], forms, language)))


def _is_form(word: str, forms: frozenset[str], language: str) -> bool:
    return any(form in forms for form in _word_forms(word, language))


@lru_cache(maxsize=100_000)
def _word_forms(word: str, language: str) -> tuple[str, str]:
    """Return a word as it is compared, and its stem: texts repeat their words."""
    token = fold(word)
    return token, stem(token, language)
