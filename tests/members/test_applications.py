"""Applying: the form, the links, the status page, the queue, every state."""

from __future__ import annotations

import datetime

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from access.models import AuditEntry
from members import applications
from members.links import Purpose, path_to, token_for
from members.models import Application, ApplicationStep, Letter, Organisation, User
from tests.factories import ApplicationFactory, ConceptFactory, MemberFactory, OrganisationFactory, UserFactory
from tests.members.conftest import path_in
from vocabulary.models import Scheme

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "ar", "es", "fr"]
State = Application.State


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def fields(**changed) -> dict:
    sector = ConceptFactory(scheme=Scheme.SECTOR)
    return {
        "first_name": "Nadia",
        "last_name": "Osman",
        "email": "nadia@example.org",
        "organisation_name": "Ministry of Trade",
        "sector": sector.pk,
        "country": "KE",
        "why": "I inspect warehouses.",
        "sponsor_email": "",
        "consent": "on",
        **changed,
    }


def apply(client, language: str = "en", **changed):
    return client.post(f"/{language}/apply/", fields(**changed))


def status_of(application: Application) -> str:
    return path_to(Purpose.APPLICATION, application.secret)


def vetter(*permissions: str) -> User:
    user = MemberFactory()
    names = ["access_admin", *(permissions or ["vet_application"])]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return user


def vet(client, application: Application, do: str, **given):
    values = {f"{do}-{name}": value for name, value in given.items()}
    return client.post(f"/admin/applications/{application.pk}/", {"do": do, **values})


class TestApplying:
    def test_an_application_arrives_when_its_address_is_confirmed_and_not_before(self, client, letters):
        answer = apply(client)
        assert answer["Location"] == "/en/apply/sent/"
        assert client.get(answer["Location"]).status_code == 200
        application = Application.objects.get()
        assert application.state == State.UNVERIFIED
        (letter,) = letters()
        assert letter.to == ["nadia@example.org"]
        confirm = path_in(letter, "/apply/confirm/")
        assert client.get(confirm).status_code == 200
        application.refresh_from_db()
        assert application.state == State.UNVERIFIED, "A link that is opened changes nothing"
        answer = client.post(confirm)
        application.refresh_from_db()
        assert application.state == State.RECEIVED
        assert answer["Location"] == status_of(application)
        assert "Received" in client.get(answer["Location"]).content.decode()
        (letter,) = letters()
        assert "10 working days" in letter.body
        assert AuditEntry.objects.filter(action="application.submitted").exists()

    @pytest.mark.parametrize(
        "missing", ["first_name", "email", "organisation_name", "sector", "country", "why", "consent"]
    )
    def test_what_is_needed_is_asked_for_at_its_field(self, client, missing):
        answer = apply(client, **{missing: ""})
        assert answer.status_code == 200
        assert missing in answer.context["form"].errors
        assert f'id="id_{missing}_error"' in answer.content.decode()
        assert not Application.objects.exists()

    def test_two_thousand_characters_are_the_most(self, client):
        assert "why" in apply(client, why="a" * 2001).context["form"].errors
        assert apply(client, why="a" * 2000).status_code == 302

    def test_nobody_sets_what_the_form_does_not_ask(self, client):
        apply(client, state="approved", assignee="1", decided_at="2020-01-01", member="1")
        application = Application.objects.get()
        assert (application.state, application.member, application.decided_at) == (State.UNVERIFIED, None, None)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_pages_and_e_mails_are_in_the_applicants_language(self, client, letters, language):
        page = client.get(f"/{language}/apply/").content.decode()
        assert f'<html lang="{language}"' in page
        apply(client, language)
        (letter,) = letters()
        assert Letter.objects.get().language == language
        assert letter.extra_headers["Content-Language"] == language
        assert path_in(letter, "/apply/confirm/").startswith(f"/{language}/")

    def test_the_language_of_an_e_mail_is_active_while_it_is_written(self, client, monkeypatch):
        active = []
        real = "members.letters.render_to_string"
        from members import letters as module

        render = module.render_to_string
        monkeypatch.setattr(real, lambda *arguments: active.append(translation.get_language()) or render(*arguments))
        applications.ask(ApplicationFactory(language="ar").pk, UserFactory(), "Why?")
        assert active == ["ar", "ar"]


