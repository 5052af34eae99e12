"""What words mean: the labels of concepts and countries in all languages, and what editors say means the same.

Labels of concepts are for everyone to read, so nothing that widens a question tells of what is hidden.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from django.conf import settings
from django.db.models import BigIntegerField, TextField, Value
from django.db.models.functions import Cast
from rapidfuzz import fuzz, process

from access.generation import cached_for_generation
from search.analysis import STOP_WORDS, WORD, fold, stem, tokens
from vocabulary.countries import CODES, country_name
from vocabulary.models import TOPIC_SCHEMES, Scheme
from vocabulary.queries import Vocabulary, current_vocabulary

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Labels of more words than this are not looked for in a question.
LONGEST = 6
# How many other wordings of one part are searched for; each costs.
MOST_WORDINGS = 12
Key = tuple[str, ...]


@dataclass(frozen=True)
class Sense:
    """What a wording means.

    Attributes:
        concepts: slugs.
        countries: ISO codes.
        wordings: other words for the same, in whatever language.
    """

    concepts: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    wordings: tuple[str, ...] = ()

    def __or__(self, other: Sense) -> Sense:
        wordings = tuple(dict.fromkeys((*self.wordings, *other.wordings)))
        return Sense(self.concepts | other.concepts, self.countries | other.countries, wordings)


@dataclass(frozen=True)
class Thesaurus:
    """What editors and the vocabulary say, by language: senses and recommendations by stems, small words, labels."""

    senses: Mapping[str, Mapping[Key, Sense]] = field(default_factory=dict)
    stop_words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[str, Sequence[tuple[str, tuple[str, ...], str]]] = field(default_factory=dict)
    recommended: Mapping[str, Mapping[frozenset[str], tuple[int, ...]]] = field(default_factory=dict)

    def recommended_for(self, text: str, language: str) -> tuple[int, ...]:
        """Return the pages that editors recommend for a question, in whatever form and order its words are."""
        return self.recommended.get(language, {}).get(frozenset(key_of(text, language, self.is_small)), ())

    def subjects_beginning(self, text: str, language: str) -> Iterator[str]:
        """Yield the slugs of topics and sectors that have a label, in a language, with words that begin as typed."""
        words = WORD.findall(fold(text))
        seen: set[str] = set()
        for _label, own, slug in self.labels.get(language, ()):
            if slug not in seen and words and all(any(each.startswith(word) for each in own) for word in words):
                seen.add(slug)
                yield slug

    def subjects_near(self, text: str, language: str, most: int) -> list[str]:
        """Return the slugs of topics and sectors with labels, in a language, like what was typed, the nearest first."""
        choices = {label: slug for label, _words, slug in self.labels.get(language, ())}
        near = process.extract(fold(text), list(choices), scorer=fuzz.token_set_ratio, score_cutoff=60, limit=3 * most)
        return list(dict.fromkeys(choices[label] for label, _score, _index in near))[:most]

    def sense_of(self, words: Sequence[str]) -> Sense | None:
        """Return what some words mean together, in whatever language they are; nothing when that is not known.

        Args:
            words: as they are written, folded or not.
        """
        found: Sense | None = None
        for language, senses in self.senses.items():
            sense = senses.get(key_of(" ".join(words), language, self.is_small))
            if sense is not None:
                found = sense if found is None else found | sense
        return found

    def is_small(self, token: str, language: str) -> bool:
        """Tell whether a folded word says nothing by itself in a language."""
        return token in SMALL_WORDS.get(language, ()) or token in self.stop_words.get(language, ())


SMALL_WORDS = {language: frozenset(fold(word) for word in text.split()) for language, text in STOP_WORDS.items()}


def key_of(text: str, language: str, is_small: Callable[[str, str], bool]) -> Key:
    """Return the stems of the words of a text that say something."""
    found = tokens(text, language)
    return tuple(stem(token, language) for token in found if not is_small(token, language)) or tuple(found)


def make_thesaurus(
    vocabulary: Vocabulary,
    synonyms: Mapping[str, Iterable[Sequence[str]]] | None = None,
    stop_words: Mapping[str, frozenset[str]] | None = None,
    recommended: Mapping[str, Iterable[tuple[str, int]]] | None = None,
) -> Thesaurus:
    """Make the thesaurus of a vocabulary, with what editors added.

    Args:
        vocabulary: the concepts.
        synonyms: by language, groups of wordings that mean the same.
        stop_words: by language, folded words.
        recommended: by language, questions and the pages that are recommended for them.
    """
    senses: dict[str, dict[Key, Sense]] = {language: {} for language in LANGUAGES}
    empty = Thesaurus(stop_words=stop_words or {})

    def add(language: str, wording: str, sense: Sense) -> None:
        key = key_of(wording, language, empty.is_small)
        if key and len(key) <= LONGEST:
            known = senses[language].get(key)
            senses[language][key] = sense if known is None else known | sense

    for term in vocabulary.by_slug.values():
        labels = [(code, text) for code, text in term.preferred.items() if code in senses]
        labels += [(code, text) for code, texts in term.alternatives.items() if code in senses for text in texts]
        texts = tuple(dict.fromkeys(text for _code, text in labels))[:MOST_WORDINGS]
        for code, text in labels:
            add(code, text, Sense(concepts=frozenset({term.slug}), wordings=texts))
    for code in CODES:
        for language in LANGUAGES:
            add(language, country_name(code, language), Sense(countries=frozenset({code})))
    for language, groups in (synonyms or {}).items():
        for group in groups:
            for wording in group:
                add(language, wording, Sense(wordings=tuple(group)[:MOST_WORDINGS]))
    pages: dict[str, dict[frozenset[str], tuple[int, ...]]] = {}
    for language, pairs in (recommended or {}).items():
        for question, page in pairs:
            key = frozenset(key_of(question, language, empty.is_small))
            of_language = pages.setdefault(language, {})
            of_language[key] = tuple(dict.fromkeys((*of_language.get(key, ()), page)))
    completed = {language: _labels_in(vocabulary, language) for language in LANGUAGES}
    return Thesaurus(senses, stop_words or {}, completed, pages)


def _labels_in(vocabulary: Vocabulary, language: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Return the folded labels of topics and sectors in a language, each with its words and its concept."""
    labels = []
    for term in vocabulary.in_schemes([*TOPIC_SCHEMES, Scheme.SECTOR], language):
        for label in (term.label_in(language), *term.alternatives.get(language, ())):
            labels.append((fold(label), tuple(WORD.findall(fold(label))), term.slug))
    return labels


