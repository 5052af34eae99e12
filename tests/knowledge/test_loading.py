"""Pages that are loaded ahead read the same as pages that ask for each part."""

from __future__ import annotations

import dataclasses

import pytest
from wagtail.models import Page, PageViewRestriction

from home.routing import find_page
from knowledge.addresses import address_of, full_address_of
from knowledge.models import Adaptation, Article, CaseStudy
from knowledge.queries import Place, reading_context
from tests.factories import MemberFactory, OrganisationFactory, make_article, make_case_study, section, translate
from tests.home.test_reading import rich_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def comparable(context) -> dict:
    """Return a reading context as texts and keys, whatever made its objects."""
    shown = dataclasses.asdict(dataclasses.replace(context, authors=(), attachments=(), related=(), countries=()))
    shown["authors"] = [(a.name, a.role, str(a.organisation or "")) for a in context.authors]
    shown["attachments"] = [
        (a.document.title, a.document.url, a.document.file_size, a.note) for a in context.attachments
    ]
    shown["related"] = [
        (each.item.pk, each.item.title, [c.name for c in each.item.countries.all()], each.reason)
        for each in context.related
    ]
    shown["countries"] = [country.name for country in context.countries]
    shown["taken_up"] = [(each.organisation, each.places, each.year, each.note) for each in context.taken_up]
    shown["adapted_from"] = [(each.practice.pk, each.year, each.note) for each in context.adapted_from]
    return shown


def test_a_loaded_article_reads_as_one_that_is_not(as_reader):
    article = rich_article(2)
    author = article.authors.first()
    author.organisation = OrganisationFactory(names={"en": "A body", "ar": "هيئة"})
    author.save()
    reader = as_reader()
    loaded = find_page("best-practices/rich-2/", "en", reader)
    assert isinstance(loaded, Article)
    plain = Article.objects.get(pk=article.pk)
    assert comparable(reading_context(loaded, reader)) == comparable(reading_context(plain, reader))
    figures = [block.value["image"].pk for block in loaded.body if block.block_type == "figure"]
    assert figures == [block.value["image"].pk for block in plain.body if block.block_type == "figure"]


def test_reuse_is_told_on_both_ends_loaded_or_not(as_reader):
    practice = make_article("The practice")
    organisation = OrganisationFactory(names={"en": "Those who did"})
    case = make_case_study("The case", organisation=organisation)
    case.adapted_from = [
        Adaptation(practice=practice.knowledgepage_ptr, organisation=organisation, country="KE", year=2024, note="Less")
    ]
    case.save_revision().publish()
    reader = as_reader()
    of_practice = reading_context(find_page("best-practices/the-practice/", "en", reader), reader)
    assert [(each.organisation, each.places, each.year) for each in of_practice.taken_up] == [
        ("Those who did", [Place("KE", "Kenya")], 2024)
    ]
    loaded = find_page("case-studies/the-case/", "en", reader)
    assert [each.practice.pk for each in reading_context(loaded, reader).adapted_from] == [practice.pk]
    assert str(loaded.organisation) == "Those who did"
    plain = CaseStudy.objects.get(pk=case.pk)
    assert comparable(reading_context(loaded, reader)) == comparable(reading_context(plain, reader))


def test_addresses_are_wagtails(rf):
    arabic = translate(make_article("In two languages"), "ar", "بلغتين")
    request = rf.get("/", headers={"host": "localhost:8000"})
    pages = Page.objects.filter(depth__gt=1).select_related("locale")
    assert pages.count() > 12
    for page in pages:
        assert address_of(page) == page.url
    assert full_address_of(arabic, request).startswith("http://localhost:8000/ar/")


@pytest.mark.parametrize(
    "path",
    [
        "Best-Practices/in-a-section/",
        "case-studies/in-a-section/",
        "in-a-section/",
        "best-practices/in-a-section/below/",
        "%/in-a-section/",
        "best-practices/_n-a-section/",
        "hub/best-practices/in-a-section/",
        "/".join(["deep"] * 200),
    ],
)
def test_only_the_whole_address_leads_to_a_page(as_reader, path):
    make_article("In a section")
    assert find_page("best-practices/in-a-section/", "en", as_reader()) is not None
    assert find_page(path, "en", as_reader()) is None


def test_a_page_is_found_in_the_language_of_its_address_only(as_reader):
    make_article("In English")
    assert find_page("best-practices/in-english/", "en", as_reader()) is not None
    assert find_page("best-practices/in-english/", "ar", as_reader()) is None


def test_what_may_not_be_read_is_not_found(as_reader):
    make_article("For members", marking="GREEN")
    make_article("A draft", live=False)
    assert find_page("best-practices/for-members/", "en", as_reader()) is None
    assert find_page("best-practices/for-members/", "en", as_reader(MemberFactory())) is not None
    assert find_page("best-practices/a-draft/", "en", as_reader(MemberFactory())) is None


def test_versions_and_sections_are_those_the_reader_may_read(as_reader, client):
    article = make_article("Half hidden")
    translate(article, "ar", "نصف مخفي")
    PageViewRestriction.objects.create(page=section("ar"), restriction_type=PageViewRestriction.LOGIN)
    page = client.get(article.url).content.decode()
    assert "نصف" not in page
    assert f"/ar/original/{article.pk}/" in page