class TestEnumeration:
    def answers(self, client, email: str) -> tuple:
        cache.clear()
        sent = apply(client, email=email)
        shown = client.get(sent["Location"])
        return sent.status_code, sent["Location"], shown.status_code, shown.content

    def test_a_member_an_applicant_and_a_stranger_are_told_the_same(self, client, letters):
        member, under_way = MemberFactory(), ApplicationFactory()
        told = [self.answers(client, email) for email in ("new@example.org", member.email.upper(), under_way.email)]
        assert told[0] == told[1] == told[2]
        sent = {letter.to[0]: letter for letter in letters()}
        assert len(sent) == 3
        assert "There is an account" in sent[member.email].body
        assert status_of(under_way) in sent[under_way.email].body
        assert Application.objects.count() == 2, "Only the stranger's is new"

    def test_a_members_other_address_is_known_too(self, client, letters):
        member = MemberFactory()
        EmailAddress.objects.create(user=member, email="other@example.org", verified=True)
        apply(client, email="other@example.org")
        assert "There is an account" in letters()[0].body
        assert not Application.objects.exists()

    def test_somebody_without_membership_may_apply(self, client):
        apply(client, email=UserFactory().email)
        assert Application.objects.exists()


class TestLimits:
    def test_many_applications_from_one_place_are_refused_and_what_was_typed_stays(self, client):
        answers = [apply(client, email=f"a{number}@example.org") for number in range(11)]
        assert [answer.status_code for answer in answers] == [302] * 10 + [429]
        assert "a10@example.org" in answers[-1].content.decode()
        assert Application.objects.count() == 10

    def test_nobody_is_flooded_with_e_mails_by_somebody_elses_applications(self, client, letters):
        for number in range(8):
            answer = client.post("/en/apply/", fields(), REMOTE_ADDR=f"192.0.2.{number}")
            assert answer.status_code == 302
        assert len(letters()) == 5


class TestBadLinks:
    def refused(self, answer) -> bool:
        return answer.status_code == 404 and "This link cannot be used any more" in answer.content.decode()

    def confirmation(self, **fields) -> tuple[Application, str]:
        application = ApplicationFactory(
            state=State.UNVERIFIED, received_at=None, confirmation_secret="c" * 32, **fields
        )
        return application, path_to(Purpose.CONFIRMATION, application.confirmation_secret)

    def test_a_used_one(self, client):
        _application, path = self.confirmation()
        assert client.post(path).status_code == 302
        assert self.refused(client.post(path))
        assert self.refused(client.get(path))

    def test_an_expired_one(self, client):
        application, path = self.confirmation(created_at=timezone.now() - datetime.timedelta(days=7, minutes=1))
        assert self.refused(client.get(path))
        assert self.refused(client.post(path))
        application.refresh_from_db()
        assert application.state == State.UNVERIFIED

    @pytest.mark.parametrize("token", ["x", "c" * 32, "c" * 32 + ".forged", "%00", "a" * 500, "."])
    def test_a_forged_one(self, client, token):
        self.confirmation()
        for view in ("apply/confirm", "apply/status", "invitation"):
            assert self.refused(client.get(f"/en/{view}/{token}/"))
            assert self.refused(client.post(f"/en/{view}/{token}/", {"withdraw": "yes"}))

    def test_one_that_is_for_something_else(self, client):
        application, _path = self.confirmation()
        for secret in (application.secret, application.confirmation_secret):
            for purpose, view in (
                (Purpose.INVITATION, "apply/confirm"),
                (Purpose.APPLICATION, "apply/confirm"),
                (Purpose.CONFIRMATION, "apply/status"),
                (Purpose.APPLICATION, "invitation"),
            ):
                assert self.refused(client.post(f"/en/{view}/{token_for(purpose, secret)}/"))
        application.refresh_from_db()
        assert application.state == State.UNVERIFIED

    def test_all_of_them_get_the_same_page(self, client):
        _application, path = self.confirmation(created_at=timezone.now() - datetime.timedelta(days=8))
        forged = "/en/apply/confirm/" + "x" * (len(path) - len("/en/apply/confirm/") - 1) + "/"
        tokens = [address.removeprefix("/en/apply/confirm/") for address in (path, forged)]
        pages = [client.get(f"/en/apply/confirm/{token}").content.decode().replace(token, "") for token in tokens]
        assert pages[0] == pages[1]

    def test_the_secret_in_the_database_alone_opens_nothing(self, client):
        application = ApplicationFactory()
        assert self.refused(client.get(f"/en/apply/status/{application.secret}/"))

    def test_a_second_application_of_the_same_address_gives_way_to_the_first(self, client):
        first = ApplicationFactory(email="same@example.org")
        _second, path = self.confirmation(email="Same@example.org")
        assert client.post(path)["Location"] == status_of(first)
        assert Application.objects.get() == first

    def test_what_nobody_confirms_is_forgotten(self, clock):
        application, _path = self.confirmation()
        kept = ApplicationFactory()
        clock.move(days=6)
        assert applications.forget_unconfirmed() == 0
        clock.move(days=2)
        assert applications.forget_unconfirmed() == 1
        assert list(Application.objects.all()) == [kept]
        assert not ApplicationStep.objects.filter(application=application.pk).exists()


