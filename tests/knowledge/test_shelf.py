"""What people keep for themselves: theirs alone, only what they may read, at a bounded cost."""

from __future__ import annotations

import datetime
import json
import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.generation import current_generation
from knowledge.models import (
    FollowedTopic,
    KnowledgePage,
    ReadingList,
    ReadingListItem,
    ReadingProgress,
    SavedItem,
    Shelf,
    Usefulness,
)
from knowledge.shelf import actions
from knowledge.shelf.queries import reading_progress
from tests.factories import ConceptFactory, MemberFactory, UserFactory, make_article, make_case_study, translate

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def member(client):
    user = MemberFactory(first_name="Amina", last_name="Otieno")
    client.force_login(user)
    return user


def close(page) -> None:
    """Take a page from members' eyes."""
    page.unpublish()


def text_at(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestSaving:
    def test_without_a_script_the_link_leads_to_a_form_that_saves(self, client, member):
        article = make_article("Worth keeping", marking="GREEN")
        address = f"/en/my/save/{article.pk}/"
        assert f'href="{address}"' in text_at(client, article.url)
        form = text_at(client, address)
        assert "It is not saved yet" in form
        assert 'name="saved" id="id_saved" checked' in form.replace("  ", " ")
        answer = client.post(address, {"saved": "on", "new_list": "  For the training "})
        assert answer["Location"] == article.url
        assert "Kept." in text_at(client, article.url)
        assert SavedItem.objects.get().translation_key == article.translation_key
        assert ReadingList.objects.get().name == "For the training"
        page = text_at(client, "/en/account/")
        assert "Worth keeping" in page
        assert "For the training" in page
        client.post(address, {})
        assert not SavedItem.objects.exists()
        assert not ReadingListItem.objects.exists()

    def test_a_script_saves_and_takes_off(self, client, member):
        article = make_article()
        state = client.get(f"/en/my/state/?page={article.pk}")
        assert state["Cache-Control"].endswith("private")
        assert state.json()["kept"] is False
        for _again in range(2):
            assert client.put(f"/en/my/save/{article.pk}/").status_code == 204
        assert client.get(f"/en/my/state/?page={article.pk}").json()["kept"] is True
        assert client.delete(f"/en/my/save/{article.pk}/").status_code == 204
        assert not SavedItem.objects.exists()

    def test_a_piece_is_one_in_all_languages(self, client, member):
        article = make_article("Written in English")
        arabic = translate(article, "ar", "مكتوب بالعربية")
        client.put(f"/ar/my/save/{arabic.pk}/")
        assert client.get(f"/en/my/state/?page={article.pk}").json()["kept"] is True
        for address in ("/{}/account/", "/{}/my/saved/"):
            assert "Written in English" in text_at(client, address.format("en"))
            assert "مكتوب بالعربية" in text_at(client, address.format("ar"))
            assert "Written in English" not in text_at(client, address.format("ar"))
            assert "Written in English" in text_at(client, address.format("fr"))

    def test_what_becomes_unreadable_vanishes_and_comes_back(self, client, member):
        article = make_article("Velociraptor")
        client.post(f"/en/my/save/{article.pk}/", {"saved": "on", "new_list": "Dinosaurs"})
        client.post(f"/en/my/progress/{article.pk}/", {"position": 40})
        own = ReadingList.objects.get()
        entry = own.items.get()
        addresses = ["/en/account/", "/en/my/saved/", f"/en/my/lists/{own.pk}/"]
        assert all("Velociraptor" in text_at(client, address) for address in addresses)
        close(article)
        assert not any("Velociraptor" in text_at(client, address) for address in addresses)
        assert "0 items" in text_at(client, "/en/my/lists/")
        assert client.get(f"/en/my/lists/{own.pk}/items/{entry.pk}/").status_code == 404
        assert client.get(f"/en/my/state/?page={article.pk}").status_code == 404
        article.save_revision().publish()
        assert all("Velociraptor" in text_at(client, address) for address in addresses)

    def test_every_change_needs_a_token(self, member):
        article, topic = make_article(), ConceptFactory()
        client = Client(enforce_csrf_checks=True)
        client.force_login(member)
        own = ReadingList.objects.create(owner=member, name="Mine")
        for address in (
            f"my/save/{article.pk}/",
            f"my/progress/{article.pk}/",
            f"my/follow/{topic.slug}/",
            "my/follow/",
            "my/lists/",
            f"my/lists/{own.pk}/",
            f"my/lists/{own.pk}/share/",
            f"my/lists/{own.pk}/delete/",
            "my/history/",
            f"useful/{article.pk}/",
        ):
            for ask in (client.post, client.put, client.delete):
                assert ask(f"/en/{address}").status_code == 403, address
        token = client.get(f"/en/my/state/?page={article.pk}").json()["csrf"]
        assert client.put(f"/en/my/save/{article.pk}/", headers={"x-csrftoken": token}).status_code == 204
        beacon = {"csrfmiddlewaretoken": token, "position": "12.5", "anchor": "s-12345678"}
        assert client.post(f"/en/my/progress/{article.pk}/", beacon).status_code == 204

    def test_a_page_holds_nothing_personal_and_is_shared_still(self, client, member):
        article = make_article("Shared", marking="GREEN")
        other = Client()
        other.force_login(MemberFactory())
        other.get("/en/")
        client.put(f"/en/my/save/{article.pk}/")
        saved = text_at(client, article.url)
        with CaptureQueriesContext(connection) as captured:
            assert other.get(article.url).content.decode() == saved
        assert len(captured) <= 3
        assert "csrfmiddlewaretoken" not in saved

    def test_visitors_are_offered_no_button(self, client):
        page = text_at(client, make_article().url)
        assert "data-state" not in page
        assert "data-progress" not in page

    def test_what_people_keep_starts_no_generation(self, client, member):
        article, topic = make_article(), ConceptFactory()
        client.get("/en/account/")
        before = current_generation()
        client.put(f"/en/my/save/{article.pk}/")
        client.post(f"/en/my/save/{article.pk}/", {"saved": "on", "new_list": "A list"})
        client.post(f"/en/my/progress/{article.pk}/", {"position": 4})
        client.put(f"/en/my/follow/{topic.slug}/")
        client.post(f"/en/useful/{article.pk}/", {"is_useful": "yes", "comment": ""})
        own = ReadingList.objects.get()
        client.post(f"/en/my/lists/{own.pk}/share/", {"share": "yes"})
        client.post(f"/en/my/lists/{own.pk}/items/{own.items.get().pk}/", {"note": "A note"})
        client.post("/en/my/history/", {"do": "stop"})
        client.post("/en/my/history/", {"do": "clear"})
        client.post(f"/en/my/lists/{own.pk}/delete/")
        client.delete(f"/en/my/follow/{topic.slug}/")
        client.delete(f"/en/my/save/{article.pk}/")
        assert Usefulness.objects.exists()
        assert current_generation() == before

    def test_a_full_shelf_says_so_and_loses_nothing(self, client, member, monkeypatch):
        for name in ("MOST_SAVED", "MOST_LISTS", "MOST_ITEMS", "MOST_TOPICS"):
            monkeypatch.setattr(actions, name, 1)
        first, second = make_article("First"), make_article("Second")
        client.post(f"/en/my/save/{first.pk}/", {"saved": "on", "new_list": "Only one"})
        own = ReadingList.objects.get()
        full = client.put(f"/en/my/save/{second.pk}/")
        assert full.status_code == 409
        assert "1 items" in full.json()["message"]
        for typed in ({"saved": "on"}, {"lists": [own.pk]}, {"new_list": "Another name"}):
            answer = client.post(f"/en/my/save/{second.pk}/", typed)
            assert answer.status_code == 200
            assert "as many as fit" in answer.content.decode()
            if "new_list" in typed:
                assert 'value="Another name"' in answer.content.decode()
        assert 'value="Another name"' in client.post("/en/my/lists/", {"name": "Another name"}).content.decode()
        assert SavedItem.objects.count() == ReadingListItem.objects.count() == ReadingList.objects.count() == 1
        topics = [ConceptFactory(), ConceptFactory()]
        assert [client.put(f"/en/my/follow/{topic.slug}/").status_code for topic in topics] == [204, 409]

    def test_whoever_goes_takes_their_shelf_along(self, client, member):
        article = make_article()
        client.post(f"/en/my/save/{article.pk}/", {"saved": "on", "new_list": "A list"})
        client.post(f"/en/my/progress/{article.pk}/", {"position": 4})
        client.put(f"/en/my/follow/{ConceptFactory().slug}/")
        client.post(f"/en/useful/{article.pk}/", {"is_useful": "yes", "comment": "Mine"})
        client.get("/en/account/")
        member.delete()
        kept = (SavedItem, ReadingList, ReadingListItem, FollowedTopic, ReadingProgress, Usefulness, Shelf)
        assert [model.__name__ for model in kept if model.objects.exists()] == []


class TestLists:
    def make(self, owner, *pages, **fields) -> ReadingList:
        made = ReadingList.objects.create(owner=owner, **{"name": "For the training", **fields})
        for page in pages:
            ReadingListItem.objects.create(reading_list=made, translation_key=page.translation_key, note="See part two")
        return made

    def test_lists_of_others_are_unknown(self, client, member):
        other = self.make(MemberFactory(), make_article(), token="secret-token")
        for path in ("", "share/", "delete/", f"items/{other.items.get().pk}/"):
            for number in (other.pk, other.pk + 1000, 10**30):
                address = f"/en/my/lists/{number}/{path}"
                for ask in (client.get, client.post):
                    assert ask(address).status_code in ({404, 405} if path == "share/" else {404}), address
        assert ReadingList.objects.get() == other
        # Nor can a piece be put into one.
        article = make_article()
        answer = client.post(f"/en/my/save/{article.pk}/", {"lists": [other.pk]})
        assert answer.status_code == 200
        assert other.items.count() == 1

    def test_items_come_in_the_order_they_were_added_with_their_notes(self, client, member):
        own = self.make(member, make_article("Zebra"), make_article("Aardvark"))
        page = text_at(client, f"/en/my/lists/{own.pk}/")
        assert page.index("Zebra") < page.index("Aardvark")
        entry = own.items.first()
        address = f"/en/my/lists/{own.pk}/items/{entry.pk}/"
        client.post(address, {"note": "<b>Read this first</b>"})
        assert "&lt;b&gt;Read this first" in text_at(client, f"/en/my/lists/{own.pk}/")
        too_long = "x" * 501
        assert too_long in client.post(address, {"note": too_long}).content.decode()
        client.post(address, {"note": "", "remove": "yes"})
        assert own.items.count() == 1

    def test_begin_rename_delete(self, client, member):
        first = client.post("/en/my/lists/", {"name": "First"})
        own = ReadingList.objects.get()
        assert first["Location"] == f"/en/my/lists/{own.pk}/"
        taken = client.post("/en/my/lists/", {"name": "first"}).content.decode()
        assert "already" in taken
        assert 'value="first"' in taken
        self.make(member, name="Second")
        refused = client.post(f"/en/my/lists/{own.pk}/", {"name": "Second"}).content.decode()
        assert "already" in refused
        assert '<h1 dir="auto">First</h1>' in refused
        client.post(f"/en/my/lists/{own.pk}/", {"name": "Renamed"})
        assert "Renamed" in text_at(client, "/en/my/lists/")
        assert "Delete this list?" in text_at(client, f"/en/my/lists/{own.pk}/delete/")
        assert ReadingList.objects.filter(pk=own.pk).exists()
        client.post(f"/en/my/lists/{own.pk}/delete/")
        assert not ReadingList.objects.filter(pk=own.pk).exists()

    def test_a_list_is_shared_by_an_address_and_taken_back(self, client, member):
        own = self.make(member, make_article("For members", marking="GREEN"))
        client.post(f"/en/my/lists/{own.pk}/share/", {"share": "yes"})
        own.refresh_from_db()
        assert len(own.token) >= 32
        address = f"/ar/lists/{own.token}/"
        assert f"/en/lists/{own.token}/" in text_at(client, f"/en/my/lists/{own.pk}/")
        other = Client()
        assert other.get(address)["Location"].startswith("/ar/accounts/login/")
        other.force_login(UserFactory())
        assert other.get(address).status_code == 404
        other.force_login(MemberFactory())
        shown = text_at(other, address)
        assert "Amina Otieno" in shown
        assert "For members" in shown
        assert "See part two" in shown
        assert member.email not in shown
        client.post(f"/en/my/lists/{own.pk}/share/", {"share": "no"})
        gone, never = other.get(address), other.get("/ar/lists/never-was/")
        assert gone.status_code == never.status_code == 404
        assert gone.content.decode().replace(own.token, "never-was") == never.content.decode()
        client.post(f"/en/my/lists/{own.pk}/share/", {"share": "yes"})
        assert other.get(address).status_code == 404  # It has another address now.

    @pytest.mark.parametrize("change", [{"is_member": False}, {"is_active": False}])
    def test_a_list_of_somebody_who_is_no_member_any_more_is_unknown(self, client, member, change):
        owner = MemberFactory()
        self.make(owner, make_article("Left behind"), token="token")
        assert "Left behind" in text_at(client, "/en/lists/token/")
        type(owner).objects.filter(pk=owner.pk).update(**change)
        assert client.get("/en/lists/token/").status_code == 404

    def test_only_members_share(self, client):
        somebody = UserFactory()
        client.force_login(somebody)
        own = self.make(somebody)
        assert "/share/" not in text_at(client, f"/en/my/lists/{own.pk}/")
        client.post(f"/en/my/lists/{own.pk}/share/", {"share": "yes"})
        own.refresh_from_db()
        assert own.token is None


class TestTopics:
    def test_followed_on_their_page_or_ones_own(self, client, member):
        topic, other = ConceptFactory(labels={"en": "Storage", "ar": "التخزين"}), ConceptFactory()
        assert "You do not follow this topic" in text_at(client, f"/en/my/follow/{topic.slug}/")
        client.post(f"/en/my/follow/{topic.slug}/", {"follow": "yes", "back": "yes"})
        client.post("/en/my/follow/", {"topic": other.slug})
        assert FollowedTopic.objects.filter(user=member).count() == 2
        assert client.get(f"/en/my/state/?topic={topic.slug}").json()["kept"] is True
        assert "التخزين" in text_at(client, "/ar/account/")
        client.post(f"/en/my/follow/{topic.slug}/")
        assert FollowedTopic.objects.get().concept == other
        for slug in ("nothing-like-it", ConceptFactory(scheme="sector").slug):
            assert client.get(f"/en/my/follow/{slug}/").status_code == 404
            assert client.post("/en/my/follow/", {"topic": slug}).status_code == 404
        assert client.post("/en/my/follow/", {"topic": ""}).status_code == 302

    def test_what_is_new_in_them_or_below_them(self, client, member):
        topic = ConceptFactory()
        below = ConceptFactory(broader=topic)
        client.put(f"/en/my/follow/{topic.slug}/")
        for number in range(5):
            article = make_article(f"News {number}")
            article.topics = [below]
            article.save_revision().publish()
        make_article("Of something else")
        old = make_article("Old news")
        old.topics = [topic]
        old.save_revision().publish()
        KnowledgePage.objects.filter(pk=old.pk).update(first_published_at=timezone.now() - datetime.timedelta(days=99))
        [news] = client.get("/en/account/").context["mine"].topics
        assert [page.title for page in news.pages] == ["News 4", "News 3", "News 2"]
        assert news.has_more


class TestVisits:
    def see(self, client):
        return client.get("/en/account/").context["mine"]

    def test_what_is_new_stays_new_for_the_whole_visit(self, client, member):
        make_article("Before")
        first = self.see(client)
        assert first.is_first_visit
        assert [page.title for page in first.news] == ["Before"]
        make_article("After")
        assert self.see(client).is_first_visit
        for _again in range(2):
            client.logout()
            client.force_login(member)
            for _look in range(2):
                mine = self.see(client)
                assert not mine.is_first_visit
        assert mine.news == []

    def test_the_last_visit_is_the_one_before_this_session(self, client, member):
        self.see(client)
        then = timezone.now() - datetime.timedelta(days=3)
        Shelf.objects.update(seen_at=then)
        make_article("Came since")
        client.logout()
        client.force_login(member)
        for _look in range(3):
            mine = self.see(client)
            assert mine.since == then
            assert [page.title for page in mine.news] == ["Came since"]

    def test_a_long_pause_begins_another_visit_in_the_same_session(self, client, member):
        self.see(client)
        then = timezone.now() - datetime.timedelta(hours=9)
        Shelf.objects.update(seen_at=then)
        assert self.see(client).since == then


class TestProgress:
    def test_a_text_and_a_recording(self, client, member):
        text, recording = make_article("A text"), make_case_study("A recording")
        client.post(f"/en/my/progress/{text.pk}/", {"position": "45", "anchor": "s-12345678"})
        client.post(
            f"/en/my/progress/{recording.pk}/",
            json.dumps({"position": 751, "duration": 2700}),
            content_type="application/json",
        )
        state = client.get(f"/en/my/state/?page={recording.pk}").json()
        assert (state["position"], state["duration"], state["is_finished"]) == (751, 2700, False)
        page = text_at(client, "/en/account/")
        assert "45% read" in page
        assert f"{text.url}#s-12345678" in page
        assert "12:31 of 45:00" in page
        assert page.index("A recording") < page.index("A text")
        client.post(f"/en/my/progress/{text.pk}/", {"position": "100"})
        client.post(f"/en/my/progress/{recording.pk}/", {"position": "9999", "duration": "2700"})
        assert self.begun(client) == []
        assert reading_progress(member, recording.translation_key).position == 2700
        assert ReadingProgress.objects.count() == 2

    def begun(self, client) -> list[str]:
        return [each.page.title for each in client.get("/en/account/").context["mine"].begun]

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "[]",
            "null",
            '"a"',
            "{",
            "[" * 5000,
            "{}",
            '{"position": null}',
            '{"position": "x"}',
            '{"position": NaN}',
            '{"position": Infinity}',
            '{"position": -1}',
            '{"position": 172801}',
            '{"position": []}',
            '{"position": {"a": 1}}',
            '{"position": 1e999}',
            f'{{"position": {"9" * 400}}}',
            '{"position": 1, "duration": -5}',
            '{"position": 1, "duration": NaN}',
            '{"position": 1, "anchor": "<b>"}',
            f'{{"position": 1, "anchor": "{"a" * 65}"}}',
            '{"position": 1, "anchor": "a\\u0000"}',
        ],
    )
    def test_nonsense_is_refused(self, client, member, body):
        article = make_article()
        answer = client.post(f"/en/my/progress/{article.pk}/", body, content_type="application/json")
        assert answer.status_code == 400
        assert not ReadingProgress.objects.exists()

    def test_only_for_what_one_may_read_and_who_is_signed_in(self, client):
        article = make_article(marking="GREEN")
        for user in (None, UserFactory()):
            if user:
                client.force_login(user)
            for number in (article.pk, 10**12):
                assert client.post(f"/en/my/progress/{number}/", {"position": 1}).status_code == 404
        assert client.get(f"/en/my/progress/{article.pk}/").status_code == 405

    def test_the_newest_are_kept(self, member, monkeypatch):
        monkeypatch.setattr(actions, "MOST_PROGRESS", 3)
        keys = [uuid.uuid4() for _ in range(5)]
        for key in keys:
            actions.note_progress(member, key, position=1)
        other = MemberFactory()
        actions.note_progress(other, keys[0], position=1)
        assert {each.translation_key for each in member.progress.all()} == set(keys[2:])
        assert other.progress.count() == 1

    def test_history_is_cleared_and_switched_off(self, client, member):
        article = make_article("Begun")
        client.post(f"/en/my/progress/{article.pk}/", {"position": 1})
        assert self.begun(client) == ["Begun"]
        client.post("/en/my/history/", {"do": "stop"})
        assert self.begun(client) == ["Begun"]
        assert client.post(f"/en/my/progress/{article.pk}/", {"position": 50}).status_code == 204
        assert reading_progress(member, article.translation_key).position == 1
        assert client.get(f"/en/my/state/?page={article.pk}").json()["keeps_history"] is False
        client.post("/en/my/history/", {"do": "clear"})
        assert "switched this off" in text_at(client, "/en/account/")
        client.post("/en/my/history/", {"do": "start"})
        client.post(f"/en/my/progress/{article.pk}/", {"position": 50})
        assert self.begun(client) == ["Begun"]