@dataclass(frozen=True)
class EditorsTerms:
    """What editors say, by language: what means the same, what says nothing, what is recommended for a question.

    Attributes:
        recommended: the text of a question, and the primary key of a page, in their order.
    """

    synonyms: Mapping[str, list[list[str]]]
    stop_words: Mapping[str, frozenset[str]]
    recommended: Mapping[str, list[tuple[str, int]]]


def _editors_terms() -> EditorsTerms:
    """Return what editors say now (one query)."""
    from search.models import PromotedResult, StopWord, SynonymGroup
    from search.models.wordings import lines_of

    def number(value: int) -> Cast:
        """Return a number as PostgreSQL wants it in a union, with its type."""
        return Cast(Value(value), BigIntegerField())

    nothing = [number(0), number(0)]
    promoted = PromotedResult.current().order_by().values_list("language", "questions", number(2), "sort_order", "page")
    synonyms = SynonymGroup.objects.order_by().values_list("language", "wordings", number(0), *nothing)
    words = StopWord.objects.order_by().values_list("language", Cast("word", TextField()), number(1), *nothing)
    groups: dict[str, list[list[str]]] = {}
    small: dict[str, set[str]] = {}
    recommended: dict[str, list[tuple[str, int]]] = {}
    for language, text, kind, _order, page in sorted(
        promoted.union(synonyms, words, all=True).order_by(), key=itemgetter(3, 4)
    ):
        if kind == 0:
            groups.setdefault(language, []).append(lines_of(text))
        elif kind == 1:
            small.setdefault(language, set()).add(fold(text))
        else:
            recommended.setdefault(language, []).extend((question, page) for question in lines_of(text))
    return EditorsTerms(groups, {language: frozenset(found) for language, found in small.items()}, recommended)


_kept: dict[str, Thesaurus] = {}


def current_thesaurus(generation: int) -> Thesaurus:
    """Return the thesaurus as of a content generation; made once by each process."""
    token = cached_for_generation("thesaurus", generation, lambda: uuid.uuid4().hex)
    if token not in _kept:
        terms = _editors_terms()
        thesaurus = make_thesaurus(current_vocabulary(generation), terms.synonyms, terms.stop_words, terms.recommended)
        _kept.clear()
        _kept[token] = thesaurus
    return _kept[token]