def test_what_was_refused_is_forgotten_after_a_year(clock):
    for state in ("declined", "withdrawn", "approved"):
        ApplicationFactory(state=state, decided_at=clock.now)
    clock.move(days=364)
    assert applications.forget_refused() == 0
    clock.move(days=2)
    assert applications.forget_refused() == 2
    assert Application.objects.get().state == "approved"


def test_somebody_whose_membership_is_over_applies_again(letters):
    former = MemberFactory(member_until=datetime.date(2020, 1, 1))
    application = ApplicationFactory.build(email=former.email, state="unverified", confirmation_secret="c" * 32)
    applications.submit(application)
    assert Application.objects.get().email == former.email


class TestStatusPage:
    @pytest.mark.parametrize("state", State.values)
    @pytest.mark.parametrize("language", ["en", "ar"])
    def test_every_state_says_what_happens_next(self, client, state, language):
        application = ApplicationFactory(state=state)
        page = client.get(status_of(application).replace("/en/", f"/{language}/"))
        text = page.content.decode()
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert 'name="robots" content="noindex"' in text
        with translation.override(language):
            assert application.get_state_display() in text
        assert ('name="answer"' in text) == (state == State.QUESTION)
        assert ('name="withdraw"' in text) == (state in Application.OPEN)

    def test_a_question_is_answered_once(self, client, letters):
        boss = vetter()
        application = ApplicationFactory()
        applications.ask(application.pk, boss, "Whom do you know?")
        (letter,) = letters()
        assert "Whom do you know?" in letter.body
        path = path_in(letter, "/apply/status/")
        assert "Whom do you know?" in client.get(path).content.decode()
        client.post(path, {"answer": "yes", "text": ""})
        application.refresh_from_db()
        assert application.state == State.QUESTION
        client.post(path, {"answer": "yes", "text": "Erik."})
        client.post(path, {"answer": "yes", "text": "Again."})
        application.refresh_from_db()
        assert application.state == State.IN_REVIEW
        assert [step.text for step in application.steps.filter(action="answered")] == ["Erik."]
        (letter,) = letters()
        assert letter.to == [boss.email]
        assert path_in(letter, "/admin/") == f"/admin/applications/{application.pk}/"

    def test_notes_and_sponsors_are_not_shown(self, client):
        application = ApplicationFactory()
        applications.note(application.pk, vetter(), "Hidden words")
        applications.note_step(application, ApplicationStep.Action.SPONSOR_ASKED, text="Hidden name")
        assert "Hidden" not in client.get(status_of(application)).content.decode()

    def test_an_application_is_withdrawn_by_a_button_as_long_as_it_is_open(self, client, letters):
        application = ApplicationFactory()
        client.get(status_of(application) + "?withdraw=yes")
        application.refresh_from_db()
        assert application.is_open
        client.post(status_of(application), {"withdraw": "yes"})
        application.refresh_from_db()
        assert application.state == State.WITHDRAWN
        assert [letter.to for letter in letters()] == [[application.email]]
        decided = ApplicationFactory(state=State.DECLINED)
        client.post(status_of(decided), {"withdraw": "yes"})
        decided.refresh_from_db()
        assert decided.state == State.DECLINED

    def test_forms_need_a_token_against_forgery(self):
        application = ApplicationFactory()
        client = Client(enforce_csrf_checks=True)
        assert client.post(status_of(application), {"withdraw": "yes"}).status_code == 403
        assert client.post("/en/apply/", fields()).status_code == 403

    def test_the_time_it_takes_is_the_median_of_the_last_ones(self, settings):
        monday = datetime.datetime(2026, 6, 1, 9, tzinfo=datetime.UTC)
        for days in (1, 3, 7, 4):
            ApplicationFactory(
                state=State.APPROVED, received_at=monday, decided_at=monday + datetime.timedelta(days=days)
            )
        settings.APPLICATION_WORKING_DAYS = 12
        assert applications.usual_working_days() == 12
        ApplicationFactory(state=State.DECLINED, received_at=monday, decided_at=monday + datetime.timedelta(days=30))
        assert applications.usual_working_days() == 4


