"""Exporting the vocabulary, and reading it back without a difference."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from tests.factories import ConceptFactory
from vocabulary.exports import export_csv, export_skos
from vocabulary.imports import import_csv, import_file, import_skos
from vocabulary.models import Concept, ConceptDefinition, ConceptLabel

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo" / "content" / "vocabulary.csv"


def export(format: str) -> bytes:
    return export_csv().encode() if format == "csv" else export_skos(format)


@pytest.fixture
def demo_vocabulary():
    with DEMO.open("rb") as file:
        assert import_csv(file).rejected == []


@pytest.fixture
def awkward_vocabulary():
    """What is hard to write: bars, quotation marks, line ends, right-to-left marks, a missing language."""
    top = ConceptFactory(slug="top_1", labels={"en": 'He said "a, b"; <c> & d', "ar": "\u200fأمن\u200e"})
    low = ConceptFactory(slug="Low-2", broader=top, labels={"en": "-1+2", "fr": "L'été"})
    low.related.add(top)
    for text in ("a|b", "back\\slash", "c\\|d", "'quoted'", "=SUM(A1)"):
        ConceptLabel.objects.create(concept=low, language="en", is_preferred=False, text=text)
    ConceptDefinition.objects.create(concept=low, language="es", text='Uno.\r\n\r\nDos, "tres"\tcuatro.')


@pytest.mark.parametrize("vocabulary", ["demo_vocabulary", "awkward_vocabulary"])
@pytest.mark.parametrize("format", ["csv", "turtle", "json-ld", "xml"])
def test_a_round_trip_changes_nothing(request, vocabulary, format):
    request.getfixturevalue(vocabulary)
    everything = {each: export(each) for each in ("csv", "turtle", "json-ld")}
    written = export(format)
    count = Concept.objects.count()
    again = import_file(io.BytesIO(written), format)
    assert (again.unchanged, again.rejected) == (count, [])
    Concept.objects.all().delete()
    report = import_file(io.BytesIO(written), format)
    assert (report.created, report.rejected) == (count, [])
    assert {each: export(each) for each in everything} == everything


def test_an_export_is_the_same_each_time(demo_vocabulary):
    for format in ("csv", "turtle", "json-ld"):
        assert export(format) == export(format)


def test_skos_has_uris_of_this_hub(settings):
    settings.BASE_URL = "https://hub.example"
    top = ConceptFactory(slug="top", labels={"en": "Top", "ar": "قمة"})
    ConceptFactory(slug="low", broader=top)
    graph = Graph().parse(data=export_skos("turtle"), format="turtle")
    uri = URIRef("https://hub.example/vocabulary/top")
    assert (uri, RDF.type, SKOS.Concept) in graph
    assert (uri, SKOS.prefLabel, Literal("قمة", lang="ar")) in graph
    assert (uri, SKOS.narrower, URIRef("https://hub.example/vocabulary/low")) in graph
    scheme = graph.value(uri, SKOS.inScheme)
    assert str(scheme) == "https://hub.example/vocabulary/schemes/theme"
    assert len(list(graph.objects(scheme, SKOS.prefLabel))) == 4


def test_an_export_takes_few_queries(demo_vocabulary, django_assert_num_queries):
    with django_assert_num_queries(4):
        export_csv()
    with django_assert_num_queries(4):
        export_skos("turtle")


def test_an_empty_vocabulary_is_written():
    assert export_csv().startswith("id,scheme,broader,related,label_en")
    assert b"ConceptScheme" in export_skos("json-ld")


def test_another_hubs_export_is_read(settings, demo_vocabulary):
    settings.BASE_URL = "https://other.example/knowledge"
    written = export_skos("json-ld")
    before = export_csv()
    Concept.objects.all().delete()
    settings.BASE_URL = "https://hub.example"
    import_skos(io.BytesIO(written), "json-ld")
    assert export_csv() == before


@pytest.mark.parametrize(
    ("kind", "text"), [("csv", "id,scheme"), ("turtle", "@prefix"), ("xml", "<?xml"), ("json-ld", "{")]
)
def test_the_command_prints_every_format(kind, text, capsys):
    ConceptFactory(slug="a-concept")
    call_command("export_vocabulary", format=kind)
    printed = capsys.readouterr().out
    assert printed.startswith(text)
    assert "a-concept" in printed
