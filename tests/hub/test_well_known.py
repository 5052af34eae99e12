"""OpenSearch and security.txt."""

from __future__ import annotations

import datetime
from xml.etree import ElementTree

import pytest

from home.models import Brand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tree")]
NS = {"s": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_search_is_described_in_each_language(client, language):
    answer = client.get(f"/{language}/opensearch.xml")
    assert answer["Content-Type"].startswith("application/opensearchdescription+xml")
    root = ElementTree.fromstring(answer.content)
    assert 0 < len(root.find("s:ShortName", NS).text) <= 16
    assert root.find("s:Language", NS).text == language
    [address] = [url.get("template") for url in root.findall("s:Url", NS) if url.get("type") == "text/html"]
    assert address == f"http://testserver/{language}/search/?q={{searchTerms}}&page={{startPage?}}"
    filled = address.replace("{searchTerms}", "drums").replace("{startPage?}", "")
    assert client.get(filled.removeprefix("http://testserver")).status_code == 200
    assert f'href="/{language}/opensearch.xml"' in client.get(f"/{language}/").content.decode()


def test_security_txt(client, settings):
    settings.BASE_URL = "https://hub.example"
    brand = Brand.load()
    brand.contact_email = "hub@example.org"
    brand.save()

    def fields() -> dict[str, str]:
        answer = client.get("/.well-known/security.txt")
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())

    found = fields()
    assert found["Contact"] == "mailto:hub@example.org"
    assert found["Preferred-Languages"] == "en, ar, es, fr"
    assert found["Canonical"] == "https://hub.example/.well-known/security.txt"
    left = datetime.datetime.fromisoformat(found["Expires"]) - datetime.datetime.now(datetime.UTC)
    assert 150 < left.days < 365
    settings.SECURITY_CONTACT = "https://hub.example/report"
    assert fields()["Contact"] == "https://hub.example/report"


def test_without_a_contact_there_is_no_security_txt(client):
    brand = Brand.load()
    brand.contact_email = ""
    brand.save()
    assert client.get("/.well-known/security.txt").status_code == 404