class TestVetting:
    @pytest.fixture
    def boss(self, client) -> User:
        boss = vetter()
        client.force_login(boss)
        return boss

    def test_the_queue_is_for_those_who_vet(self, client):
        application = ApplicationFactory()
        for user in (vetter("invite"), MemberFactory(), UserFactory()):
            client.force_login(user)
            for path in ("/admin/applications/", f"/admin/applications/{application.pk}/"):
                assert client.get(path).status_code in {302, 403, 404}
            vet(client, application, "approve")
            application.refresh_from_db()
            assert application.state == State.RECEIVED

    def test_the_queue_lists_what_is_open_and_filters(self, client, boss):
        mine, other = ApplicationFactory(assignee=boss), ApplicationFactory(first_name="Otherone")
        old = ApplicationFactory(first_name="Longwait", received_at=timezone.now() - datetime.timedelta(days=20))
        ApplicationFactory(first_name="Declinedone", state=State.DECLINED)

        def names(query: str = "") -> set[str]:
            text = client.get(f"/admin/applications/{query}").content.decode()
            known = (mine.name, "Otherone", "Longwait", "Declinedone")
            return {name for name in known if name in text}

        assert names() == {mine.name, "Otherone", "Longwait"}
        assert names("?whose=mine") == {mine.name}
        assert names("?age=14") == {"Longwait"}
        assert names("?state=declined") == {"Declinedone"}
        assert "Applications" in client.get("/admin/").content.decode()
        assert other.is_open
        assert old.is_open

    def test_the_queue_asks_a_bounded_number_of_queries(self, client, boss, django_assert_max_num_queries):
        for _number in range(12):
            ApplicationFactory(assignee=MemberFactory())
        client.get("/admin/applications/")
        with django_assert_max_num_queries(20):
            client.get("/admin/applications/")

    def test_assigning_tells_the_applicant_once(self, client, boss, letters):
        application = ApplicationFactory(language="es")
        vet(client, application, "assign", assignee=boss.pk)
        vet(client, application, "assign", assignee=boss.pk)
        application.refresh_from_db()
        assert (application.state, application.assignee) == (State.IN_REVIEW, boss)
        assert len(letters()) == 1
        assert Letter.objects.get().language == "es"

    def test_it_is_assigned_to_nobody_who_does_not_vet(self, client, boss):
        application = ApplicationFactory()
        vet(client, application, "assign", assignee=MemberFactory().pk)
        application.refresh_from_db()
        assert application.assignee is None

    def test_a_note_is_kept_and_not_sent(self, client, boss, letters):
        application = ApplicationFactory()
        vet(client, application, "note", text="Called the ministry.")
        step = application.steps.get()
        assert (step.action, step.text, step.actor) == ("noted", "Called the ministry.", boss)
        assert letters() == []

    def test_declining_sends_the_reason(self, client, boss, letters):
        application = ApplicationFactory(language="fr")
        vet(client, application, "decline", reason="")
        application.refresh_from_db()
        assert application.is_open
        vet(client, application, "decline", reason="Nous ne pouvons pas.")
        application.refresh_from_db()
        assert application.state == State.DECLINED
        assert "Nous ne pouvons pas." in letters()[0].body
        assert AuditEntry.objects.get(action="application.declined").actor_key == boss.pk

    def test_approving_makes_a_member_who_sets_a_password_by_the_link(self, client, boss, letters):
        group, organisation = Group.objects.create(name="Working group"), OrganisationFactory()
        application = ApplicationFactory(language="ar", email="new@example.org")
        answer = vet(
            client,
            application,
            "approve",
            groups=[group.pk],
            organisation=organisation.pk,
            member_until="2099-12-31",
        )
        assert answer.status_code == 302
        member = User.objects.get(email="new@example.org")
        assert member.is_current_member
        assert not member.has_usable_password()
        assert (member.organisation, member.language) == (organisation, "ar")
        assert member.member_until == datetime.date(2099, 12, 31)
        assert list(member.groups.exclude(name="Members")) == [group]
        application.refresh_from_db()
        assert (application.state, application.member) == (State.APPROVED, member)
        entry = AuditEntry.objects.get(action="application.approved")
        assert (entry.actor_key, entry.details["groups"]) == (boss.pk, [group.pk])
        assert AuditEntry.objects.get(action="group.changed").actor_key == boss.pk
        (letter,) = letters()
        path = path_in(letter, "/password/reset/key/")
        assert path.startswith("/ar/accounts/")
        stranger = Client()
        form = stranger.get(path, follow=True)
        assert form.status_code == 200
        password = "a-quite-long-password-31"
        set_at = form.redirect_chain[-1][0]
        assert stranger.post(set_at, {"password1": password, "password2": password}).status_code == 302
        stranger.post("/ar/accounts/login/", {"login": "new@example.org", "password": password})
        assert stranger.session["_auth_user_id"] == str(member.pk)
        again = Client().get(path, follow=True)
        assert "password1" not in again.content.decode(), "The link is used up"

    def test_roles_are_never_given(self, client, boss):
        role = Group.objects.get(name="Editors")
        plain = Group.objects.create(name="Plain")
        application = ApplicationFactory()
        vet(client, application, "approve", groups=[role.pk])
        application.refresh_from_db()
        assert application.is_open
        member = applications.approve(application.pk, boss, groups=[role, plain])
        assert list(member.groups.exclude(name="Members")) == [plain]

    def test_a_new_organisation_is_made(self, client, boss):
        application = ApplicationFactory(country="KE")
        vet(client, application, "approve", new_organisation="Port Authority")
        organisation = Organisation.objects.get(slug="port-authority")
        assert (organisation.country, organisation.name_in("en")) == ("KE", "Port Authority")
        assert User.objects.get(email=application.email).organisation == organisation

    def test_an_account_without_membership_becomes_a_members(self, boss):
        user = UserFactory()
        applications.approve(ApplicationFactory(email=user.email).pk, boss)
        user.refresh_from_db()
        assert user.is_current_member
        assert user.has_usable_password()

    def test_a_closed_account_is_not_opened_by_an_application(self, client, boss):
        user = UserFactory(is_active=False)
        application = ApplicationFactory(email=user.email)
        answer = vet(client, application, "approve")
        assert "was closed" in client.get(answer["Location"]).content.decode()
        application.refresh_from_db()
        user.refresh_from_db()
        assert application.is_open
        assert not user.is_member

    @pytest.mark.parametrize("do", ["approve", "decline"])
    def test_neither_applicant_nor_sponsor_decides(self, client, boss, do):
        for application in (
            ApplicationFactory(email=boss.email),
            ApplicationFactory(sponsor_email=boss.email.upper()),
            ApplicationFactory(),
        ):
            if application.email != boss.email and not application.sponsor_email:
                application.attestations.create(sponsor=boss)
            answer = vet(client, application, do, reason="No.")
            assert "ask a colleague" in client.get(answer["Location"]).content.decode()
            application.refresh_from_db()
            assert application.is_open

    @pytest.mark.parametrize("state", [State.UNVERIFIED, State.APPROVED, State.DECLINED, State.WITHDRAWN])
    def test_what_is_not_open_is_not_decided_again(self, client, boss, letters, state):
        application = ApplicationFactory(state=state)
        for do, given in (("approve", {}), ("decline", {"reason": "No."}), ("ask", {"text": "?"})):
            answer = vet(client, application, do, **given)
            assert "Somebody was quicker" in client.get(answer["Location"]).content.decode()
        application.refresh_from_db()
        assert application.state == state
        assert letters() == []

    def test_a_group_deleted_meanwhile_is_left_out(self, boss):
        group = Group.objects.create(name="Short-lived")
        Group.objects.filter(pk=group.pk).delete()
        member = applications.approve(ApplicationFactory().pk, boss, groups=[group])
        assert [each.name for each in member.groups.all()] == ["Members"]
