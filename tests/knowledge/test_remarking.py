"""The marking of a whole section: in the background, resumable, and never more open in between."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from access.audiences import refresh_audiences
from access.models import AuditEntry, PageAccess, is_wider
from knowledge import remarking as module
from knowledge.models import Article, KnowledgeIndexPage, Remarking
from knowledge.remarking import begin, mark_next, would_open_up
from knowledge.tasks import mark_section
from tests.factories import MemberFactory, make_article, section, translate

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(tree, monkeypatch):
    """A section with a section below it, five articles and a translation; batches are small."""
    monkeypatch.setattr(module, "BATCH", 2)
    top = section()
    below = KnowledgeIndexPage(title="Below", slug="below", marking="CLEAR", locale=top.locale)
    top.add_child(instance=below)
    below.save_revision().publish()
    pages = [make_article(f"Page {n}", marking="CLEAR", parent=below if n % 2 else top) for n in range(5)]
    translate(pages[0], "fr")
    return top


def ask(top, marking: str, shared_with=(), **fields) -> Remarking:
    asked = Remarking(section=top, marking=marking, shared_with=list(shared_with), reason="A test.", **fields)
    begin(asked)
    return asked


def conditions_by_page() -> dict:
    rows = PageAccess.objects.select_related("audience")
    return {row.page_id: row.audience.conditions for row in rows}


def labels(top) -> set[str]:
    pages = top.get_descendants(inclusive=True)
    keys = pages.values("translation_key")
    return set(PageAccess.objects.filter(page__translation_key__in=keys).values_list("label", flat=True))


def test_all_pages_below_get_it_and_their_translations_and_drafts(filled):
    asked = ask(filled, "GREEN")
    mark_section.enqueue(asked.pk)
    asked.refresh_from_db()
    assert asked.finished_at
    assert asked.done == asked.total >= 7
    assert labels(filled) == {"GREEN"}
    page = Article.objects.get(title="Page 1")
    assert page.marking == page.get_latest_revision_as_object().marking == "GREEN"
    assert AuditEntry.objects.filter(action="page.marked", subject_key=str(page.pk), marking="GREEN").exists()


def test_it_goes_on_where_it_was_cut_off(filled):
    asked = ask(filled, "GREEN")
    mark_next(asked.pk)
    mark_next(asked.pk)
    asked.refresh_from_db()
    assert 0 < asked.done < asked.total
    assert asked.finished_at is None
    mark_section.enqueue(asked.pk)
    assert labels(filled) == {"GREEN"}
    mark_section.enqueue(asked.pk)
    asked.refresh_from_db()
    assert asked.done == asked.total


@pytest.mark.parametrize(
    ("first", "then"), [("CLEAR", "GREEN"), ("GREEN", "CLEAR"), ("RED", "AMBER"), ("AMBER", "RED")]
)
def test_nothing_is_more_open_in_between_than_before_or_after(filled, first, then, settings):
    settings.SENSITIVITY_REVIEW_REQUIRED = False  # It would stop, and wait for an agreement.
    group = Group.objects.create(name="Port security")
    person = MemberFactory()
    names = {"AMBER": [f"wagtail-group:{group.pk}"], "RED": [f"person:{person.pk}"]}
    mark_section.enqueue(ask(filled, first, names.get(first, ())).pk)
    before = conditions_by_page()
    asked = ask(filled, then, names.get(then, ()))
    states = []
    while asked.finished_at is None:
        asked = mark_next(asked.pk)
        assert not asked.waits_for_approval
        states.append(conditions_by_page())
    after = states[-1]
    assert len(states) > 2
    assert before != after
    for state in states:
        for pk, conditions in state.items():
            # Whoever reads in between could before, or can afterwards.
            assert not is_wider(conditions, before[pk]) or not is_wider(conditions, after[pk])


@pytest.mark.parametrize(("first", "then"), [("CLEAR", "GREEN"), ("GREEN", "CLEAR")])
def test_nothing_is_more_open_in_between_than_the_section_it_is_in(filled, first, then, settings):
    """Wherever a run is cut off, and also what was written in the tree of a translation."""
    settings.SENSITIVITY_REVIEW_REQUIRED = False  # It would stop, and wait for an agreement.
    french = translate(filled, "fr")
    only_french = make_article("Page en français", marking="CLEAR", parent=french)
    mark_section.enqueue(ask(filled, first).pk)
    asked = ask(filled, then)
    while asked.finished_at is None:
        asked = mark_next(asked.pk)
        assert not asked.waits_for_approval
        actual = conditions_by_page()
        point = transaction.savepoint()
        refresh_audiences([filled.pk, french.pk])
        for pk, conditions in conditions_by_page().items():
            assert not is_wider(actual[pk], conditions)
        transaction.savepoint_rollback(point)
    assert conditions_by_page()[only_french.pk] == asked.conditions
    assert refresh_audiences([filled.pk, french.pk]) == set()


@pytest.mark.parametrize(("first", "then"), [("CLEAR", "GREEN"), ("GREEN", "CLEAR")])
def test_no_step_changes_more_than_its_share(filled, first, then, monkeypatch, settings):
    """Not even the one that reaches the section itself, which everything below inherits from."""
    settings.SENSITIVITY_REVIEW_REQUIRED = False
    monkeypatch.setattr(module, "BATCH", 1)
    mark_section.enqueue(ask(filled, first).pk)
    asked, before, changed = ask(filled, then), conditions_by_page(), []
    while asked.finished_at is None:
        asked = mark_next(asked.pk)
        assert not asked.waits_for_approval
        now = conditions_by_page()
        changed.append(sum(now[pk] != before[pk] for pk in now))
        before = now
    assert sum(changed) >= 10
    assert max(changed) == filled.get_translations(inclusive=True).count()


def test_only_what_opens_up_needs_somebody_else(filled):
    assert not would_open_up(ask(filled, "GREEN"))
    mark_section.enqueue(ask(filled, "GREEN").pk)
    assert would_open_up(ask(filled, "CLEAR"))
    assert not would_open_up(ask(filled, "GREEN"))


class TestAdmin:
    @pytest.fixture
    def moderators(self, tree):
        users = [MemberFactory(first_name=name) for name in ("Ada", "Bea")]
        for user in users:
            user.groups.add(Group.objects.get(name="Moderators"))
        return users

    def send(self, client, top, marking: str, **fields):
        return client.post(
            reverse("ask_for_marking", args=[top.pk]), {"marking": marking, "reason": "Agreed.", **fields}
        )

    def test_closing_is_done_at_once(self, client, filled, moderators):
        client.force_login(moderators[0])
        response = self.send(client, filled, "GREEN")
        assert labels(filled) == {"GREEN"}
        assert "All pages are marked." in client.get(response.url).content.decode()

    def test_opening_up_waits_for_somebody_else(self, client, filled, moderators):
        client.force_login(moderators[0])
        self.send(client, filled, "GREEN")
        response = self.send(client, filled, "CLEAR")
        assert labels(filled) == {"GREEN"}
        client.post(response.url)
        assert labels(filled) == {"GREEN"}
        client.force_login(moderators[1])
        client.post(response.url)
        assert labels(filled) == {"CLEAR"}
        assert AuditEntry.objects.filter(action="section.marking-approved", actor_key=moderators[1].pk).exists()

    def test_a_reason_and_names_are_asked_for(self, client, filled, moderators):
        client.force_login(moderators[0])
        html = self.send(client, filled, "AMBER", reason="").content.decode()
        assert "Name who may read this." in html
        assert not Remarking.objects.exists()

    def test_editors_who_may_not_publish_may_not(self, client, filled):
        user = MemberFactory()
        user.groups.add(Group.objects.get(name="Editors"))
        client.force_login(user)
        self.send(client, filled, "GREEN")
        assert labels(filled) == {"CLEAR"}

    def test_the_section_offers_it(self, client, filled, moderators):
        client.force_login(moderators[0])
        address = reverse("ask_for_marking", args=[filled.pk])
        assert address in client.get(reverse("wagtailadmin_explore", args=[filled.pk])).content.decode()


class TestWhatIsClosedMeanwhile:
    """Nobody opens what another person closed, whenever that was."""

    @pytest.fixture(autouse=True)
    def _reviewed(self, settings):
        settings.SENSITIVITY_REVIEW_REQUIRED = True

    @pytest.fixture
    def named(self):
        person = MemberFactory()
        return {"marking": "RED", "shared_with": [f"person:{person.pk}"]}

    def close(self, title: str, named, publish: bool = True) -> Article:
        page = Article.objects.get(title=title)
        page.marking, page.shared_with = named["marking"], named["shared_with"]
        revision = page.save_revision()
        if publish:
            revision.publish()
        return page

    def test_a_stricter_draft_needs_somebody_else(self, filled, named):
        self.close("Page 1", named, publish=False)
        assert would_open_up(ask(filled, "GREEN"))

    def test_an_unpublished_page_needs_somebody_else(self, filled, named):
        self.close("Page 1", named).unpublish()
        assert would_open_up(ask(filled, "GREEN"))

    def test_it_stops_where_a_page_was_closed_before_its_turn(self, filled, named):
        asked = ask(filled, "GREEN")
        asked = mark_next(asked.pk)
        assert not asked.waits_for_approval
        page = self.close("Page 3", named)
        mark_section.enqueue(asked.pk)
        asked.refresh_from_db()
        page.refresh_from_db()
        assert asked.waits_for_approval
        assert page.marking == "RED"

    @pytest.mark.parametrize("publish", [True, False])
    def test_what_was_agreed_to_is_agreed_to_again_then(self, client, filled, named, publish):
        first, second = MemberFactory(), MemberFactory(is_superuser=True)
        mark_section.enqueue(ask(filled, "GREEN").pk)
        asked = ask(filled, "CLEAR", asked_by=first, needs_approval=True)
        client.force_login(second)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("knowledge.remarking_views.mark_section", Mock())
            client.post(reverse("remarking", args=[asked.pk]))
        page = self.close("Page 3", named, publish)
        mark_section.enqueue(asked.pk)
        asked.refresh_from_db()
        assert asked.waits_for_approval
        assert page.get_latest_revision_as_object().marking == "RED"
        client.post(reverse("remarking", args=[asked.pk]))
        assert labels(filled) == {"CLEAR"}

    def test_what_is_scheduled_gets_the_marking(self, filled):
        page = Article.objects.get(title="Page 1")
        scheduled = page.save_revision(approved_go_live_at=timezone.now())
        page.save_revision()
        mark_section.enqueue(ask(filled, "GREEN").pk)
        scheduled.refresh_from_db()
        assert scheduled.content["marking"] == "GREEN"

    def test_who_is_not_cleared_for_all_may_not_mark_it(self, client, filled, named):
        moderator = MemberFactory()
        moderator.groups.add(Group.objects.get(name="Moderators"))
        client.force_login(moderator)
        address = reverse("ask_for_marking", args=[filled.pk])
        assert client.get(address).status_code == 200
        self.close("Page 3", named)
        assert client.get(address).status_code != 200
        client.post(address, {"marking": "GREEN", "reason": "A test."})
        assert not Remarking.objects.exists()

    def test_it_is_approved_once_and_can_be_declined(self, client, filled):
        asker = MemberFactory(is_superuser=True)
        mark_section.enqueue(ask(filled, "GREEN").pk)
        asked = ask(filled, "CLEAR", asked_by=asker, needs_approval=True)
        client.force_login(asker)
        address = reverse("remarking", args=[asked.pk])
        assert 'name="decline"' in client.get(address).content.decode()
        client.post(address, {"decline": ""})
        assert not Remarking.objects.filter(pk=asked.pk).exists()
        assert AuditEntry.objects.filter(action="section.marking-declined", actor_key=asker.pk).exists()

    def test_what_was_agreed_to_is_not_declined(self, client, filled):
        asker, other = MemberFactory(is_superuser=True), MemberFactory()
        asked = ask(filled, "CLEAR", asked_by=asker, needs_approval=True, approved_by=other)
        client.force_login(asker)
        client.post(reverse("remarking", args=[asked.pk]), {"decline": ""})
        assert Remarking.objects.filter(pk=asked.pk, approved_by=other).exists()
