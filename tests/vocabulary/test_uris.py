"""The URIs of the vocabulary: pages for people, SKOS for machines."""

from __future__ import annotations

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from tests.factories import ConceptFactory, make_article
from vocabulary.models import ConceptDefinition, Scheme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]
TYPES = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/rdf+xml": "xml"}


@pytest.fixture
def base(settings) -> str:
    settings.BASE_URL = "https://hub.example"
    return "https://hub.example/vocabulary/"


@pytest.fixture
def storage():
    top = ConceptFactory(slug="logistics", labels={"en": "Logistics"})
    storage = ConceptFactory(slug="storage", broader=top, labels={"en": "Storage", "ar": "تخزين"})
    ConceptFactory(slug="cold-storage", broader=storage)
    storage.related.add(ConceptFactory(slug="drums"))
    ConceptDefinition.objects.create(concept=storage, language="en", text="Where things are kept.")
    ConceptFactory(slug="unrelated")
    return storage


@pytest.mark.parametrize(("media_type", "format"), TYPES.items())
@pytest.mark.parametrize("suffix", ["", "ttl", "jsonld", "rdf"])
def test_a_concept_is_skos(client, base, storage, media_type, format, suffix):
    if suffix:
        expected = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}[suffix]
        answer = client.get(f"/vocabulary/storage.{suffix}", headers={"accept": "text/html"})
    else:
        expected = media_type
        answer = client.get("/vocabulary/storage", headers={"accept": f"{media_type}, text/html;q=0.5"})
    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] == expected
    assert "Accept" in answer["Vary"].split(", ")
    graph = Graph().parse(data=answer.content, format=TYPES[expected])
    node = URIRef(f"{base}storage")
    assert set(graph.objects(node, SKOS.prefLabel)) == {Literal("Storage", lang="en"), Literal("تخزين", lang="ar")}
    assert (node, SKOS.broader, URIRef(f"{base}logistics")) in graph
    assert (node, SKOS.narrower, URIRef(f"{base}cold-storage")) in graph
    assert (node, SKOS.related, URIRef(f"{base}drums")) in graph
    assert (node, SKOS.inScheme, URIRef(f"{base}schemes/theme")) in graph
    assert "unrelated" not in answer.content.decode()
    assert len(list(graph.subjects(RDF.type, SKOS.Concept))) == 1


def test_a_concept_costs_few_queries_however_large_the_vocabulary(client, base, storage, django_assert_max_num_queries):
    for number in range(60):
        ConceptFactory(slug=f"more-{number}")
    with django_assert_max_num_queries(8):
        assert client.get("/vocabulary/storage.ttl").status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "*/*", None])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_people_are_sent_to_a_page_in_their_language(client, base, storage, accept, language):
    headers = {"accept-language": language, **({"accept": accept} if accept else {})}
    answer = client.get("/vocabulary/storage", headers=headers)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"/{language}/")
    assert "storage" in answer["Location"]
    assert {"Accept", "Accept-Language"} <= set(answer["Vary"].split(", "))
    make_article().topics.set([storage])
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("scheme", [Scheme.SECTOR, Scheme.REGION])
def test_what_is_no_topic_has_a_page_too(client, base, scheme):
    ConceptFactory(slug="elsewhere", scheme=scheme)
    answer = client.get("/vocabulary/elsewhere", headers={"accept": "text/html", "accept-language": "fr"})
    assert answer["Location"] == "/fr/topics/elsewhere/"


def test_what_cannot_be_served_is_not_acceptable(client, base, storage):
    for path in ("/vocabulary/", "/vocabulary/storage", "/vocabulary/schemes/theme"):
        answer = client.get(path, headers={"accept": "image/png"})
        assert answer.status_code == 406
        assert "Accept" in answer["Vary"]
        assert "text/turtle" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["nothing", "nothing.ttl", "storage.csv", "schemes/nothing", "schemes/nothing.ttl", "%00"]
)
def test_unknown_concepts_are_not_found(client, base, storage, path):
    for accept in ("text/html", "text/turtle"):
        assert client.get(f"/vocabulary/{path}", headers={"accept": accept}).status_code == 404


def test_schemes_and_the_whole(client, base, storage):
    scheme = Graph().parse(data=client.get("/vocabulary/schemes/theme.ttl").content, format="turtle")
    node = URIRef(f"{base}schemes/theme")
    assert (node, RDF.type, SKOS.ConceptScheme) in scheme
    top = set(scheme.objects(node, SKOS.hasTopConcept))
    assert URIRef(f"{base}logistics") in top
    assert URIRef(f"{base}storage") not in top
    for path, accept in (("/vocabulary/", "application/rdf+xml"), ("/vocabulary.rdf", "text/html")):
        answer = client.get(path, headers={"accept": accept})
        whole = Graph().parse(data=answer.content, format="xml")
        assert len(list(whole.subjects(RDF.type, SKOS.ConceptScheme))) == len(Scheme)
        assert (URIRef(f"{base}unrelated"), RDF.type, SKOS.Concept) in whole
    assert client.get("/vocabulary/", headers={"accept": "text/html"}).status_code == 303
    # A change shows at once.
    ConceptFactory(slug="brand-new")
    assert b"brand-new" in client.get("/vocabulary.ttl").content


def test_answers_can_be_asked_for_again_cheaply(client, base, storage):
    answer = client.get("/vocabulary/storage.ttl")
    again = client.get("/vocabulary/storage.ttl", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert client.head("/vocabulary/storage").status_code == 303
    assert client.post("/vocabulary/storage").status_code == 405
