"""A membership in time: paused, asked about, ended; and the letters that say so."""

from __future__ import annotations

import datetime
import smtplib

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import call_command

from access.models import AuditEntry
from access.readers import reader_for
from members import letters as letters_module
from members import membership
from members.feed_keys import feed_token, make_feed_key, member_with_token
from members.forms import HubUserEditForm
from members.models import Letter, PauseReason, User, utc_today
from tests.factories import MemberFactory, OrganisationFactory, UserFactory, make_article
from tests.members.conftest import path_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def run() -> None:
    call_command("ask_members_to_confirm", verbosity=0)


class TestWhoIsAMember:
    @pytest.mark.parametrize(
        ("fields", "is_member"),
        [
            ({}, True),
            ({"is_member": False}, False),
            ({"is_active": False}, False),
            ({"paused_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}, False),
            ({"member_until": 0}, True),
            ({"member_until": 1}, True),
            ({"member_until": -1}, False),
        ],
    )
    def test_one_and_many_are_told_the_same(self, fields, is_member):
        if "member_until" in fields:
            fields = {"member_until": utc_today() + datetime.timedelta(days=fields["member_until"])}
        user = MemberFactory(**fields)
        assert user.is_current_member is is_member
        assert User.objects.current_members().filter(pk=user.pk).exists() is is_member
        assert reader_for(user).is_member is is_member
        make_feed_key(user)
        assert (member_with_token(feed_token(user)) is not None) is is_member

    def test_the_last_day_ends_in_utc_wherever_the_reader_is(self, clock, settings):
        clock.now = datetime.datetime(2026, 6, 30, 23, 59, tzinfo=datetime.UTC)
        user = MemberFactory(member_until=datetime.date(2026, 6, 30))
        settings.TIME_ZONE = "Pacific/Auckland"
        assert user.is_current_member
        clock.move(minutes=1)
        assert not user.is_current_member

    def test_the_end_shows_on_the_next_request_without_anything_being_saved(self, client, clock):
        article = make_article("For members only", marking="GREEN")
        client.force_login(MemberFactory(member_until=clock.now.date()))
        assert client.get(article.url).status_code == 200
        assert client.get(article.url).status_code == 200
        clock.move(days=1)
        assert client.get(article.url).status_code == 404
        clock.move(days=-1)
        assert client.get(article.url).status_code == 200

    @pytest.mark.parametrize("reason", PauseReason.values)
    def test_a_pause_and_its_end_show_on_the_next_request(self, client, reason):
        article = make_article("For members only", marking="GREEN")
        user = MemberFactory()
        client.force_login(user)
        assert client.get(article.url).status_code == 200
        membership.pause(user, PauseReason(reason))
        assert client.get(article.url).status_code == 404
        membership.unpause(user)
        assert client.get(article.url).status_code == 200


class TestYearlyQuestion:
    def test_question_reminders_and_pause_come_on_their_days(self, clock, letters):
        user = MemberFactory(language="fr", confirmed_at=clock.now)
        sent = {}
        for day in range(420):
            run()
            for letter in letters():
                sent[day] = (letter.subject, letter.to)
            clock.move(days=1)
        assert list(sent) == [365, 379, 393, 407]
        assert {tuple(to) for _subject, to in sent.values()} == {(user.email,)}
        assert {letter.language for letter in Letter.objects.all()} == {"fr"}
        user = fresh(user)
        assert (user.pause_reason, user.is_current_member) == (PauseReason.UNCONFIRMED, False)
        assert AuditEntry.objects.get(action="member.paused").subject_key == str(user.pk)

    @pytest.mark.parametrize("days", [365, 379, 393, 407])
    def test_running_again_and_a_clock_that_goes_backwards_send_nothing_twice(self, clock, letters, days):
        MemberFactory(confirmed_at=clock.now)
        begun = clock.now
        for day in (365, 379, 393, 407):
            clock.now = begun + datetime.timedelta(days=day)
            if day == days:
                break
            run()
        letters()
        run()
        assert len(letters()) == 1
        for hours in (0, 3, -5, -24 * 30, 24 * 30):
            clock.move(hours=hours)
            run()
            assert letters() == [], hours

    def test_the_time_of_day_does_not_shift_the_days(self, clock, letters):
        clock.now = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
        MemberFactory(confirmed_at=clock.now)
        clock.now = datetime.datetime(2027, 1, 1, 9, tzinfo=datetime.UTC)
        run()
        assert len(letters()) == 1
        clock.now = datetime.datetime(2027, 1, 15, 3, tzinfo=datetime.UTC)
        run()
        assert len(letters()) == 1

    def test_nobody_is_paused_without_having_been_asked_three_times(self, clock, letters):
        """The scheduler was away for months."""
        user = MemberFactory(confirmed_at=clock.now)
        clock.move(days=600)
        for _again in range(3):
            run()
        assert len(letters()) == 1
        assert fresh(user).is_current_member

    def test_who_is_no_member_is_not_asked(self, clock, letters):
        for fields in ({"is_member": False}, {"is_active": False}, {"paused_at": clock.now}):
            MemberFactory(confirmed_at=clock.now - datetime.timedelta(days=400), **fields)
        run()
        assert letters() == []

    def test_an_answer_ends_the_question_until_next_year(self, client, clock, letters):
        user = MemberFactory(
            confirmed_at=clock.now - datetime.timedelta(days=365), organisation=OrganisationFactory(country="KE")
        )
        user.groups.add(Group.objects.create(name="Working group"))
        run()
        path = path_in(letters()[0], "/account/confirm/")
        assert client.get(path)["Location"].startswith("/en/accounts/login/"), "It is for them alone"
        client.force_login(user)
        page = client.get(path).content.decode()
        assert all(text in page for text in (user.organisation.slug, "Kenya", "Working group"))
        assert fresh(user).times_asked == 1, "Looking at it is no answer"
        client.post(path)
        assert (fresh(user).times_asked, fresh(user).confirmed_at) == (0, clock.now)
        clock.move(days=364)
        run()
        assert letters() == []
        clock.move(days=1)
        run()
        assert len(letters()) == 1

    def test_an_answer_lifts_the_pause_at_once(self, client):
        user = MemberFactory()
        membership.pause(user, PauseReason.UNCONFIRMED)
        client.force_login(user)
        assert "was not answered" in client.get("/en/account/confirm/").content.decode()
        assert "/account/confirm/" in client.get("/en/account/").content.decode()
        client.post("/en/account/confirm/")
        assert fresh(user).is_current_member
        assert AuditEntry.objects.get(action="member.unpaused").actor_key == user.pk

    @pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
    def test_what_others_closed_is_not_opened_by_an_answer(self, client, language):
        paused, ended = MemberFactory(), MemberFactory(member_until=utc_today() - datetime.timedelta(days=1))
        membership.pause(paused, PauseReason.SECRETARIAT)
        for user in (paused, ended, UserFactory()):
            client.force_login(user)
            page = client.get(f"/{language}/account/confirm/")
            assert page.status_code == 200
            assert "<form method" not in page.content.decode().partition("<main")[2].partition("</main")[0]
            client.post(f"/{language}/account/confirm/")
            assert not fresh(user).is_current_member

    def test_the_secretariats_pause_takes_the_place_of_the_other(self):
        user = MemberFactory()
        membership.pause(user, PauseReason.UNCONFIRMED)
        membership.pause(user, PauseReason.SECRETARIAT)
        membership.pause(user, PauseReason.UNCONFIRMED)
        assert fresh(user).pause_reason == PauseReason.SECRETARIAT


class TestLastDay:
    def test_it_is_announced_a_month_before_and_told_when_it_is_over(self, clock, letters):
        user = MemberFactory(member_until=clock.now.date() + datetime.timedelta(days=60), confirmed_at=clock.now)
        sent = {}
        for day in range(70):
            run()
            run()
            for letter in letters():
                sent[day] = Letter.objects.latest("pk").kind
                assert letter.to == [user.email]
            clock.move(days=1)
        assert sent == {30: "membership_ends", 61: "membership_ended"}
        assert AuditEntry.objects.filter(action="member.ended").count() == 1

    def test_another_last_day_is_announced_anew(self, clock, letters):
        user = MemberFactory(member_until=clock.now.date() + datetime.timedelta(days=10))
        run()
        User.objects.filter(pk=user.pk).update(member_until=clock.now.date() + datetime.timedelta(days=20))
        run()
        assert len(letters()) == 2


class TestInTheAdmin:
    @pytest.fixture
    def boss(self, client) -> User:
        boss = UserFactory(is_superuser=True)
        client.force_login(boss)
        return boss

    def save(self, client, user: User, **changed):
        fields = {
            "email": user.email,
            "first_name": "A",
            "last_name": "B",
            "language": "ar",
            "is_active": "on",
            "is_member": "on",
            **changed,
        }
        return client.post(f"/admin/users/edit/{user.pk}/", {k: v for k, v in fields.items() if v != ""})

    def test_the_form_shows_what_it_saves(self, client, boss):
        user = MemberFactory()
        for page in (client.get(f"/admin/users/edit/{user.pk}/"), client.get("/admin/users/new/")):
            text = page.content.decode()
            assert all(f'name="{name}"' in text for name in ("organisation", "language", "is_member", "member_until"))

    def test_somebody_is_paused_and_taken_up_again(self, client, boss, letters):
        user = MemberFactory()
        self.save(client, user, is_paused="on")
        assert fresh(user).pause_reason == PauseReason.SECRETARIAT
        self.save(client, user, is_paused="on")
        assert len(letters()) == 1
        self.save(client, user, was_paused="True")
        assert fresh(user).is_current_member
        assert [entry.actor_key for entry in AuditEntry.objects.filter(action__endswith="paused")] == [boss.pk] * 2

    def test_a_pause_that_came_while_the_form_was_open_stays(self, client, boss):
        user = MemberFactory()
        page = client.get(f"/admin/users/edit/{user.pk}/").content.decode()
        assert page.count('name="was_paused"') == 1
        membership.pause(user, PauseReason.SECRETARIAT)
        self.save(client, user, was_paused="False")
        assert fresh(user).pause_reason == PauseReason.SECRETARIAT
        assert not AuditEntry.objects.filter(action="member.unpaused").exists()

    def test_saving_a_form_keeps_what_was_saved_meanwhile(self, boss):
        user = MemberFactory()
        fields = {"email": user.email, "first_name": "New", "last_name": "Name", "is_active": "on", "is_member": "on"}
        form = HubUserEditForm(fields, instance=user, actor=boss)
        assert form.is_valid()
        membership.pause(fresh(user), PauseReason.UNCONFIRMED)
        form.save()
        assert (fresh(user).first_name, fresh(user).pause_reason) == ("New", PauseReason.UNCONFIRMED)

    def test_a_new_address_and_password_are_told_at_the_old_address(self, client, boss, monkeypatch):
        monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **kwargs: call())
        user, password = MemberFactory(email="old@example.org", language="fr"), "glass-lantern-97-q"
        self.save(client, user, email="new@example.org", password1=password, password2=password)
        assert fresh(user).check_password(password)
        assert [message.to for message in mail.outbox] == [["old@example.org"]] * 2
        told = AuditEntry.objects.filter(action__in=["address.changed", "password.changed"])
        assert {(entry.actor_key, entry.subject_key) for entry in told} == {(boss.pk, str(user.pk))}
        assert [entry.details for entry in told] == [{}, {}]

    def test_a_last_day_is_given(self, client, boss):
        user = MemberFactory()
        self.save(client, user, member_until="2030-05-01")
        assert fresh(user).member_until == datetime.date(2030, 5, 1)
        entry = AuditEntry.objects.get(action="member.until_changed")
        assert entry.details == {"before": "", "after": "2030-05-01"}

    def test_groups_are_in_the_audit_with_who_changed_them(self, client, boss):
        user, group = MemberFactory(), Group.objects.create(name="Working group")
        self.save(client, user, groups=[group.pk])
        self.save(client, user)
        entries = AuditEntry.objects.filter(action="group.changed").order_by("pk")
        assert [entry.details for entry in entries] == [{"added": [group.pk]}, {"removed": [group.pk]}]
        assert {(entry.actor_key, entry.subject_key) for entry in entries} == {(boss.pk, str(user.pk))}

    def test_every_way_to_change_groups_is_in_the_audit(self):
        user, group = MemberFactory(), Group.objects.create(name="Working group")
        group.user_set.add(user)
        group.user_set.clear()
        user.groups.add(group)
        user.groups.clear()
        details = [entry.details for entry in AuditEntry.objects.filter(action="group.changed").order_by("pk")]
        assert details == [{"added": [group.pk]}, {"removed": [group.pk]}] * 2

    def test_focal_points_are_among_an_organisations_people(self, client, boss):
        organisation = OrganisationFactory()
        member, stranger = MemberFactory(organisation=organisation), MemberFactory()
        path = f"/admin/snippets/members/organisation/edit/{organisation.pk}/"
        text = client.get(path).content.decode()
        select = text.partition('name="focal_points"')[2].partition("</select>")[0]
        assert f'value="{member.pk}"' in select
        assert f'value="{stranger.pk}"' not in select

    def test_who_may_vet_does_not_change_users(self, client):
        vetter = MemberFactory()
        vetter.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "vet_application"]))
        client.force_login(vetter)
        user = UserFactory()
        self.save(client, user)
        assert not fresh(user).is_member


