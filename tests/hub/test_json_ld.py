"""What the heads of public pages tell machines, and that other pages tell them nothing."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache
from rdflib import Graph, Namespace
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from home.models import Brand, BrandName
from knowledge.models import Article, Author, CaseStudy, CountryConcerned
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    OrganisationFactory,
    make_article,
    make_case_study,
    make_image,
    translate,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]
SCHEMA = Namespace("https://schema.org/")
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def document_of(client, address: str) -> dict:
    [text] = BLOCK.findall(client.get(address).content.decode())
    return json.loads(text)


def nodes_of(client, address: str) -> list[dict]:
    return document_of(client, address)["@graph"]


def node(nodes: list[dict], kind: str) -> dict:
    [found] = [each for each in nodes if kind in each["@type"]]
    return found


def metas(client, address: str) -> dict[str, str]:
    text = client.get(address).content.decode()
    return dict(re.findall(r'<meta (?:property|name)="((?:og|article|twitter):[^"]*)" content="([^"]*)"', text))


def described_article(**fields) -> Article:
    article = make_article("On drums & <barrels>", summary="How drums are kept.", **fields)
    article.topics = [ConceptFactory(slug="storage", labels={"en": "Storage", "ar": "تخزين"})]
    article.countries = [CountryConcerned(code="KE")]
    organisation = OrganisationFactory(slug="port", names={"en": "Port authority"})
    article.authors = [Author(name="Amina Yusuf", role="Chemist", organisation=organisation, locale=article.locale)]
    article.save_revision().publish()
    return Article.objects.get(pk=article.pk)


def test_an_article_is_an_article_and_a_learning_resource(client, settings):
    article = described_article()
    arabic = translate(article, "ar", "عن البراميل")
    found = node(nodes_of(client, article.url), "Article")
    assert found["@type"] == ["Article", "LearningResource"]
    assert found["headline"] == "On drums & <barrels>"
    assert found["inLanguage"] == "en"
    assert found["datePublished"] == article.published_on.isoformat()
    assert found["author"][0]["name"] == "Amina Yusuf"
    assert found["author"][0]["affiliation"]["name"] == "Port authority"
    assert found["about"][0] == {
        "@id": f"{settings.BASE_URL}/vocabulary/storage",
        "@type": "DefinedTerm",
        "name": "Storage",
        "termCode": "storage",
        "inDefinedTermSet": {"@id": f"{settings.BASE_URL}/vocabulary/schemes/theme"},
    }
    assert found["workTranslation"] == [{"@id": f"http://testserver{arabic.url}", "inLanguage": "ar"}]
    assert found["conditionsOfAccess"] == "TLP:CLEAR"
    other = node(nodes_of(client, arabic.url), "Article")
    assert other["translationOfWork"][0]["@id"] == f"http://testserver{article.url}"
    assert other["about"][0]["name"] == "تخزين"


def test_a_case_study_says_whose_case_it_is(client):
    case = make_case_study(organisation=OrganisationFactory(names={"en": "Customs of Utopia"}))
    found = node(nodes_of(client, CaseStudy.objects.get(pk=case.pk).url), "LearningResource")
    assert found["sourceOrganization"]["name"] == "Customs of Utopia"
    assert found["learningResourceType"] == "Case study"


def test_the_way_to_a_page_ends_with_the_page(client):
    article = described_article()
    steps = node(nodes_of(client, article.url), "BreadcrumbList")["itemListElement"]
    assert [step["position"] for step in steps] == [1, 2, 3]
    assert steps[0]["item"] == "http://testserver/en/"
    assert steps[-1] == {
        "@type": "ListItem",
        "position": 3,
        "name": article.title,
        "item": f"http://testserver{article.url}",
    }


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_home_page_names_the_publisher_the_site_and_the_vocabulary(client, language):
    brand = Brand.load()
    BrandName.objects.update_or_create(brand=brand, language=language, defaults={"name": "A hub", "tagline": "For all"})
    brand.save()
    nodes = nodes_of(client, f"/{language}/")
    [publisher] = [each for each in nodes if each["@type"] == "Organization"]
    assert publisher["name"] == "A hub"
    site = node(nodes, "WebSite")
    assert site["publisher"] == {"@id": publisher["@id"]}
    assert site["potentialAction"]["target"]["urlTemplate"] == (
        f"http://testserver/{language}/search/?q={{search_term_string}}"
    )
    assert len([each for each in nodes if each["@type"] == "DefinedTermSet"]) == 6


def test_the_graph_is_rdf(client):
    """Read as rdflib reads it, with the vocabulary in place of schema.org's own context: nothing is fetched."""
    article = described_article()
    for address in (article.url, "/en/", "/en/best-practices/"):
        document = document_of(client, address)
        assert document.pop("@context") == "https://schema.org"
        document["@context"] = {"@vocab": str(SCHEMA)}
        graph = Graph().parse(data=json.dumps(document), format="json-ld")
        assert len(graph) > 5
        assert None not in {subject for subject, _name, _value in graph}
    titles = {str(value) for value in Graph().parse(data=_inline(client, article.url), format="json-ld").objects()}
    assert "On drums & <barrels>" in titles


