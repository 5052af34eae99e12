"""The vocabulary as readers use it: loaded whole, in one query, once per content generation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import OuterRef

from access.generation import cached_for_generation
from access.rows import JSONRows
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel


@dataclass(frozen=True)
class Term:
    """A concept with all its labels, detached from the database.

    Attributes:
        preferred: preferred label by language code.
        alternatives: alternative labels by language code.
        broader: slug of the broader concept, or an empty string.
    """

    pk: int
    slug: str
    scheme: str
    broader: str
    preferred: dict[str, str] = field(default_factory=dict)
    alternatives: dict[str, list[str]] = field(default_factory=dict)

    def label_in(self, language: str) -> str:
        """Return the preferred label in a language, else in English, else any, else the slug."""
        return self.preferred.get(self.label_language(language), self.slug)

    def label_language(self, language: str) -> str:
        """Return the code of the language that `label_in` answers in, or nothing when it gives the slug."""
        for code in (language, "en", *self.preferred):
            if self.preferred.get(code):
                return code
        return ""


class Vocabulary:
    """All terms, found by slug or by primary key."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.by_slug = {term.slug: term for term in terms}
        self.by_pk = {term.pk: term for term in self.by_slug.values()}

    def in_schemes(self, schemes: Iterable[str], language: str) -> list[Term]:
        """Return the terms of some schemes in the order of their labels in a language."""
        wanted = set(schemes)
        terms = [term for term in self.by_slug.values() if term.scheme in wanted]
        return sorted(terms, key=lambda term: term.label_in(language).casefold())

    def narrower_than(self, slug: str) -> list[Term]:
        """Return the terms that are directly below one."""
        return [term for term in self.by_slug.values() if term.broader == slug]

    def with_narrower(self, term: Term) -> list[Term]:
        """Return a term and all below it."""
        below: dict[str, list[Term]] = {}
        for each in self.by_slug.values():
            below.setdefault(each.broader, []).append(each)
        found = {term.slug: term}
        waiting = [term.slug]
        while waiting:
            for each in below.get(waiting.pop(), ()):
                if each.slug not in found:
                    found[each.slug] = each
                    waiting.append(each.slug)
        return list(found.values())

    def with_broader(self, slugs: Iterable[str]) -> list[str]:
        """Return slugs with those of all their broader concepts, without repetition."""
        found: dict[str, None] = {}
        for slug in slugs:
            while slug and slug not in found:
                found[slug] = None
                slug = self.by_slug[slug].broader if slug in self.by_slug else ""
        return list(found)


def load_vocabulary() -> Vocabulary:
    """Read all concepts and labels from the database (one query)."""
    labels = ConceptLabel.objects.filter(concept=OuterRef("pk")).order_by("pk")
    concepts = Concept.objects.annotate(label_rows=JSONRows(labels, "language", "is_preferred", "text"))
    terms = []
    for pk, slug, scheme, broader, rows in concepts.values_list("pk", "slug", "scheme", "broader__slug", "label_rows"):
        term = Term(pk, slug, scheme, broader or "")
        for language, is_preferred, text in rows:
            if is_preferred:
                term.preferred[language] = text
            else:
                term.alternatives.setdefault(language, []).append(text)
        terms.append(term)
    return Vocabulary(terms)


def current_vocabulary(generation: int) -> Vocabulary:
    """Return the vocabulary as of a content generation (see `access.generation`)."""
    return cached_for_generation("vocabulary", generation, load_vocabulary)


@dataclass(frozen=True)
class Meaning:
    """What is asked of one concept only, on its own page.

    Attributes:
        definitions: by language code.
        related: slugs of related concepts.
    """

    definitions: dict[str, str]
    related: list[str]

    def definition_in(self, language: str) -> tuple[str, str]:
        """Return the definition in a language, else in English, else any, and the code of its language."""
        for code in (language, "en", *self.definitions):
            if self.definitions.get(code):
                return self.definitions[code], code
        return "", ""


def meaning_of(term: Term) -> Meaning:
    """Read what a concept means and what it is related to (one query)."""
    definitions = ConceptDefinition.objects.filter(concept=OuterRef("pk"))
    related = Concept.related.through.objects.filter(from_concept=OuterRef("pk")).order_by("to_concept__slug")
    rows = Concept.objects.filter(pk=term.pk).annotate(
        definition_rows=JSONRows(definitions, "language", "text"),
        related_rows=JSONRows(related, "to_concept__slug"),
    )
    definition_rows, related_rows = rows.values_list("definition_rows", "related_rows").first() or ([], [])
    return Meaning(dict(definition_rows), [slug for (slug,) in related_rows])