class TestLetters:
    def write(self, **fields) -> Letter:
        user = MemberFactory(**fields)
        return letters_module.write_letter("unpaused", user.email, user.language, user=user, url="https://hub/")

    def test_a_mail_server_that_is_away_loses_nothing(self, letters, monkeypatch):
        letter = self.write()

        def fail(*arguments, **named):
            raise ConnectionRefusedError

        with monkeypatch.context() as patched:
            patched.setattr("django.core.mail.EmailMessage.send", fail)
            assert letters() == []
        letter.refresh_from_db()
        assert (letter.sent_at, letter.attempts) == (None, 1)
        call_command("send_letters", verbosity=0)
        assert [sent.to for sent in mail.outbox] == [[letter.to]]

    @pytest.mark.parametrize(
        ("error", "tried"), [(ConnectionRefusedError(), 1), (smtplib.SMTPRecipientsRefused({}), 3)]
    )
    def test_a_server_that_is_away_is_tried_once_and_an_address_it_refuses_holds_up_nobody(
        self, letters, monkeypatch, error, tried
    ):
        for _number in range(3):
            self.write()

        def fail(*arguments, **named):
            raise error

        with monkeypatch.context() as patched:
            patched.setattr("django.core.mail.EmailMessage.send", fail)
            letters()
        assert sorted(Letter.objects.values_list("attempts", flat=True))[-tried:] == [1] * tried
        assert Letter.objects.filter(attempts=0).count() == 3 - tried
        assert len(letters()) == 3

    def test_what_was_sent_is_forgotten_after_a_month(self, letters, clock):
        self.write()
        letters()
        clock.move(days=29)
        run()
        assert Letter.objects.exists()
        clock.move(days=2)
        run()
        assert not Letter.objects.exists()

    def test_a_letter_is_sent_once_and_its_text_is_forgotten(self, letters):
        letter = self.write()
        assert len(letters()) == 1
        assert letters() == []
        letter.refresh_from_db()
        assert letter.body == ""
        assert letter.sent_at

    def test_one_that_a_process_took_and_dropped_is_sent_later(self, letters, clock):
        letter = self.write()
        Letter.objects.filter(pk=letter.pk).update(taken_at=clock.now)
        assert letters() == []
        clock.move(minutes=11)
        assert len(letters()) == 1

    def test_it_goes_out_by_itself_when_the_transaction_commits(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            self.write()
        assert len(mail.outbox) == 1

    def test_a_name_with_a_line_break_adds_no_header(self, letters):
        self.write(first_name="A\nBcc: all@example.org")
        (letter,) = letters()
        assert "\n" not in letter.subject
        assert letter.recipients() == letter.to

    def test_names_are_not_escaped_as_in_pages(self, letters):
        self.write(first_name="D'Arcy & Sons")
        assert "D'Arcy & Sons" in letters()[0].body
