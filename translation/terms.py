"""The vocabulary's concepts in a text that is translated, and whether their terms are in the translation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from access.generation import cached_for_generation, current_generation
from search.analysis import arabic_variants, stem, tokens
from vocabulary.queries import Term, current_vocabulary

LONGEST_LABEL = 6
Stems = tuple[str, ...]


@dataclass(frozen=True)
class TermHint:
    """A concept that stands in the source.

    Attributes:
        found: the label by which it was found.
        preferred: how it is called in the language of the translation; nothing if the vocabulary has no label there.
        alternatives: what else it is called there.
        is_exact: whether the label is the concept's preferred one. An alternative one leads to a concept in a search,
            and may be a wider word than its term.
    """

    slug: str
    found: str
    preferred: str
    alternatives: tuple[str, ...]
    is_exact: bool


def _stems(text: str, language: str) -> list[str]:
    return [stem(token, language) for token in tokens(text, language)]


def _labels(generation: int, language: str) -> Mapping[Stems, tuple[str, str]]:
    """Return slug and label by the stems of each label in a language."""
    return cached_for_generation(f"labels:{language}", generation, lambda: _read_labels(generation, language))


def _read_labels(generation: int, language: str) -> Mapping[Stems, tuple[str, str]]:
    found: dict[Stems, tuple[str, str]] = {}
    for term in current_vocabulary(generation).by_slug.values():
        for label in _labels_of(term, language):
            found.setdefault(tuple(_stems(label, language)), (term.slug, label))
    return found


def _labels_of(term: Term, language: str) -> list[str]:
    preferred = term.preferred.get(language)
    return [*([preferred] if preferred else []), *term.alternatives.get(language, [])]


def terms_in(text: str, language: str, target: str) -> list[TermHint]:
    """Return the concepts whose labels stand in a text, in its order, the longest label at each place.

    Args:
        text: plain.
        language: the language it is in.
        target: the language it is translated into.
    """
    generation = current_generation()
    labels, vocabulary = _labels(generation, language), current_vocabulary(generation)
    stems = _stems(text, language)
    found: dict[str, TermHint] = {}
    position = 0
    while position < len(stems):
        length = next((n for n in range(LONGEST_LABEL, 0, -1) if tuple(stems[position : position + n]) in labels), 0)
        if length:
            slug, label = labels[tuple(stems[position : position + length])]
            found.setdefault(slug, _hint(vocabulary.by_slug[slug], label, language, target))
        position += max(length, 1)
    return list(found.values())


def _hint(term: Term, label: str, language: str, target: str) -> TermHint:
    alternatives = tuple(term.alternatives.get(target, ()))
    return TermHint(
        term.slug, label, term.preferred.get(target, ""), alternatives, label == term.preferred.get(language)
    )


def unused(hints: Iterable[TermHint], text: str, language: str) -> list[TermHint]:
    """Return the hints none of whose labels is in a translation, in whatever form.

    Only terms that the vocabulary has, for preferred labels in the source, can be missed.

    Args:
        hints: what was found in the source.
        text: the translation, plain.
        language: its language.
    """
    words = [_forms(token, language) for token in tokens(text, language)]
    return [
        hint
        for hint in hints
        if hint.is_exact
        and hint.preferred
        and not any(_is_in(_label_forms(label, language), words) for label in (hint.preferred, *hint.alternatives))
    ]


def _forms(token: str, language: str) -> set[str]:
    variants = arabic_variants(token) if language == "ar" else ()
    return {token, stem(token, language), *variants}


def _label_forms(label: str, language: str) -> list[set[str]]:
    return [_forms(token, language) for token in tokens(label, language)]


def _is_in(label: Sequence[set[str]], words: Sequence[set[str]]) -> bool:
    return any(
        all(forms & words[start + offset] for offset, forms in enumerate(label))
        for start in range(len(words) - len(label) + 1)
    )
