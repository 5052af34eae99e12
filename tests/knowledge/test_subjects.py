"""Topics, countries, comparison, and what stands around a text."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.cache import cache

from knowledge.models import Adaptation, Article, Author, CaseStudy, CountryConcerned, RelatedItem
from knowledge.queries import reading_context
from knowledge.sources import link_sources
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    OrganisationFactory,
    item,
    make_article,
    make_case_study,
    make_document,
    make_image,
    section,
    stream,
    translate,
)
from vocabulary.countries import CODES
from vocabulary.models import ConceptDefinition, ConceptLabel, Scheme

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def about(page, *topics, countries=(), sectors=()):
    page.topics, page.sectors = list(topics), list(sectors)
    page.countries = [CountryConcerned(code=code) for code in countries]
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


# --- Topics -----------------------------------------------------------------------------------------


def test_topics_are_counted_with_what_is_below_them_and_without_zeros(client):
    above = ConceptFactory(slug="storage", labels={"en": "Storage", "ar": "تخزين"})
    below = ConceptFactory(slug="locks", broader=above, labels={"en": "Locks"})
    ConceptFactory(slug="nothing-yet")
    sector = ConceptFactory(slug="ports", scheme=Scheme.SECTOR)
    about(make_article("A"), above, below)
    about(make_article("B"), below, sectors=[sector])
    about(make_article("Hidden", marking="GREEN"), below)
    index = client.get("/en/topics/")
    trees = {tree.name: tree.branches for tree in index.context["trees"]}
    assert [(branch.term.slug, branch.count) for branch in trees["theme"]] == [("storage", 2)]
    assert [(branch.term.slug, branch.count) for branch in trees["theme"][0].branches] == [("locks", 2)]
    assert [(branch.term.slug, branch.count) for branch in trees["sector"]] == [("ports", 1)]
    assert "nothing-yet" not in index.content.decode()
    assert 'hreflang="fr" href="http://testserver/fr/topics/"' in index.content.decode()
    client.force_login(MemberFactory())
    assert client.get("/en/topics/").context["trees"][0].branches[0].count == 3


def test_a_topic_tells_what_it_is_and_what_is_around_it(client):
    above = ConceptFactory(slug="storage", labels={"en": "Storage", "ar": "تخزين"})
    term = ConceptFactory(slug="locks", broader=above, labels={"en": "Locks"})
    ConceptLabel.objects.create(concept=term, language="en", is_preferred=False, text="Padlocks")
    ConceptDefinition.objects.create(concept=term, language="en", text="What closes.")
    term.related.add(ConceptFactory(slug="keys", labels={"en": "Keys"}))
    about(make_article("On locks"), term)
    about(make_case_study("Case of locks"), term)
    page = text_of(client, "/en/topics/storage/")
    assert "On locks" in page
    assert "/en/topics/locks/" in page
    page = text_of(client, "/en/topics/locks/")
    for expected in ("Padlocks", "What closes.", "/en/topics/storage/", "/en/topics/keys/", "Case of locks"):
        assert expected in page
    assert '<link rel="alternate" hreflang="ar" href="http://testserver/ar/topics/locks/">' in page
    only = text_of(client, "/en/topics/locks/?type=casestudy")
    assert "Case of locks" in only
    assert "On locks" not in only
    assert "On locks" in text_of(client, "/en/topics/locks/?type=nonsense&page=99")
    arabic = text_of(client, "/ar/topics/locks/")
    assert '<span lang="en" dir="ltr">Locks</span>' in arabic
    assert 'lang="en" dir="ltr">What closes.' in arabic


def test_a_topic_without_anything_says_what_to_do(client):
    ConceptFactory(slug="empty")
    assert "Members see more" in text_of(client, "/en/topics/empty/")
    client.force_login(MemberFactory())
    assert "neighbouring topic" in text_of(client, "/en/topics/empty/")
    assert client.get("/en/topics/no-such-topic/").status_code == 404


def test_a_long_topic_is_paged(client):
    term = ConceptFactory(slug="long")
    for number in range(14):
        about(make_article(f"Article {number}"), term)
    first, second = client.get("/en/topics/long/"), client.get("/en/topics/long/?type=article&page=2")
    assert len(first.context["list"].page) == 12
    assert len(second.context["list"].page) == 2
    assert "?type=article&amp;page=1" in second.content.decode()


# --- Countries --------------------------------------------------------------------------------------


def test_countries(client):
    practice = about(make_article("A practice"), countries=["FJ"])
    case = about(make_case_study("A case"), countries=["MT"])
    hidden = about(make_case_study("Hidden case", marking="GREEN"), countries=["MT", "SG"])
    organisation = OrganisationFactory(names={"en": "Island Council"}, country="FJ")
    Adaptation.objects.create(practice=practice, case_study=hidden, country="MT", note="Hidden note", year=2020)
    Adaptation.objects.create(practice=practice, organisation=organisation, country="MT", note="Open note", year=2021)
    case.save_revision().publish()
    index = client.get("/en/countries/")
    assert [(each.code, each.count) for each in index.context["countries"]] == [("FJ", 1), ("MT", 1)]
    assert "world.svg#FJ" in index.content.decode()
    assert "world.svg#SG" not in index.content.decode()
    malta = text_of(client, "/en/countries/mt/")
    for expected in ("A case", "Open note", "A practice", "Island Council", "world.svg#MT"):
        assert expected in malta
    assert "Hidden" not in malta
    assert "Island Council" not in text_of(client, "/en/countries/fj/")
    client.force_login(MemberFactory())
    assert "Island Council" in text_of(client, "/en/countries/fj/")
    assert "Hidden note" in text_of(client, "/en/countries/mt/")
    codes = {each.code: (each.count, each.organisations) for each in client.get("/en/countries/").context["countries"]}
    assert codes == {"FJ": (1, 1), "MT": (2, 0), "SG": (1, 0)}


def test_addresses_of_countries(client):
    assert client.get("/ar/countries/FJ/")["Location"] == "/ar/countries/fj/"
    assert "فيجي" in text_of(client, "/ar/countries/fj/")
    assert client.get("/en/countries/xx/").status_code == 404


def test_the_map_has_every_country_and_is_light():
    drawing = (Path(settings.BASE_DIR) / "static" / "maps" / "world.svg").read_text()
    assert len(drawing) <= 45 * 1024
    assert set(re.findall(r'<path id="([A-Z]{2})"', drawing)) == set(CODES) - {"AQ"}
    assert 'd=""' not in drawing


# --- Comparison -------------------------------------------------------------------------------------


def test_cases_side_by_side(client):
    first, second, third = (make_case_study(f"Case {number}") for number in range(3))
    arabic = translate(second, "ar", "حالة")
    page = text_of(client, f"/en/compare/?case={second.pk}&case={first.pk}")
    assert page.index("Case 1") < page.index("Case 0")
    assert "Case 2" not in page
    assert page.count('class="compare__text"') == 2 * 6
    assert "transfer of Case 0." in page
    page = text_of(client, f"/ar/compare/?case={second.pk}&case={first.pk}&case={third.pk}")
    assert f'aria-labelledby="context-{arabic.pk}" lang="ar" dir="rtl"' in page
    assert f'aria-labelledby="context-{first.pk}" lang="en" dir="ltr"' in page
    # Two languages of one case are one case.
    assert client.get(f"/en/compare/?case={second.pk}&case={arabic.pk}").context["is_comparison"] is False


def test_a_comparison_of_other_numbers_is_answered(client):
    cases = [make_case_study(f"Case {number}") for number in range(4)]
    article, secret = make_article("An article"), make_case_study("Zanzibar", marking="GREEN")
    assert "Choose two or three cases" in text_of(client, "/en/compare/")
    assert "checked" in text_of(client, f"/en/compare/?case={cases[0].pk}")
    many = text_of(client, "/en/compare/?" + "&".join(f"case={case.pk}" for case in cases))
    assert "first three you chose" in many
    assert "Case 3" not in many
    asked = f"/en/compare/?case={cases[0].pk}&case={cases[1].pk}&case="
    answers = {
        number: text_of(client, f"{asked}{number}").replace(f"case={quote(str(number))}", "")
        for number in (secret.pk, article.pk, 999999, 2**31, 10**30, "x", "-5")
    }
    assert len(set(answers.values())) == 1
    assert "Not everything you chose can be compared" in answers[secret.pk]


def test_three_rich_cases_cost_a_dozen_queries(client, django_assert_max_num_queries):
    cases = []
    for number in range(3):
        figure = {"image": make_image().pk, "alternative_text": "A", "caption": "B", "credit": ""}
        linked = make_article(f"Linked {number}")
        blocks = [
            ("figure", figure),
            ("document", {"document": make_document().pk, "note": ""}),
            ("text", f'<p><a linktype="page" id="{linked.pk}">This</a></p>'),
        ]
        case = make_case_study(f"Rich {number}", organisation=OrganisationFactory())
        case.context = stream(CaseStudy, "context", blocks)
        case.save_revision().publish()
        cases.append(case)
    address = "/en/compare/?" + "&".join(f"case={case.pk}" for case in cases)
    client.get(address)  # Makes renditions.
    cache.clear()
    with django_assert_max_num_queries(MOST_QUERIES):
        text_of(client, address)


def test_cases_are_chosen_in_their_section_and_on_their_pages(client):
    term = ConceptFactory()
    first, second = about(make_case_study("First"), term), about(make_case_study("Second"), term)
    about(make_case_study("Hidden", marking="GREEN"), term)
    page = text_of(client, section(number=1).url)
    assert f'type="checkbox" name="case" value="{first.pk}"' in page
    page = text_of(client, first.url)
    assert f'<option value="{second.pk}" lang="en">Second</option>' in page
    assert "Hidden" not in page
    assert 'name="case"' not in text_of(client, make_case_study("Alone").url)


# --- Around a text ----------------------------------------------------------------------------------


def test_related_items_say_why(as_reader):
    term, other = ConceptFactory(labels={"en": "Locks"}), ConceptFactory(labels={"en": "Keys"})
    organisation = OrganisationFactory()
    chosen = about(make_article("Chosen"), term)
    both, one = about(make_article("Both"), term, other), about(make_article("One"), other)
    about(make_article("Hidden", marking="GREEN"), term, other)
    of_same = make_case_study("Same house", organisation=organisation)
    page = make_article("The page")
    page.related_items = [RelatedItem(item=chosen.knowledgepage_ptr)]
    page.authors = [Author(name="A", organisation=organisation, locale=page.locale)]
    page = about(page, term, other)
    related = reading_context(page, as_reader()).related
    assert [each.item.pk for each in related] == [chosen.pk, both.pk, one.pk, of_same.pk]
    assert [each.reason for each in related] == [
        "Chosen by the editors",
        "Same topic: Locks",
        "Same topic: Keys",
        "By the same organisation",
    ]
    for number in range(5):
        about(make_article(f"More {number}"), term)
    assert len(reading_context(Article.objects.get(pk=page.pk), as_reader()).related) == 4


def test_no_page_costs_more_than_twelve_queries(client, django_assert_max_num_queries):
    term = ConceptFactory(slug="busy")
    for number in range(5):
        case = about(make_case_study(f"Case {number}"), term, countries=["KE"])
        practice = about(make_article(f"Article {number}"), term, countries=["KE"])
        Adaptation.objects.create(practice=practice, case_study=case, country="KE", organisation=OrganisationFactory())
        OrganisationFactory(country="KE")
    client.force_login(MemberFactory())
    for address in (
        "/en/topics/",
        "/en/topics/busy/",
        "/en/countries/",
        "/en/countries/ke/",
        "/en/compare/",
        case.url,
        practice.url,
    ):
        cache.clear()
        with django_assert_max_num_queries(MOST_QUERIES):
            text_of(client, address)


def test_where_a_practice_was_taken_up_is_on_a_map(client):
    practice = make_article("A practice")
    case = about(make_case_study("A case of it"), countries=["MT", "SG"])
    Adaptation.objects.create(practice=practice, case_study=case, year=2024)
    Adaptation.objects.create(practice=practice, country="FJ", organisation=OrganisationFactory())
    page = text_of(client, practice.url)
    for code in ("FJ", "MT", "SG"):
        assert f"world.svg#{code}" in page
        assert f"/en/countries/{code.lower()}/" in page
    told = client.get("/en/countries/sg/").context["practices"]
    assert [(each.practice.pk, each.case_study.pk) for each in told] == [(practice.pk, case.pk)]


def test_a_page_tells_its_review_and_its_languages(client):
    page = make_article("A", reviewed_on="2026-02-03")
    arabic = translate(page, "ar", "أ")
    assert str(arabic.reviewed_on) == "2026-02-03"
    text = text_of(client, page.url)
    assert "Last reviewed on" in text
    assert f'· <a href="{arabic.url}" lang="ar" dir="rtl" hreflang="ar">' in text


def test_sources_are_numbered_and_linked(client):
    blocks = [
        ("text", "<p>As said [1] and [2], not [3], <b>[1]</b>.</p>"),
        ("references", [item("First <b>source</b> [2]")]),
        ("references", [item("Second")]),
    ]
    page = make_article(body=stream(Article, "body", blocks))
    text = text_of(client, page.url)
    assert 'As said <a href="#ref-1">[1]</a> and <a href="#ref-2">[2]</a>, not [3], <b><a' in text
    assert '<li class="source" id="ref-1" value="1">First &lt;b&gt;source&lt;/b&gt;' in text
    assert '<li class="source" id="ref-2" value="2">Second</li>' in text


def test_what_is_no_text_is_not_linked():
    source = '<li class="source">A</li>'
    html = f'<a href="/x">see [1]</a> <img alt="[1]"> <abbr>[1]</abbr> [0] [12] [1{source}'
    linked = link_sources(html)
    assert linked.startswith(
        '<a href="/x">see [1]</a> <img alt="[1]"> <abbr><a href="#ref-1">[1]</a></abbr> [0] [12] [1'
    )
    assert link_sources("[1]") == "[1]"


def test_a_table_can_be_moved_sideways(client):
    columns = [{"type": "text", "heading": str(number)} for number in range(5)]
    table = {"columns": columns, "rows": [{"values": ["a"] * 5}], "caption": "Wide"}
    text = text_of(client, make_article(body=stream(Article, "body", [("table", table)])).url)
    assert 'class="table__hint"' in text
    assert 'role="region" tabindex="0" aria-label="Wide"' in text
