"""What words mean: the labels of concepts and countries in all languages, and what editors say means the same.

Labels of concepts are for everyone to read, so nothing that widens a question tells of what is hidden.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
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
    """Senses by language and by the stems of what is typed; small words of each language; labels to complete."""

    senses: Mapping[str, Mapping[Key, Sense]] = field(default_factory=dict)
    stop_words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[str, Sequence[tuple[str, tuple[str, ...], str]]] = field(default_factory=dict)

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
) -> Thesaurus:
    """Make the thesaurus of a vocabulary, with the synonyms and the small words that editors added.

    Args:
        vocabulary: the concepts.
        synonyms: by language, groups of wordings that mean the same.
        stop_words: by language, folded words.
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
    return Thesaurus(senses, stop_words or {}, {language: _labels_in(vocabulary, language) for language in LANGUAGES})


def _labels_in(vocabulary: Vocabulary, language: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Return the folded labels of topics and sectors in a language, each with its words and its concept."""
    labels = []
    for term in vocabulary.in_schemes([*TOPIC_SCHEMES, Scheme.SECTOR], language):
        for label in (term.label_in(language), *term.alternatives.get(language, ())):
            labels.append((fold(label), tuple(WORD.findall(fold(label))), term.slug))
    return labels


def _synonyms() -> dict[str, list[list[str]]]:
    """Return what editors say means the same (one query)."""
    from search.models.wordings import SynonymGroup, lines_of

    groups: dict[str, list[list[str]]] = {}
    for language, wordings in SynonymGroup.objects.values_list("language", "wordings"):
        groups.setdefault(language, []).append(lines_of(wordings))
    return groups


def _stop_words() -> dict[str, frozenset[str]]:
    """Return what editors say says nothing (one query)."""
    from search.models.wordings import StopWord

    words: dict[str, set[str]] = {}
    for language, word in StopWord.objects.values_list("language", "word"):
        words.setdefault(language, set()).add(fold(word))
    return {language: frozenset(found) for language, found in words.items()}


_kept: dict[str, Thesaurus] = {}


def current_thesaurus(generation: int) -> Thesaurus:
    """Return the thesaurus as of a content generation; made once by each process."""
    token = cached_for_generation("thesaurus", generation, lambda: uuid.uuid4().hex)
    if token not in _kept:
        thesaurus = make_thesaurus(current_vocabulary(generation), _synonyms(), _stop_words())
        _kept.clear()
        _kept[token] = thesaurus
    return _kept[token]
