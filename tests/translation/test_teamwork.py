"""Who is asked to translate, and whose approval counts."""

from __future__ import annotations

import datetime
import io

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail_localize.models import StringTranslation

from members.letters import send_waiting_letters
from tests.factories import make_article
from tests.translation.builders import person, submit, told
from tests.translation.test_desk import at, is_unknown, send
from translation import editing
from translation.limits import texts_left
from translation.models import Assignment, DeskDigest
from translation.roles import has_reviewers, reviewers_group_name
from translation.segments import State

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ARABIC, FRENCH = "Translators: Arabic", "Translators: French"
REVIEWERS = "Reviewers: French"


@pytest.fixture
def translation(tree):
    return submit(make_article("The zebra ledger", body="<p>Lock the store.</p>"), "fr")


def approve(client, translation, user, text: str):
    client.force_login(user)
    return send(client, translation, at(translation, "Lock"), text)


class TestReview:
    def test_each_language_may_have_reviewers(self, tree):
        for name in ("Arabic", "English", "French", "Spanish"):
            assert Group.objects.filter(name=f"Reviewers: {name}").exists()
        assert reviewers_group_name("fr") == REVIEWERS
        assert not has_reviewers("fr")
        person(REVIEWERS)
        assert has_reviewers("fr")
        assert not has_reviewers("ar")

    def test_another_person_approves(self, client, translation):
        translator, reviewer = person(FRENCH), person(FRENCH, REVIEWERS)
        client.force_login(translator)
        opened = reverse("desk_translation", args=[translation.pk])
        assert "To review and next" in client.get(opened).content.decode()
        approve(client, translation, translator, "Fermez l’entrepôt.")
        assert at(translation, "Lock").state == State.REVIEW
        left = texts_left(translation)
        # Nobody approves alone, however often.
        approve(client, translation, translator, "Fermez l’entrepôt.")
        assert texts_left(translation) == left
        approve(client, translation, reviewer, "Fermez l’entrepôt.")
        assert at(translation, "Lock").state == State.APPROVED
        acts = [each.act for each in editing.history_of(translation, at(translation, "Lock").row)]
        assert acts == ["approved", "proposed", "written"]

    def test_a_reviewers_correction_has_been_seen_by_two(self, client, translation):
        translator, reviewer = person(FRENCH), person(FRENCH, REVIEWERS)
        approve(client, translation, translator, "Fermez l’entrepôt.")
        approve(client, translation, reviewer, "Verrouillez l’entrepôt.")
        assert at(translation, "Lock").state == State.APPROVED

    def test_what_a_reviewer_writes_waits_for_another(self, client, translation):
        reviewer = person(FRENCH, REVIEWERS)
        approve(client, translation, reviewer, "Fermez l’entrepôt.")
        assert at(translation, "Lock").state == State.REVIEW
        approve(client, translation, person(FRENCH, REVIEWERS), "Fermez l’entrepôt.")
        assert at(translation, "Lock").state == State.APPROVED

    def test_a_machine_is_no_second_person(self, client, translation):
        segment = at(translation, "Lock")
        StringTranslation.objects.create(
            translation_of=segment.row.string,
            context=segment.row.context,
            locale=translation.target_locale,
            data="Fermez.",
            translation_type="machine",
            last_translated_by=person("Editors"),
        )
        reviewer = person(FRENCH, REVIEWERS)
        approve(client, translation, reviewer, "Fermez.")
        assert at(translation, "Lock").state == State.REVIEW

    def test_the_stock_editor_does_not_go_round_it(self, client, translation):
        person(FRENCH, REVIEWERS)
        client.force_login(person(FRENCH))
        client.put(
            reverse("wagtail_localize:edit_string_translation", args=[translation.pk, at(translation, "Lock").pk]),
            "value=Fermez.",
            content_type="application/x-www-form-urlencoded",
        )
        assert at(translation, "Lock").state == State.REVIEW


