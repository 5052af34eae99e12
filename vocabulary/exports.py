"""Writing the whole vocabulary as CSV and SKOS: what `vocabulary.imports` reads back without a difference."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import override
from rdflib import RDF, SKOS, Graph, Literal, Namespace

from vocabulary.imports import COLUMNS, LANGUAGES, Draft, join_cell, tidy
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel, Scheme


def concept_namespace() -> Namespace:
    """Return what the URIs of all concepts begin with."""
    return Namespace(f"{settings.BASE_URL.rstrip('/')}/vocabulary/")


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
    graph = _graph()
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


def _graph() -> Graph:
    base = concept_namespace()
    graph = Graph()
    graph.bind("skos", SKOS)
    for scheme in Scheme:
        node = base[f"schemes/{scheme.value}"]
        graph.add((node, RDF.type, SKOS.ConceptScheme))
        for code in LANGUAGES:
            with override(code):
                graph.add((node, SKOS.prefLabel, Literal(str(scheme.label), lang=code)))
    for concept in _concepts():
        node = base[concept.slug]
        graph.add((node, RDF.type, SKOS.Concept))
        graph.add((node, SKOS.inScheme, base[f"schemes/{concept.scheme}"]))
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
    return graph


def _concepts() -> Iterator[Draft]:
    """Yield all concepts in the order of their identifiers (four queries)."""
    drafts: dict[int, Draft] = {}
    rows = Concept.objects.order_by("slug").values_list("pk", "slug", "scheme", "broader__slug")
    for pk, slug, scheme, broader in rows:
        drafts[pk] = Draft(slug=slug, scheme=scheme, broader=broader or "")
    through = Concept.related.through
    for first, second in through.objects.values_list("from_concept_id", "to_concept__slug").order_by(
        "to_concept__slug"
    ):
        drafts[first].related.append(second)
    labels = ConceptLabel.objects.filter(language__in=LANGUAGES).order_by("text", "pk")
    for concept_id, code, is_preferred, text in labels.values_list("concept_id", "language", "is_preferred", "text"):
        if is_preferred:
            drafts[concept_id].preferred[code] = tidy(text)
        else:
            drafts[concept_id].alternatives.setdefault(code, []).append(tidy(text))
    definitions = ConceptDefinition.objects.filter(language__in=LANGUAGES)
    for concept_id, code, text in definitions.values_list("concept_id", "language", "text"):
        drafts[concept_id].definitions[code] = tidy(text)
    for draft in drafts.values():
        draft.alternatives = {code: sorted(set(texts)) for code, texts in draft.alternatives.items()}
        yield draft
