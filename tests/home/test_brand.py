"""What makes an installation somebody's own."""

from __future__ import annotations

import pytest

from home.models import Brand, BrandName, Partner
from tests.factories import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def test_without_a_logo_there_is_none(client):
    assert client.get("/brand/logo", follow=True).status_code == 404
    assert "brand/logo" not in client.get("/en/").content.decode()


def test_the_logo_is_for_everyone(client):
    brand = Brand.load()
    brand.logo = make_image()
    brand.save()
    page = client.get("/ar/").content.decode()
    address = page.split('class="site-name__logo" src="')[1].split('"')[0]
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"].startswith("public")


def test_a_logo_whose_file_is_gone_is_no_error(client):
    brand = Brand.load()
    brand.logo = make_image()
    brand.save()
    brand.logo.file.storage.delete(brand.logo.file.name)
    assert client.get("/brand/logo", follow=True).status_code == 404
    assert client.get("/en/").status_code == 200


def test_name_tagline_colour_and_partners_are_settings(client):
    brand = Brand.load()
    BrandName.objects.filter(brand=brand, language="es").update(name="Otro centro", tagline="Un lema")
    brand.accent_colour, brand.contact_email, brand.hashtag = "#123456", "us@example.org", "#Us"
    brand.save()
    Partner.objects.create(brand=brand, name="A partner", url="https://partner.example/")
    page = client.get("/es/").content.decode()
    for text in ("Otro centro", "Un lema", "us@example.org", "#Us", "A partner", "https://partner.example/"):
        assert text in page
    assert "Otro centro" not in client.get("/fr/").content.decode()
    assert "brand.css?v=123456" in page
    assert b"#123456" in client.get("/brand.css").content
