"""Members ask for translations; translators see what is wanted most."""

from __future__ import annotations

import re

import pytest

from members.erasure import erase_person
from members.personal_data import collect_personal_data
from tests.factories import MemberFactory, UserFactory, make_article, translate
from tests.translation.builders import person, submit, translate_texts
from translation.models import SearchDemand, TranslationWish
from translation.wishes import demand_for, wish_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def asking(page, language: str = "ar") -> str:
    return f"/{language}/translation/ask/{page.pk}/"


def test_a_member_asks_from_the_results_and_from_the_page(client):
    page = make_article("Zebra ledger")
    translated = make_article("Zebra register")
    translate(translated, "ar", "سجل")
    client.force_login(MemberFactory())
    results = client.get("/ar/search/?q=zebra").content.decode()
    assert f'href="{asking(page)}"' in results
    assert f'href="{asking(translated)}"' not in results
    in_english = client.get("/ar/search/?q=zebra&language=en").content.decode()
    assert f'href="{asking(page)}"' in in_english
    assert f'href="{asking(translated)}"' not in in_english, "it is there in Arabic"
    assert asking(page) not in client.get("/en/search/?q=zebra").content.decode()
    assert f'href="{asking(page)}"' in client.get(f"/ar/original/{page.pk}/").content.decode()
    assert "<form" in client.get(asking(page)).content.decode()
    answer = client.post(asking(page), follow=True)
    assert answer.redirect_chain[-1][0] == f"/ar/original/{page.pk}/"
    client.post(asking(page))
    assert demand_for("ar") == {page.translation_key: 1}
    assert demand_for("fr") == {}
    shown = client.get(asking(page)).content.decode()
    assert 'method="post" action' not in shown.partition("<main")[2]
    client.force_login(MemberFactory())
    assert "طلبها عضو آخر" in client.get(asking(page)).content.decode()
    assert client.get(asking(translated, "ar")).status_code == 302


def test_nobody_asks_for_what_they_may_not_read(client):
    secret = make_article("Zebra secret", marking="GREEN")
    answer = client.get(asking(secret))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.url
    assert answer.url.replace(str(secret.pk), "") == client.get(asking(type(secret)(pk=999_999))).url.replace(
        "999999", ""
    )
    client.force_login(UserFactory())
    assert client.get(asking(secret)).status_code == client.post(asking(secret)).status_code == 404
    client.force_login(MemberFactory())
    assert client.get(asking(type(secret)(pk=10**18))).status_code == 404
    draft = make_article("Zebra draft", live=False)
    assert client.post(asking(draft)).status_code == 404
    assert not TranslationWish.objects.exists()


def test_visitors_are_offered_nothing(client):
    page = make_article("Zebra ledger")
    assert asking(page) not in client.get("/ar/search/?q=zebra").content.decode()
    assert asking(page) not in client.get(f"/ar/original/{page.pk}/").content.decode()


def test_a_wish_is_fulfilled_by_publishing():
    page = make_article("Zebra ledger")
    member = MemberFactory()
    for language in ("ar", "fr"):
        wish_for(page.translation_key, language, member)
    translate(page, "ar", "سجل")
    assert demand_for("ar") == {}
    assert demand_for("fr") == {page.translation_key: 1}


def test_the_report_has_what_is_wanted_most_first(client):
    few, many = make_article("Alpha"), make_article("Zebra")
    for number in range(3):
        member = MemberFactory()
        wish_for(many.translation_key, "ar", member)
        if number == 0:
            wish_for(few.translation_key, "ar", member)
            wish_for(few.translation_key, "fr", member)
    client.force_login(UserFactory(is_superuser=True))
    shown = client.get("/admin/reports/languages/results/").content.decode()
    titles = re.findall(r">\s*(Alpha|Zebra)\s*<", shown)
    assert titles.index("Zebra") < titles.index("Alpha")
    french = client.get("/admin/reports/languages/results/?into=fr").content.decode()
    titles = re.findall(r">\s*(Alpha|Zebra)\s*<", french)
    assert titles.index("Alpha") < titles.index("Zebra")
    exported = client.get("/admin/reports/languages/?export=csv").getvalue().decode()
    assert "Asked for by members" in exported
    assert re.search(r"Zebra,[^\n]*,3,", exported)


def test_wishes_are_handed_out_and_erased():
    page, member = make_article("Zebra ledger"), MemberFactory()
    wish_for(page.translation_key, "ar", member)
    (kept,) = collect_personal_data(member)["translation_wishes"]
    assert kept["piece"] == page.translation_key
    erase_person(member, actor=None)
    assert not TranslationWish.objects.exists()


def test_what_is_opened_from_a_search_in_a_language_it_lacks_is_demand(client, django_capture_on_commit_callbacks):
    page = make_article("Zebra ledger")
    there = make_article("Zebra register")
    translate(there, "ar", "سجل")
    translation = submit(page, "ar")
    came_from = {"HTTP_REFERER": "http://testserver/ar/search/?q=zebra"}
    client.get("/ar/search/?q=zebra")
    for _ in range(3):  # Made and kept.
        client.get(f"/ar/original/{page.pk}/", **came_from)
    client.get(f"/ar/original/{page.pk}/")
    client.get(f"/ar/original/{there.pk}/", **came_from)
    client.get("/ar/original/999999/", **came_from)
    client.get(page.url, **came_from)
    assert list(SearchDemand.objects.values_list("piece", "language", "times")) == [(page.translation_key, "ar", 3)]
    translator = person("Translators: Arabic")
    client.force_login(translator)
    assert "opened from a search 3 times" in client.get("/admin/desk/").text
    translate_texts(translation)
    with django_capture_on_commit_callbacks(execute=True):
        translation.save_target(publish=True)
    assert not SearchDemand.objects.exists()
