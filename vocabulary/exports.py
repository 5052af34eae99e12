"""Writing the whole vocabulary as CSV and SKOS: what `vocabulary.imports` reads back without a difference."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import override
from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef

from vocabulary.imports import COLUMNS, LANGUAGES, Draft, join_cell, tidy
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel, Scheme


def concept_namespace() -> Namespace:
    """Return what the URIs of all concepts begin with."""
    return Namespace(f"{settings.BASE_URL.rstrip('/')}/vocabulary/")


def concept_uri(slug: str) -> str:
    """Return the URI of a concept."""
    return str(concept_namespace()[slug])


def scheme_uri(scheme: str) -> str:
    """Return the URI of a concept scheme."""
    return str(concept_namespace()[f"schemes/{scheme}"])


def export_csv() -> str:
    """Return the vocabulary as CSV, in the order of the identifiers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for concept in _concepts():
        writer.writerow(
            [
                concept.slug,
                concept.scheme,
                concept.broader,
                join_cell(concept.related),
                *(concept.preferred.get(code, "") for code in LANGUAGES),
                *(join_cell(concept.alternatives.get(code, [])) for code in LANGUAGES),
                *(concept.definitions.get(code, "") for code in LANGUAGES),
            ]
        )
    return text.getvalue()


def export_skos(format: str) -> bytes:
    """Return the vocabulary as SKOS.

    Args:
        format: `turtle`, `xml` or `json-ld`.
    """
    graph = _new_graph()
    for scheme in Scheme:
        _add_scheme(graph, scheme)
    for concept in _concepts():
        _add_concept(graph, concept)
    return _written(graph, format)


def export_scheme(scheme: Scheme, format: str) -> bytes:
    """Return one concept scheme as SKOS: its names, and the URIs of the concepts at its top (one query)."""
    graph = _new_graph()
    node = _add_scheme(graph, scheme)
    top = Concept.objects.filter(scheme=scheme, broader__isnull=True)
    for slug in top.values_list("slug", flat=True):
        graph.add((node, SKOS.hasTopConcept, concept_namespace()[slug]))
    return _written(graph, format)


def export_concept(slug: str, format: str) -> bytes | None:
    """Return one concept as SKOS, with the URIs of those around it; None if there is none (five queries)."""
    concept = next(_concepts(Concept.objects.filter(slug=slug)), None)
    if concept is None:
        return None
    graph = _new_graph()
    node = _add_concept(graph, concept)
    for narrower in Concept.objects.filter(broader__slug=slug).values_list("slug", flat=True):
        graph.add((node, SKOS.narrower, concept_namespace()[narrower]))
    return _written(graph, format)


def _written(graph: Graph, format: str) -> bytes:
    if format != "json-ld":
        return graph.serialize(format=format, encoding="utf-8")
    written = graph.serialize(format="json-ld", context={"skos": str(SKOS)})
    # The serialiser's order follows that of its hash tables; an export must not differ without reason.
    document = _in_order(json.loads(written))
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")


def _in_order(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _in_order(part[key]) for key in sorted(part)}
    if isinstance(part, list):
        return sorted(map(_in_order, part), key=lambda each: json.dumps(each, sort_keys=True))
    return part


def _new_graph() -> Graph:
    graph = Graph()
    graph.bind("skos", SKOS)
    return graph


def _add_scheme(graph: Graph, scheme: Scheme) -> URIRef:
    node = URIRef(scheme_uri(scheme.value))
    graph.add((node, RDF.type, SKOS.ConceptScheme))
    for code in LANGUAGES:
        with override(code):
            graph.add((node, SKOS.prefLabel, Literal(str(scheme.label), lang=code)))
    return node


def _add_concept(graph: Graph, concept: Draft) -> URIRef:
    base = concept_namespace()
    node = base[concept.slug]
    graph.add((node, RDF.type, SKOS.Concept))
    graph.add((node, SKOS.inScheme, URIRef(scheme_uri(concept.scheme))))
    if concept.broader:
        graph.add((node, SKOS.broader, base[concept.broader]))
        graph.add((base[concept.broader], SKOS.narrower, node))
    for slug in concept.related:
        graph.add((node, SKOS.related, base[slug]))
    for code, text in concept.preferred.items():
        graph.add((node, SKOS.prefLabel, Literal(text, lang=code)))
    for code, texts in concept.alternatives.items():
        for text in texts:
            graph.add((node, SKOS.altLabel, Literal(text, lang=code)))
    for code, text in concept.definitions.items():
        graph.add((node, SKOS.definition, Literal(text, lang=code)))
    return node


def _concepts(concepts: QuerySet[Concept] | None = None) -> Iterator[Draft]:
    """Yield concepts, all by default, in the order of their identifiers (four queries)."""
    drafts: dict[int, Draft] = {}
    wanted = Concept.objects.all() if concepts is None else concepts
    rows = wanted.order_by("slug").values_list("pk", "slug", "scheme", "broader__slug")
    for pk, slug, scheme, broader in rows:
        drafts[pk] = Draft(slug=slug, scheme=scheme, broader=broader or "")
    related = Concept.related.through.objects.filter(from_concept__in=wanted).order_by("to_concept__slug")
    for first, second in related.values_list("from_concept_id", "to_concept__slug"):
        drafts[first].related.append(second)
    labels = ConceptLabel.objects.filter(language__in=LANGUAGES, concept__in=wanted).order_by("text", "pk")
    for concept_id, code, is_preferred, text in labels.values_list("concept_id", "language", "is_preferred", "text"):
        if is_preferred:
            drafts[concept_id].preferred[code] = tidy(text)
        else:
            drafts[concept_id].alternatives.setdefault(code, []).append(tidy(text))
    definitions = ConceptDefinition.objects.filter(language__in=LANGUAGES, concept__in=wanted)
    for concept_id, code, text in definitions.values_list("concept_id", "language", "text"):
        drafts[concept_id].definitions[code] = tidy(text)
    for draft in drafts.values():
        draft.alternatives = {code: sorted(set(texts)) for code, texts in draft.alternatives.items()}
        yield draft