class TestCost:
    def fill(self, user, number: int) -> None:
        for each in range(number):
            topic = ConceptFactory()
            page = make_article(f"Piece {number} {each}")
            page.topics = [topic]
            page.save_revision().publish()
            key = page.translation_key
            SavedItem.objects.create(user=user, translation_key=key)
            made = ReadingList.objects.create(owner=user, name=f"List {number} {each}", token=f"t-{number}-{each}")
            ReadingListItem.objects.create(reading_list=made, translation_key=key)
            full = ReadingList.objects.get_or_create(owner=user, name="Full", token="full")[0]
            ReadingListItem.objects.create(reading_list=full, translation_key=key)
            ReadingProgress.objects.create(user=user, translation_key=key, position=3, updated_at=timezone.now())
            FollowedTopic.objects.create(user=user, concept=topic)

    def cost(self, client, address: str) -> int:
        cache.clear()  # As in a process that just began.
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def test_no_page_costs_more_for_more(self, client, member):
        self.fill(member, 1)
        own = ReadingList.objects.get(name="Full")
        article = KnowledgePage.objects.get(title="Piece 1 0")
        addresses = [
            "/en/account/",
            "/en/my/saved/",
            "/en/my/lists/",
            f"/en/my/lists/{own.pk}/",
            f"/en/my/lists/{own.pk}/items/{own.items.get().pk}/",
            "/en/lists/full/",
            f"/en/my/save/{article.pk}/",
            f"/en/my/state/?page={article.pk}",
            f"/en/useful/{article.pk}/",
            "/en/my/history/",
        ]
        client.get("/en/account/")
        few = {address: self.cost(client, address) for address in addresses}
        self.fill(member, 9)
        many = {address: self.cost(client, address) for address in addresses}
        assert many == few
        assert {address: cost for address, cost in many.items() if cost > MOST_QUERIES} == {}
        with CaptureQueriesContext(connection) as captured:
            client.post(f"/en/my/progress/{article.pk}/", {"position": 5})
        assert len(captured) <= 9