class TestAssignments:
    def assign(self, client, *translations, **values):
        sent = {"translation": [each.pk for each in translations], "priority": 2, "deadline": "", **values}
        return client.post(reverse("translation_desk"), sent)

    def test_an_editor_asks_somebody_and_they_are_told(self, client, translation, django_capture_on_commit_callbacks):
        translator = person(FRENCH)
        other = submit(make_article("The okapi ledger"), "fr")
        deadline = timezone.localdate() + datetime.timedelta(days=3)
        client.force_login(person("Editors"))
        answer = self.assign(
            client, translation, other, person=translator.pk, deadline=deadline.isoformat(), priority=3
        )
        assert "2 translations are assigned" in told(answer)
        send_waiting_letters()
        (letter,) = [each for each in mail.outbox if each.to == [translator.email]]
        assert "2 translations are assigned to you" in letter.body
        assert "ledger" not in letter.body
        client.force_login(translator)
        mine = client.get(reverse("translation_desk") + "?who=mine").content.decode()
        assert "The zebra ledger" in mine
        assert "High" in mine
        assert "The zebra ledger" not in client.get(reverse("translation_desk") + "?who=free").content.decode()
        assert "Assign what is ticked" not in mine

    def test_the_soonest_comes_first_and_what_is_late_says_so(self, client, translation):
        sooner = submit(make_article("The okapi ledger"), "fr")
        today = timezone.localdate()
        Assignment.objects.create(translation=translation, deadline=today + datetime.timedelta(days=9))
        Assignment.objects.create(translation=sooner, deadline=today - datetime.timedelta(days=1))
        client.force_login(person(FRENCH))
        shown = client.get(reverse("translation_desk")).content.decode()
        assert shown.index("The okapi ledger") < shown.index("The zebra ledger")
        assert shown.count("Late:") == 1

    def test_nobody_is_asked_for_a_language_that_is_not_theirs(self, client, translation):
        client.force_login(person("Editors"))
        answer = self.assign(client, translation, person=person(ARABIC).pk)
        assert "does not translate into French" in told(answer)
        assert "Tick what you want" in told(self.assign(client))
        assert "This day is over" in told(self.assign(client, translation, deadline="2020-01-01"))
        assert "valid choice" in told(self.assign(client, translation, person=person().pk))
        assert not Assignment.objects.exists()

    def test_translators_do_not_assign(self, client, translation):
        client.force_login(person(FRENCH))
        assert self.assign(client, translation).status_code == 302
        assert not Assignment.objects.exists()

    def test_a_deadline_can_be_everybodys(self, client, translation):
        client.force_login(person("Editors"))
        self.assign(client, translation, deadline=(timezone.localdate() + datetime.timedelta(days=1)).isoformat())
        assert Assignment.objects.get().person is None

    def test_markings_are_a_filter(self, client, translation):
        submit(make_article("Members only", marking="GREEN"), "fr")
        client.force_login(person(FRENCH))
        shown = client.get(reverse("translation_desk") + "?marking=GREEN").content.decode()
        assert "Members only" in shown
        assert "The zebra ledger" not in shown
        assert client.get(reverse("translation_desk") + "?marking=x&who=x&order=x&language=x&p=x").status_code == 200


class TestDigests:
    def choose(self, client, user, frequency: str):
        client.force_login(user)
        return client.post(reverse("translation_desk"), {"digest": frequency})

    def letters(self, user) -> list:
        call_command("send_desk_digests", stdout=io.StringIO())
        send_waiting_letters()
        return [each for each in mail.outbox if each.to == [user.email]]

    def wait(self, days: int) -> None:
        DeskDigest.objects.update(sent_at=timezone.now() - datetime.timedelta(days=days, minutes=1))

    def test_who_chose_it_is_told_how_much_waits(self, client, translation):
        translator = person(FRENCH)
        translator.language = "fr"
        translator.save()
        Assignment.objects.create(
            translation=translation, person=translator, deadline=timezone.localdate() - datetime.timedelta(days=1)
        )
        assert self.letters(translator) == []
        self.choose(client, translator, "daily")
        assert self.letters(translator) == []
        self.wait(1)
        (letter,) = self.letters(translator)
        assert letter.subject == "Ce qui attend sur votre bureau"
        assert "zebra" not in letter.body
        assert "1 traduction attend" in letter.body
        assert "retard" in letter.body
        assert len(self.letters(translator)) == 1, "once"
        assert 'value="daily" selected' in client.get(reverse("translation_desk")).content.decode()

    def test_weekly_is_weekly_and_never_is_never(self, client, translation):
        weekly, never = person(FRENCH), person(FRENCH)
        self.choose(client, weekly, "weekly")
        self.choose(client, never, "never")
        self.wait(2)
        assert self.letters(weekly) == self.letters(never) == []
        self.wait(7)
        assert len(self.letters(weekly)) == 1
        assert self.letters(never) == []
        assert is_unknown(client, self.choose(client, weekly, "hourly"))

    def test_who_does_not_translate_any_more_is_not_written_to(self, client, translation):
        former, idle = person(FRENCH), person(ARABIC)
        for user in (former, idle):
            self.choose(client, user, "daily")
        former.groups.clear()
        self.wait(1)
        assert self.letters(former) == self.letters(idle) == []