def _inline(client, address: str) -> str:
    return json.dumps({**document_of(client, address), "@context": {"@vocab": str(SCHEMA)}})


def test_a_text_cannot_end_the_block(client):
    article = make_article("</script><script>alert(1)</script><!--")
    text = client.get(article.url).content.decode()
    assert "<script>alert" not in text
    assert node(nodes_of(client, article.url), "Article")["headline"] == article.title


def test_open_graph(client):
    article = described_article(lead_image=make_image(), lead_image_alternative_text="Blue drums")
    translate(article, "ar", "عن البراميل")
    found = metas(client, article.url)
    assert found["og:title"] == "On drums &amp; &lt;barrels&gt;"
    assert found["og:description"] == found["twitter:description"] == "How drums are kept."
    assert found["og:type"] == "article"
    assert found["og:url"] == f"http://testserver{article.url}"
    assert found["og:locale"] == "en_GB"
    assert found["og:locale:alternate"] == "ar_AR"
    assert found["og:image:alt"] == "Blue drums"
    assert found["twitter:card"] == "summary_large_image"
    picture = client.get(found["og:image"].removeprefix("http://testserver"))
    assert picture.status_code == 200
    assert "public" in picture["Cache-Control"]
    assert metas(client, "/en/")["og:type"] == "website"
    assert f'type="text/markdown" href="{article.url}index.md"' in client.get(article.url).content.decode()


def test_a_picture_in_a_closed_collection_is_not_named(client):
    image = make_image()
    article = make_article(lead_image=image, lead_image_alternative_text="Drums")
    assert "og:image" in metas(client, article.url)
    CollectionViewRestriction.objects.create(collection=image.collection, restriction_type="login")
    found = metas(client, article.url)
    assert "og:image" not in found
    assert found["twitter:card"] == "summary"
    assert "image" not in node(nodes_of(client, article.url), "Article")


def test_what_is_not_for_everyone_says_nothing(client):
    secret = make_article("For members", marking="GREEN")
    restricted = make_article("For accounts")
    PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.LOGIN)
    untranslated = make_article("Only in English")
    client.force_login(MemberFactory())
    for address in (secret.url, restricted.url, f"/ar/original/{untranslated.pk}/", "/en/search/", "/en/account/"):
        for _again in range(2):
            answer = client.get(address)
            assert answer.status_code == 200
            text = answer.content.decode()
            for word in ("ld+json", "og:", "twitter:", "text/markdown"):
                assert word not in text, (address, word)
    assert "og:title" in client.get(untranslated.url).content.decode()


def test_what_is_closed_is_silent_at_once(client):
    article = described_article()
    client.force_login(MemberFactory())
    assert "ld+json" in client.get(article.url).content.decode()
    article.marking = "GREEN"
    article.save_revision().publish()
    cache.clear()
    assert "ld+json" not in client.get(article.url).content.decode()