class TestUsefulness:
    def test_an_answer_without_a_script(self, client):
        article = make_article("Judged")
        address = f"/en/useful/{article.pk}/"
        assert f'action="{address}" method="get"' in text_at(client, article.url)
        assert client.get(f"{address}?answer=no").context["form"]["is_useful"].value() == "no"
        answer = client.post(address, {"is_useful": "no", "comment": "The table is out of date."})
        assert answer["Location"] == article.url
        assert "Thank you" in text_at(client, article.url)
        given = Usefulness.objects.get()
        assert (given.user, given.page_id, given.is_useful) == (None, article.pk, False)
        assert "The table is out of date." in text_at(client, address)  # Theirs, to change.
        client.post(address, {"is_useful": "yes", "comment": ""})
        assert [each.is_useful for each in Usefulness.objects.all()] == [True]
        assert "The table" not in text_at(Client(), address)

    def test_what_was_typed_is_not_lost(self, client):
        article = make_article()
        missing = client.post(f"/en/useful/{article.pk}/", {"comment": "A thought"}).content.decode()
        assert "Choose yes or no." in missing
        assert "A thought" in missing
        too_long = "x" * 501
        answer = client.post(f"/en/useful/{article.pk}/", {"is_useful": "yes", "comment": too_long})
        assert too_long in answer.content.decode()
        assert not Usefulness.objects.exists()

    def test_a_member_has_one_answer_for_all_languages(self, client, member):
        article = make_article()
        arabic = translate(article, "ar")
        for page, said in ((article, "yes"), (arabic, "no")):
            client.post(f"/en/useful/{page.pk}/", {"is_useful": said, "comment": said})
        given = Usefulness.objects.get()
        assert (given.user, given.page_id, given.comment) == (member, arabic.pk, "no")

    def test_visitors_are_limited_by_session_and_by_page(self, client, monkeypatch):
        monkeypatch.setattr(actions, "MOST_ANSWERS_OF_SESSION", 1)
        monkeypatch.setattr(actions, "MOST_ANSWERS_OF_VISITORS", 2)
        first, second = make_article("First"), make_article("Second")
        said = {"is_useful": "yes", "comment": "Kept in the form"}
        assert client.post(f"/en/useful/{first.pk}/", said).status_code == 302
        refused = client.post(f"/en/useful/{second.pk}/", said).content.decode()
        assert "very many answers" in refused
        assert "Kept in the form" in refused
        assert Client().post(f"/en/useful/{first.pk}/", said).status_code == 302
        assert "very many answers" in Client().post(f"/en/useful/{first.pk}/", said).content.decode()
        script = Client().post(f"/en/useful/{first.pk}/", said, headers={"accept": "application/json"})
        assert script.status_code == 409
        client.force_login(MemberFactory())
        assert client.post(f"/en/useful/{first.pk}/", said).status_code == 302
