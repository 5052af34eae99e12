"""The results page and completion as readers get them."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from home.models import Brand
from knowledge.models import Author
from members.models import Profile
from search.engines.elasticsearch import connect
from tests.factories import (
    ConceptFactory,
    MemberFactory,
    OrganisationFactory,
    UserFactory,
    cues_of,
    make_article,
    make_case_study,
    make_recording,
    translate,
)
from tests.knowledge.test_recordings import translate_cues
from vocabulary.models import Concept, Scheme

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# One of them counts the question.
MOST_QUERIES = 13


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def results(client):
    """Return a function that opens the results page and returns its HTML."""

    def open_page(interface="en", **parameters) -> str:
        response = client.get(f"/{interface}/search/?{urlencode(parameters, doseq=True)}")
        assert response.status_code == 200
        return response.content.decode()

    return open_page


def count_shown(page: str) -> str:
    """Return the sentence that says how many were found."""
    match = re.search(r'<p class="count" role="status">(.*?)</p>', page)
    return match[1] if match else ""


def boxes(page: str) -> dict[str, int]:
    """Return the facet values of a page, as name=value, with their counts."""
    found = re.findall(
        r'<input type="checkbox" name="(\w+)" value="([^"]*)"[^>]*> <span>.*?</span> <span class="muted">(\d+)<', page
    )
    return {f"{name}={html.unescape(value)}": int(count) for name, value, count in found}


def hits(page: str) -> list[str]:
    """Return the titles that were found."""
    titles = re.findall(r'<h2 class="hit__title"><a [^>]*>(.*?)</a></h2>', page)
    return [html.unescape(re.sub("</?mark>", "", title)) for title in titles]


# --- What is shown ---


def test_hits_are_marked_and_lead_to_the_page(results):
    page = make_article("Inventory of warehouses", summary="Inventories <kept> by hand.")
    shown = results(q="inventories")
    assert f'<a href="{page.url}" lang="en" dir="ltr"><mark>Inventory</mark> of warehouses</a>' in shown
    assert "<mark>Inventories</mark> &lt;kept&gt; by hand." in shown
    assert "TLP:CLEAR" in shown
    assert count_shown(shown) == "1 result"


def test_texts_in_other_languages_are_shown_as_such(results):
    page = make_article("سجل المخزون", language="ar")
    shown = results(q="مخزون")
    assert f'<a href="/en/original/{page.pk}/" lang="ar" dir="rtl">' in shown
    assert "In Arabic" in shown
    assert hits(results("ar", q="المخزون")) == ["سجل المخزون"]


def test_a_translated_piece_is_shown_once(results):
    page = make_article("Zebra ledger")
    translate(page, "es", "Registro zebra")
    assert hits(results("en", q="zebra")) == ["Zebra ledger"]
    assert hits(results("es", q="zebra")) == ["Registro zebra"]
    assert hits(results("fr", q="zebra")) == ["Zebra ledger"]
    assert sorted(hits(results("fr", q="zebra", language=["en", "es"]))) == ["Registro zebra", "Zebra ledger"]


def test_every_choice_is_a_chip_that_takes_it_away_and_a_checked_box(results):
    topic = ConceptFactory(labels={"en": "Stock control", "fr": "Gestion des stocks"})
    article = make_article("Inventory")
    article.topics = [topic]
    article.save_revision().publish()
    shown = results(q="inventory", topic=topic.slug, type=["article", "casestudy"], sort="newest")
    chips = re.findall(r'<li><a href="([^"]*)"><span class="visually-hidden">Remove:</span> (.*?) <span', shown)
    assert [label for _url, label in chips] == ["Best practice", "Case study", "Stock control"]
    addresses = [html.unescape(url).partition("?")[2] for url, _label in chips]
    assert addresses[0] == f"q=inventory&type=casestudy&topic={topic.slug}&sort=newest"
    assert addresses[2] == "q=inventory&type=article&type=casestudy&sort=newest"
    assert f'name="topic" value="{topic.slug}" checked' in shown
    assert 'name="type" value="casestudy" checked' in shown, "a chosen value without results keeps its box"
    assert boxes(shown)["type=casestudy"] == 0
    assert "Gestion des stocks" in results("fr", q="inventory", topic=topic.slug)


def test_a_chosen_value_keeps_its_box_among_very_many(results):
    article = make_article("Inventory")
    concepts = [ConceptFactory() for _ in range(45)]
    article.topics = concepts
    article.save_revision().publish()
    last = sorted(concept.slug for concept in concepts)[-1]
    assert len([name for name in boxes(results(q="inventory")) if name.startswith("topic=")]) == 30
    shown = boxes(results(q="inventory", topic=last))
    assert shown[f"topic={last}"] == 1
    assert len([name for name in shown if name.startswith("topic=")]) == 31


def test_counts_are_what_choosing_gives(results):
    make_article("Inventory one")
    make_article("Inventory two", marking="GREEN")
    make_case_study("Inventory three", marking="CLEAR", published_on="2020-01-01")
    counted = boxes(results(q="inventory"))
    assert {"type=article": 1, "type=casestudy": 1, "year=2020": 1}.items() <= counted.items()
    for choice, count in counted.items():
        name, _sign, value = choice.partition("=")
        assert len(hits(results(q="inventory", **{name: value}))) == count, choice


def test_pages_of_results_lead_on(results):
    for number in range(12):
        make_article(f"Inventory {number}")
    first, last = results(q="inventory"), results(q="inventory", page=2)
    assert len(hits(first)) == 10
    assert "Page 1 of 2" in first
    assert 'rel="prev"' not in first
    assert 'rel="next" href="/en/search/?q=inventory&amp;page=2"' in first
    assert len(hits(last)) == 2
    assert 'rel="next"' not in last
    assert count_shown(first) == count_shown(last) == "12 results"
    beyond = results(q="inventory", page=7)
    assert "There is no such page of results; the last one is 2." in beyond
    assert 'rel="prev" href="/en/search/?q=inventory&amp;page=2"' in beyond
    assert hits(beyond) == []
    assert "Nothing was found" not in beyond


def test_a_hit_shows_what_was_said_and_opens_the_recording_there(results):
    cues = cues_of("Welcome to all of you.", "We lock the cabinet", "every night.", seconds=377)
    page = make_recording("Zebra talks", cues=cues)
    shown = results(q="locked cabinets")
    assert f'<a href="{page.url}?t=377#player">' in shown
    assert re.search(r'<bdi class="time">6:17</bdi></a> <q lang="en" dir="ltr">We <mark>lock</mark> the', shown)
    translated = translate_cues(page, "fr", {"c1": "On ferme l’armoire"})
    assert f'<a href="{translated.url}?t=377#player">' in results("fr", q="armoires")


def test_subjects_are_a_tree(results):
    above = ConceptFactory(slug="storage", labels={"en": "Storage"})
    ConceptFactory(slug="cabinets", labels={"en": "Cabinets"}, broader=above)
    article = make_article("Inventory")
    article.topics = [Concept.objects.get(slug="cabinets")]
    article.save_revision().publish()
    shown = results(q="inventory")
    assert boxes(shown).items() >= {"topic=storage": 1, "topic=cabinets": 1}.items()
    depths = re.findall(r'facet__value--(\d)"><input type="checkbox" name="topic" value="([^"]*)"', shown)
    assert depths == [("0", "storage"), ("1", "cabinets")]


def test_organisations_are_named_only_to_those_who_find_them(results, client):
    organisation = OrganisationFactory(names={"en": "Harbour Authority"})
    page = make_case_study("Zebra secret", marking="GREEN")
    page.organisation = organisation
    page.save_revision().publish()
    for address in ({"q": "zebra"}, {"organisation": str(organisation.pk)}):
        assert "Harbour Authority" not in results(**address)
    client.force_login(MemberFactory())
    assert boxes(results(q="zebra"))[f"organisation={organisation.pk}"] == 1
    assert "Harbour Authority" in results(organisation=str(organisation.pk))


def test_markings_are_a_facet_for_members(results, client):
    make_article("Zebra public")
    make_article("Zebra for members", marking="GREEN")
    assert not [name for name in boxes(results(q="zebra")) if name.startswith("marking")]
    client.force_login(MemberFactory())
    assert boxes(results(q="zebra")).items() >= {"marking=CLEAR": 1, "marking=GREEN": 1}.items()
    assert hits(results(q="zebra", marking="GREEN")) == ["Zebra for members"]


def test_dates_are_chips_and_bad_ones_are_told(results):
    make_article("Zebra old", published_on="2019-05-05")
    make_article("Zebra new", published_on="2024-05-05")
    shown = results(**{"q": "zebra", "from": "2020-01-01", "to": "2025-01-01"})
    assert hits(shown) == ["Zebra new"]
    assert 'href="/en/search/?q=zebra&amp;to=2025-01-01"' in shown
    assert 'name="from" value="2020-01-01"' in shown
    for nonsense in ("2020-13-01", "yesterday", "2020-1-1; --"):
        shown = results(**{"q": "zebra", "from": nonsense})
        assert "A date was left out" in shown
        assert len(hits(shown)) == 2


def test_more_like_this(results, client):
    topic = ConceptFactory()
    pages = [make_article(title) for title in ("Zebra one", "Zebra two", "Zebra elsewhere")]
    hidden = make_article("Zebra hidden", marking="GREEN")
    for page in (*pages[:2], hidden):
        page.topics = [topic]
        page.save_revision().publish()
    assert f'href="/en/search/?like={pages[0].pk}"' in results(q="zebra")
    shown = results(like=pages[0].pk)
    assert hits(shown) == ["Zebra two"]
    assert "Like “Zebra one”" in shown
    # A page that cannot be read is as unknown as one that never was.
    for unknown in (hidden.pk, 999_999, 10**19, "x"):
        shown = results(like=unknown)
        assert "Zebra hidden" not in shown
        assert "Like “" not in shown
    assert results(like=hidden.pk).replace(str(hidden.pk), "") == results(like=999_999).replace("999999", "")


def test_a_member_finds_the_version_in_a_language_they_read(results, client):
    page = make_article("Zebra ledger")
    french = translate(page, "fr", "Registre zèbre")
    assert hits(results("ar", q="zebra")) == ["Zebra ledger"]
    member = MemberFactory()
    Profile.objects.create(user=member, languages=["fr", "en"])
    client.force_login(MemberFactory())
    notice = "لا نتائج في اللغات التي تقرؤها"
    assert notice in results("ar", q="registre"), "only the second look goes into languages that nobody asked for"
    client.force_login(member)
    shown = results("ar", q="registre")
    assert notice not in shown
    assert hits(shown) == ["Registre zèbre"]
    assert f'<a href="{french.url}" lang="fr"' in shown


def test_what_matched_in_another_script_leads_to_the_version_in_the_readers_language(results):
    page = make_article("Padlock ledger", summary="On padlocks.")
    arabic = translate(page, "ar", "سجل الأقفال")
    shown = results("ar", q="padlock")
    assert hits(shown) == ["سجل الأقفال"]
    assert f'<a href="{arabic.url}" lang="ar" dir="rtl">' in shown
    assert '<p class="hit__excerpt" lang="en" dir="ltr">On <mark>padlocks</mark>.' in shown


def test_a_slip_of_the_keys_is_understood(results, client):
    make_article("Inventory of warehouses")
    make_article("Warehouze hidden", marking="GREEN")
    shown = results(q="invetnory wearhouses")
    assert hits(shown) == ["Inventory of warehouses"]
    assert 'href="/en/search/?q=inventory+warehouses"><bdi>inventory warehouses</bdi></a>' in shown
    assert "Nothing was found for “invetnory wearhouses”." in shown
    assert "Warehouze" not in results(q="warehouzee")
    few = results(q="inventory helicopter")
    assert "Nothing has all of these words. These are results for some of them." in few
    assert hits(few) == ["Inventory of warehouses"]


@pytest.mark.service
def test_staff_see_why(results, client, elasticsearch):
    call_command("search_index", "rebuild", verbosity=0)
    make_article("Inventory of warehouses")
    call_command("search_index", "push", verbosity=0)
    assert "Why this result" not in results(q="inventory", why=1)
    client.force_login(UserFactory(is_superuser=True))
    assert 'href="/en/search/?q=inventory&amp;why=1"' in results(q="inventory")
    assert re.search(r"<li><bdi>word: inventory</bdi>: \d", results(q="inventory", why=1))


# --- Completion ---


def test_subjects_and_people_are_completed_too(client):
    ConceptFactory(slug="guarding", labels={"en": "Guards and patrols", "ar": "الحراسة"})
    page = make_article("Notes on gates")
    Author.objects.create(page=page, name="Guadalupe Ortiz")
    page.save_revision().publish()
    hidden = make_article("Hidden", marking="GREEN")
    Author.objects.create(page=hidden, name="Gualter Secret")
    hidden.save_revision().publish()

    def completed(beginning: str, language: str = "en") -> list[tuple[str, str, str]]:
        answer = client.get(f"/{language}/search/completions/", {"q": beginning}).json()["completions"]
        return [(each["kind"], each["title"], each["url"]) for each in answer]

    found = completed("gua")
    assert ("subject", "Guards and patrols", "/en/search/?topic=guarding") in found
    assert [title for kind, title, _url in found if kind == "person"] == ["Guadalupe Ortiz"]
    person = next(url for kind, _title, url in found if kind == "person")
    assert "Notes on gates" in client.get(person).content.decode()
    assert completed("الحر", "ar")[0][:2] == ("subject", "الحراسة")
    assert [kind for kind, _title, _url in completed("gat")] == ["page"]


# --- Nothing found ---


def test_an_empty_answer_says_what_to_do_next(results, client):
    ConceptFactory(slug="transport", labels={"en": "Transport safety", "fr": "Sécurité du transport"})
    ConceptFactory(slug="sector", labels={"en": "Transport sector"}, scheme=Scheme.SECTOR)
    page = make_article("Lorries")
    page.topics.set([Concept.objects.get(slug="transport")])
    page.save_revision().publish()
    link = '<a href="/en/search/?topic=transport">Transport safety</a>'
    shown = results(q="trnsportatio safeguard", type="casestudy")
    assert "Nothing was found" in shown
    assert "Members find more when they are signed in." in shown
    assert link in shown
    assert "Transport sector" not in shown, "what would find nothing is not offered"
    assert link in results(q="transprt safety"), "beside results for words that are near"
    assert "Sécurité du transport" in results("fr", q="transport xyzzy")
    assert link in results(q="qqqqqq"), "without anything near, the topics with most to read"
    client.force_login(MemberFactory())
    assert "Members find more" not in results(q="trnsportatio safeguard", type="casestudy")


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
def test_nothing_of_the_empty_answer_is_in_another_language(results, language):
    shown = results(language, q="qqqqqq")
    assert ("Nothing was found" in shown) == (language == "en")


# --- Bad input ---


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "query",
    [
        "q=",
        "q=+++",
        "q=%00%01%02%1b",
        "q=%ff%fe",
        "q=" + "word+" * 10_000,
        "q=" + "%D9%83" * 5_000,
        "q=%22%27%5C%28%7B*%3F~%5E",
        "q=title:x+AND+OR",
        "q=%E2%80%8F%E2%80%AE",
        "q=%F0%9F%94%A5",
        "q=a&q=b",
        "q[]=a",
        "page=99999",
        "page=0",
        "page=-1",
        "page=1e3",
        "page=%D9%A1",
        "page=" + "9" * 5_000,
        "page=",
        "sort=nonsense",
        "sort=%00",
        "type=nothing",
        "topic=%00",
        "topic=" + "a" * 5_000,
        "sector=%27%3B--",
        "language=xx",
        "language=en-GB",
        "country=ZZ",
        "country=ke",
        "year=20x5",
        "year=99999999999",
        "year=%D9%A2%D9%A0%D9%A2%D9%A4",
        "year=0000",
        "&".join(f"topic=t{number}" for number in range(500)),
        "&".join(f"year={number}" for number in range(1000, 1500)),
        "unknown=parameter",
    ],
)
def test_odd_addresses_are_answered(client, language, query):
    make_article("A title")
    response = client.get(f"/{language}/search/?{query}")
    assert response.status_code == 200
    assert client.get(f"/{language}/search/completions/?{query}").status_code == 200


def test_what_could_not_be_used_is_said(results):
    make_article("Word title")
    assert "The query was too long; only its beginning was used." in results(q="word " * 40)
    assert "The query was too long" in results(q="w" * 201)
    assert "The query was too long" not in results(q="  word \u200f\t title  ")
    assert hits(results(q="word " * 40)) == ["Word title"]
    for name, label in {"topic": "Topic", "country": "Country", "year": "Year", "language": "Language"}.items():
        shown = results(q="word", **{name: "nonsense"})
        assert f"A filter was left out, because its value is not known: {label}." in shown
        assert hits(shown) == ["Word title"]
        assert 'class="chips"' not in shown
    assert "Only the first 1000 results can be opened" in results(q="word", page=99999)
    assert "There is no such page of results; the last one is 1." in results(q="word", page=2)
    assert "A filter was left out" in results(year=[str(number) for number in range(1990, 2030)])


def test_what_was_typed_is_shown_as_text(results):
    shown = results(q='"><script>alert(1)</script>')
    assert "<script>alert" not in shown
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in shown


def test_searching_changes_nothing(client):
    assert client.post("/en/search/", {"q": "x"}).status_code in {403, 405}
    assert client.head("/en/search/?q=x").status_code == 200


# --- No leak ---


def test_a_visitor_learns_nothing_of_what_is_for_members(results, client):
    topic = ConceptFactory(labels={"en": "Guards"})
    make_article("Zebra public")
    secret = make_case_study("Zebra secret", marking="GREEN", published_on="2001-01-01")
    secret.topics = [topic]
    secret.save_revision().publish()

    def seen() -> tuple:
        shown = results(q="zebra")
        completed = client.get("/en/search/completions/?q=zeb").json()["completions"]
        return sorted(hits(shown)), count_shown(shown), boxes(shown), sorted(each["title"] for each in completed)

    titles, total, facets, completed = seen()
    assert (titles, total, completed) == (["Zebra public"], "1 result", ["Zebra public"])
    assert {name: facets.get(name) for name in ("type=casestudy", "year=2001", f"topic={topic.slug}")} == {
        "type=casestudy": None,
        "year=2001": None,
        f"topic={topic.slug}": None,
    }
    assert facets["type=article"] == 1
    # Not by asking for it outright, either.
    assert results(q="secret").replace("secret", "") == results(q="secrat").replace("secrat", "")
    asked = results(topic=topic.slug)
    assert (hits(asked), count_shown(asked)) == ([], "0 results")
    client.force_login(MemberFactory())
    titles, total, facets, completed = seen()
    assert (titles, total, completed) == (["Zebra public", "Zebra secret"], "2 results", titles)
    assert facets["type=casestudy"] == facets["year=2001"] == facets[f"topic={topic.slug}"] == 1


def test_a_change_of_rights_shows_at_the_next_search(results):
    page = make_article("Zebra ledger")
    assert hits(results(q="zebra")) == ["Zebra ledger"]
    page.marking = "GREEN"
    page.save_revision().publish()
    assert hits(results(q="zebra")) == []


# --- Costs ---


def queries(client, address: str) -> int:
    Brand.load().save()  # A new generation: nothing is cached.
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_what_is_found(client):
    def publish(number: int) -> None:
        for each in range(number):
            article = make_article(f"Inventory {each}", marking=("CLEAR", "GREEN")[each % 2])
            article.topics = [ConceptFactory()]
            article.save_revision().publish()

    publish(2)
    client.force_login(MemberFactory())
    addresses = ["/en/search/?q=inventory", "/en/search/", "/ar/search/?q=inventory&type=article", "/en/search/?q=qqq"]
    addresses.append("/en/search/completions/?q=inv")
    for address in addresses:
        client.get(address)
    few = {address: queries(client, address) for address in addresses}
    publish(8)
    many = {address: queries(client, address) for address in addresses}
    assert many == few
    assert max(many.values()) <= MOST_QUERIES


@pytest.fixture
def requests_sent(elasticsearch, monkeypatch):
    """The requests that went to Elasticsearch since the last look."""
    transport, sent = connect().transport, []
    perform = transport.perform_request

    def counted(method, target, **arguments):
        sent.append(f"{method} {target}")
        return perform(method, target, **arguments)

    call_command("search_index", "rebuild", verbosity=0)
    monkeypatch.setattr(transport, "perform_request", counted)
    return sent


@pytest.mark.service
def test_a_page_of_results_is_one_request_to_elasticsearch(requests_sent, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(12):
            make_article(f"Inventory {number}", marking=("CLEAR", "GREEN")[number % 2])
    for who in ("visitor", "member"):
        if who == "member":
            client.force_login(MemberFactory())
        for address in (
            "/en/search/?q=inventory",
            "/en/search/",
            "/ar/search/?q=inventory&type=article&sort=newest",
            "/en/search/?q=inventory&page=2",
            "/en/search/?q=inventory&page=99999",
            "/en/search/completions/?q=inv",
        ):
            requests_sent.clear()
            assert queries(client, address) <= MOST_QUERIES
            assert len(requests_sent) == 1, (address, requests_sent)
            assert "_search" in requests_sent[0]
        # Only when nothing has the words, near ones are looked for.
        requests_sent.clear()
        client.get("/en/search/?q=nothing-like-that")
        assert len(requests_sent) == 2


@pytest.mark.service
def test_elasticsearch_and_the_database_show_the_same(
    requests_sent, client, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_article("Zebra public")
        make_case_study("Zebra secret", marking="GREEN", published_on="2001-01-01")
        translate(make_article("Zebra in two"), "fr", "Zebra en français")
    member = MemberFactory()

    def seen() -> list:
        answers = []
        for who in (None, member):
            client.logout()
            if who:
                client.force_login(who)
            for address in (
                "en/search/?q=zebra",
                "fr/search/?q=zebra&language=fr",
                "en/search/?q=secret",
                "en/search/",
            ):
                Brand.load().save()
                shown = client.get(f"/{address}").content.decode()
                answers.append((address, sorted(hits(shown)), count_shown(shown), boxes(shown)))
        return answers

    requests_sent.clear()
    by_elasticsearch = seen()
    # A visitor's question for what is hidden is asked again for near words.
    assert len(requests_sent) == len(by_elasticsearch) + 1
    settings.ELASTICSEARCH = {**settings.ELASTICSEARCH, "URLS": []}
    assert seen() == by_elasticsearch
