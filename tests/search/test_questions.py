"""What is searched for is counted, what finds nothing and what is opened; who asks is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from search import questions
from search.models import AskedQuestion
from tests.factories import MemberFactory, UserFactory, make_article
from translation.roles import translators_group_name

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def counts() -> dict[tuple[str, str], tuple[int, int, int]]:
    rows = AskedQuestion.objects.values_list("language", "text", "asked", "without_results", "clicked")
    return {(language, text): (asked, without, clicked) for language, text, asked, without, clicked in rows}


def test_results_pages_are_counted_whether_made_or_kept(client):
    make_article("Zebra ledger")
    for _ in range(3):
        answer = client.get("/en/search/?q=  ZEBRA ")
        assert questions.FOUND not in answer.headers
    client.get("/fr/search/?q=zebra")
    client.get("/en/search/?q=nothinglikeit")
    assert counts() == {("en", "zebra"): (3, 0, 0), ("fr", "zebra"): (1, 0, 0), ("en", "nothinglikeit"): (1, 1, 0)}


@pytest.mark.parametrize(
    "address",
    [
        "/en/search/",
        "/en/search/?q=zebra&type=article",
        "/en/search/?q=zebra&page=2",
        "/en/search/?q=zebra&from=2020-01-01",
        "/en/search/completions/?q=zebra",
        "/en/search/?q=ann%40example.org",
        "/en/search/?q=call+%2B44+20+7946+0958",
        "/en/search/?q=passport+12345678",
        "/en/search/?q=call+555-123-4567",
        "/en/search/?q=664+-+123+-+4567",
        "/en/search/?q=1234_5678",
        "/en/search/?q=12-34567-8",
        "/en/search/?q=7664-41-8+is+no+number+of+a+chemical",
        f"/en/search/?q={'x' * 90}+john.smith%40example.org",
        f"/en/search/?q={'x' * 95}+123456789",
    ],
)
def test_some_are_not_counted(client, address):
    make_article("Zebra ledger")
    client.get(address)
    assert counts() == {}


def test_codes_of_chemicals_are_no_numbers_of_people(client):
    client.get("/en/search/?q=ammonia+7664-41-7+store+2024")
    assert list(counts()) == [("en", "ammonia 7664-41-7 store 2024")]


def test_nothing_tells_who_asked(client):
    assert {field.name for field in AskedQuestion._meta.fields} == {
        "id", "day", "language", "text", "asked", "without_results", "clicked",
    }  # fmt: skip


def test_what_is_opened_from_the_results_is_counted(client):
    page = make_article("Zebra ledger")
    client.get("/en/search/?q=zebra")
    came_from = {"HTTP_REFERER": "http://testserver/en/search/?q=Zebra&page=2"}
    client.get(page.url, **came_from)
    client.get(page.url, **came_from)
    assert counts() == {("en", "zebra"): (1, 0, 2)}
    client.get("/en/search/?q=zebra&sort=newest", **came_from)
    client.get("/en/nothing-is-here/", **came_from)
    client.get("/robots.txt", **came_from)
    client.post(page.url, **came_from)
    assert counts()["en", "zebra"][2] == 2


@pytest.mark.parametrize(
    "referrer",
    [
        "http://elsewhere.example/en/search/?q=zebra",
        "http://testserver/en/search/?q=neverasked",
        "http://testserver/en/search/?q=",
        "http://testserver/xx/search/?q=zebra",
        "http://[/en/search/?q=zebra",
        "http://testserver/en/search/?" + "&".join(f"a{n}=1" for n in range(500)) + "&q=zebra",
    ],
)
def test_a_forged_address_of_origin_counts_nothing(client, referrer):
    page = make_article("Zebra ledger")
    client.get("/en/search/?q=zebra")
    assert client.get(page.url, HTTP_REFERER=referrer).status_code == 200
    assert counts() == {("en", "zebra"): (1, 0, 0)}


def test_trouble_in_counting_is_not_the_readers(client, monkeypatch):
    def fail(*args):
        raise DatabaseError("full")

    monkeypatch.setattr(questions, "count_question", fail)
    assert client.get("/en/search/?q=zebra").status_code == 200


def test_what_is_old_is_forgotten(settings):
    today = timezone.localdate()
    for days in (0, 364, 366):
        AskedQuestion.objects.create(day=today - timedelta(days=days), language="en", text="zebra", asked=1)
    call_command("forget_old_questions")
    assert AskedQuestion.objects.count() == 2


# --- The report ---


@pytest.fixture
def editor(client):
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    return editor


def asked(text: str, asked: int, language: str = "en", days: int = 0, **fields) -> None:
    day = timezone.localdate() - timedelta(days=days)
    AskedQuestion.objects.create(day=day, language=language, text=text, asked=asked, **fields)


def report(client, parameters: str = "") -> str:
    return client.get(f"/admin/reports/searches/results/?{parameters}").content.decode()


def test_the_report_adds_up_what_was_asked_often_enough(client, editor):
    asked("padlock", 2)
    asked("padlock", 2, days=3, clicked=1)
    asked("one person’s words", 2)
    asked("قفل", 5, "ar", without_results=5)
    asked("long ago", 9, days=40)
    shown = report(client)
    assert shown.index("قفل") < shown.index("padlock")
    assert 'href="/en/search/?q=padlock"' in shown
    assert "person’s" not in shown
    assert "long ago" not in shown
    assert "long ago" in report(client, "days=365")
    assert "padlock" not in report(client, "language=ar")
    assert "padlock" not in report(client, "kind=nothing")
    assert "قفل" in report(client, "kind=nothing")
    asked("dull", 20, clicked=1)
    asked("never opened", 3)
    few = report(client, "kind=few")
    assert "dull" in few
    assert "never opened" in few
    assert "padlock" not in few
    assert "قفل" not in few
    exported = client.get("/admin/reports/searches/?export=csv").getvalue().decode()
    assert "padlock,en,4,0,1" in exported
    assert "Searched for" in client.get("/admin/reports/searches/").content.decode()


def test_the_report_of_nothing_says_so(client, editor):
    assert "Nothing was searched for often enough" in report(client)


def test_who_has_no_permission_does_not_see_the_report(client):
    asked("padlock", 9)
    for user in (None, MemberFactory(), UserFactory()):
        if user:
            client.force_login(user)
        answer = client.get("/admin/reports/searches/")
        assert answer.status_code == 302
    translator = UserFactory()
    translator.groups.add(Group.objects.get(name=translators_group_name("ar")))
    client.force_login(translator)
    assert "padlock" not in client.get("/admin/reports/searches/", follow=True).content.decode()
