"""Members keep a search, and are told by e-mail when it finds something new that they may read."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from members.erasure import erase_person
from members.letters import send_waiting_letters
from members.models import Letter
from members.personal_data import collect_personal_data
from search import saved as saved_module
from search.models import SavedSearch
from tests.factories import ConceptFactory, MemberFactory, UserFactory, make_article, translate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def member(client):
    member = MemberFactory(language="en")
    client.force_login(member)
    return member


def save(client, parameters: str, language: str = "en", **form):
    answer = client.post(
        f"/{language}/search/save/?{parameters}", {"name": "My search", "frequency": "daily", **form}, follow=True
    )
    assert answer.status_code == 200
    return SavedSearch.objects.order_by("-pk").first()


def close(page) -> PageViewRestriction:
    """Let only a group read a page that nobody of these tests is in."""
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(Group.objects.create(name=f"Readers of {page.title}"))
    return restriction


def letters(days: float = 1) -> list[Letter]:
    """Return the letters that are written when so many days have passed."""
    before = set(Letter.objects.values_list("pk", flat=True))
    SavedSearch.objects.update(looked_at=timezone.now() - timedelta(days=days))
    call_command("send_search_alerts")
    return list(Letter.objects.exclude(pk__in=before).order_by("to"))


def test_a_member_keeps_finds_again_changes_and_deletes_a_search(client, member):
    make_article("Zebra ledger")
    results = html.unescape(client.get("/en/search/?q=zebra&type=article").content.decode())
    address = re.search(r'href="(/en/search/save/[^"]+)"', results)[1]
    assert address == "/en/search/save/?q=zebra&type=article"
    form = client.get(address).content.decode()
    assert "“zebra” · Article" in form or "“zebra” · Best practice" in form
    kept = save(client, "q=zebra&type=article&page=3&unknown=x", name="Zebras")
    assert (kept.member, kept.parameters, kept.language) == (member, "q=zebra&type=article", "en")
    listed = html.unescape(client.get("/en/account/searches/").content.decode())
    assert '<a href="/en/search/?q=zebra&type=article"><bdi>Zebras</bdi></a>' in listed
    assert 'href="/en/account/searches/"' in client.get("/en/account/").content.decode()
    own = f"/en/account/searches/{kept.pk}/"
    client.post(own, {"name": "Horses", "frequency": "never"})
    kept.refresh_from_db()
    assert (kept.name, kept.frequency) == ("Horses", "never")
    client.post(own, {"delete": "1"})
    assert not SavedSearch.objects.exists()
    assert "You keep no search yet" in client.get("/en/account/searches/").content.decode()


def test_only_members_keep_searches_and_each_their_own(client):
    make_article("Zebra ledger")
    assert "Save this search" not in client.get("/en/search/?q=zebra").content.decode()
    for address in ("/en/search/save/?q=zebra", "/en/account/searches/", "/en/account/searches/1/"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.url
    client.force_login(UserFactory())
    assert client.get("/en/search/save/?q=zebra").status_code == 404
    assert client.get("/en/account/searches/").status_code == 404
    client.force_login(MemberFactory())
    kept = save(client, "q=zebra")
    client.force_login(MemberFactory())
    own = f"/en/account/searches/{kept.pk}/"
    assert client.get(own).status_code == client.post(own, {"delete": "1"}).status_code == 404
    assert client.get(f"/en/account/searches/{10**18}/").status_code == 404
    assert SavedSearch.objects.count() == 1
    assert "My search" not in client.get("/en/account/searches/").content.decode()


def test_the_title_of_a_page_is_proposed_as_no_name_for_it_would_go_into_letters(client, member):
    page = make_article("Zebra secret", marking="GREEN")
    form = client.get(f"/en/search/save/?like={page.pk}").content.decode()
    assert "Like “Zebra secret”" in form, "it is said what is saved"
    assert "Zebra secret" not in form.partition('<form method="post"')[2]
    assert save(client, f"like={page.pk}", name="More of this").parameters == f"like={page.pk}"


def test_an_empty_question_is_not_kept_and_no_more_than_fifty_are(client, member, monkeypatch):
    assert client.get("/en/search/save/").url == "/en/search/"
    assert client.get("/en/search/save/?type=nonsense&page=2").url == "/en/search/"
    monkeypatch.setattr("search.saved_views.MOST_SAVED", 1)
    assert save(client, "q=zebra")
    shown = client.post("/en/search/save/?q=okapi", {"name": "Two", "frequency": "daily"}).content.decode()
    assert "You keep 1 searches, which is the most" in shown
    assert SavedSearch.objects.count() == 1


@pytest.mark.parametrize(
    "parameters", ["q=%00%1b[2J", f"q={'a ' * 5000}", "topic=nothing&year=99999", "q=title:(((&from=0000", "like=999"]
)
def test_hostile_questions_are_kept_as_they_are_understood_or_not_at_all(client, member, parameters):
    answer = client.post(f"/en/search/save/?{parameters}", {"name": "x", "frequency": "weekly"}, follow=True)
    assert answer.status_code == 200
    for kept in SavedSearch.objects.all():
        assert len(kept.parameters) < 1000
    letters()


def test_new_results_are_told_once_without_a_title(client, member):
    make_article("Zebra ledger")
    save(client, "q=zebra", name="About zebras")
    assert letters() == [], "nothing is new yet"
    make_article("Zebra register")
    make_article("Zebra rules", marking="GREEN")
    make_article("Okapi")
    (letter,) = letters()
    assert letter.to == member.email
    assert "New results for your saved searches" in letter.subject
    assert "About zebras\n2 new results\n" in letter.body
    assert "/en/search/?q=zebra&sort=newest" in letter.body
    assert "/en/account/searches/" in letter.body
    for title in ("ledger", "register", "rules"):
        assert title not in letter.body
    call_command("send_search_alerts")
    assert Letter.objects.count() == 1, "running again tells nothing"
    assert letters() == []
    send_waiting_letters()
    assert "2 new results" in mail.outbox[-1].body


def test_only_what_a_member_may_read_when_it_is_sent_counts(client, member):
    save(client, "q=zebra")
    page = make_article("Zebra one", marking="GREEN")
    close(make_article("Zebra two"))
    restriction = close(page)
    assert letters() == []
    restriction.delete()
    (letter,) = letters()
    assert "1 new result\n" in letter.body


def test_a_question_that_lost_a_part_of_its_meaning_tells_nothing(client, member):
    topic = ConceptFactory(slug="keys")
    page = make_article("Zebra one", marking="GREEN")
    page.topics.set([topic])
    page.save_revision().publish()
    save(client, f"like={page.pk}")
    save(client, "q=zebra&topic=keys")
    restriction = close(page)
    topic.delete()
    make_article("Zebra two")
    assert letters() == [], "neither has become a question for everything"
    restriction.delete()
    assert letters() == []


def test_who_is_no_member_any_more_is_not_told(client, member):
    save(client, "q=zebra")
    make_article("Zebra one")
    member.is_member = False
    member.save()
    assert letters() == []
    member.is_member = True
    member.save()
    assert len(letters()) == 1, "and misses nothing when they are one again"


@pytest.mark.parametrize(("frequency", "day", "week"), [("daily", 1, 1), ("weekly", 0, 1), ("never", 0, 0)])
def test_each_is_told_as_often_as_they_like(client, member, frequency, day, week):
    save(client, "q=zebra", frequency=frequency)
    make_article("Zebra one")
    assert len(letters(days=1)) == day
    make_article("Zebra two")
    assert len(letters(days=7)) == week


def test_one_letter_tells_of_all_in_the_members_language(client):
    member = MemberFactory(language="ar")
    client.force_login(member)
    save(client, "q=zebra", name="Zebras")
    save(client, "q=سجل", language="ar", name="السجلات")
    page = make_article("Zebra ledger")
    translate(page, "ar", "سجل المخزن")
    (letter,) = letters()
    assert letter.language == "ar"
    assert "Zebras" in letter.body
    assert "السجلات" in letter.body
    assert "/ar/search/?q=" in letter.body
    assert "New results" not in letter.subject + letter.body


def test_one_search_that_fails_keeps_nobody_else_from_theirs(client, member, monkeypatch):
    save(client, "q=zebra")
    unlucky = MemberFactory()
    SavedSearch.objects.create(member=unlucky, name="x", parameters="q=zebra", language="en", frequency="daily")
    make_article("Zebra one")
    look_through = saved_module.look_through

    def fail(saved, reader):
        if saved.member_id == unlucky.pk:
            raise RuntimeError("broken")
        return look_through(saved, reader)

    monkeypatch.setattr(saved_module, "look_through", fail)
    assert [letter.to for letter in letters()] == [member.email]


def test_of_very_many_results_only_what_was_published_since_is_new(client, member, monkeypatch):
    monkeypatch.setattr(saved_module, "KNOWN", 2)
    for number in range(3):
        make_article(f"Zebra {number}")
    kept = save(client, "q=zebra")
    assert len(kept.known) == 2
    newest = kept.known[0]
    Page.objects.get(translation_key=newest).specific.unpublish()
    Page.objects.filter(title__startswith="Zebra").update(first_published_at=timezone.now() - timedelta(days=9))
    assert letters() == [], "an older piece that moved up is not new"
    make_article("Zebra new")
    (letter,) = letters(days=1)
    assert "1 new result\n" in letter.body


def test_they_are_handed_out_and_erased(client, member):
    save(client, "q=zebra", name="About zebras")
    (found,) = collect_personal_data(member)["saved_searches"]
    assert (found["name"], found["parameters"]) == ("About zebras", "q=zebra")
    erase_person(member, actor=None)
    assert not SavedSearch.objects.exists()


@pytest.mark.service
def test_elasticsearch_looks_through_them_too(client, member, elasticsearch, django_capture_on_commit_callbacks):
    call_command("search_index", "rebuild", verbosity=0)
    save(client, "q=zebra")
    with django_capture_on_commit_callbacks(execute=True):
        make_article("Zebra one")
        close(make_article("Zebra two"))
    (letter,) = letters()
    assert "1 new result\n" in letter.body
