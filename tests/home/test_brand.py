"""What makes an installation somebody's own."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from home.colours import check_contrast, contrast
from home.models import Brand, BrandName, Partner
from tests.factories import UserFactory, make_image

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


@pytest.mark.parametrize("colour", ["#ffd200", "#00a0c0", "#ffffff", "#808080"])
def test_a_colour_that_cannot_be_read_is_refused(client, colour):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    with pytest.raises(ValidationError, match=r"at least 4\.5 is needed"):
        check_contrast(colour)
    brand = Brand.load()
    brand.accent_colour = colour
    with pytest.raises(ValidationError, match="Choose a darker one"):
        brand.full_clean()


@pytest.mark.parametrize("colour", ["#0b5c6b", "#000000", "#7a1f3d", "#1F4E8C"])
def test_a_colour_that_can_be_read_is_taken(colour):
    check_contrast(colour)


def test_what_is_no_colour_is_refused_as_such():
    brand = Brand.load()
    for wrong in ("teal", "#12345", "#12345g", "#123456\n"):
        brand.accent_colour = wrong
        with pytest.raises(ValidationError, match=r"six hexadecimal digits|at most 7"):
            brand.full_clean()


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_admin_has_the_brands_colour_and_a_help_page(client):
    brand = Brand.load()
    brand.accent_colour = "#7a1f3d"
    brand.save()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert reverse("brand_admin_css") in client.get("/admin/").content.decode()
    assert b"--w-color-primary-hue:340.2" in client.get("/brand-admin.css").content
    assert "Put a recording in" in client.get("/admin/help/").content.decode()


def test_the_help_page_is_for_people_of_the_admin(client):
    assert client.get("/admin/help/").status_code == 302
    client.force_login(UserFactory())
    assert client.get("/admin/help/").status_code == 302
