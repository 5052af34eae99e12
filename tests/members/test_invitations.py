"""Invitations: made, sent again, revoked, used once, and all the links that do not work."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from access.models import AuditEntry
from members.links import Purpose, path_to, token_for
from members.membership import pause
from members.models import Invitation, Letter, PauseReason, User
from tests.factories import ApplicationFactory, InvitationFactory, MemberFactory, OrganisationFactory, UserFactory
from tests.members.conftest import path_in

pytestmark = pytest.mark.django_db

ACCEPTED = {"first_name": "Leila", "last_name": "Haddad", "consent": "on"}


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


@pytest.fixture
def boss(client) -> User:
    boss = MemberFactory(first_name="Inviting", last_name="Person")
    boss.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "invite"]))
    client.force_login(boss)
    return boss


def invite(client, **changed):
    fields = {"email": "leila@example.org", "language": "en", "note": "", **changed}
    return client.post("/admin/invitations/add/", fields)


def link_of(invitation: Invitation) -> str:
    return path_to(Purpose.INVITATION, invitation.secret)


def refused(answer) -> bool:
    return answer.status_code == 404 and "This link cannot be used any more" in answer.content.decode()


def test_whoever_is_invited_becomes_a_member_and_chooses_a_password(client, boss, letters):
    group, organisation = Group.objects.create(name="Working group"), OrganisationFactory()
    invite(client, language="fr", groups=[group.pk], organisation=organisation.pk, note="After our talk.")
    assert AuditEntry.objects.get(action="invitation.made").actor_key == boss.pk
    (letter,) = letters()
    assert letter.to == ["leila@example.org"]
    assert "Inviting Person" in letter.body
    assert "After our talk." in letter.body
    assert Letter.objects.get().language == "fr"
    path = path_in(letter, "/invitation/")
    assert path.startswith("/fr/")
    stranger = Client()
    page = stranger.get(path)
    assert "Inviting Person" in page.content.decode()
    assert not User.objects.filter(email="leila@example.org").exists(), "A link that is opened changes nothing"
    answer = stranger.post(path, ACCEPTED)
    member = User.objects.get(email="leila@example.org")
    assert member.is_current_member
    assert (member.organisation, member.language, list(member.groups.exclude(name="Members"))) == (
        organisation,
        "fr",
        [group],
    )
    assert AuditEntry.objects.get(action="invitation.used").actor_key == member.pk
    form = stranger.get(answer["Location"].removeprefix("http://127.0.0.1:8000"), follow=True)
    password = "a-quite-long-password-31"
    stranger.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})
    stranger.post("/fr/accounts/login/", {"login": member.email, "password": password})
    assert stranger.session["_auth_user_id"] == str(member.pk)
    assert Client().get(path).status_code == 404
    assert Client().post(path, ACCEPTED).status_code == 404


@pytest.mark.parametrize("missing", ["first_name", "consent"])
def test_what_is_needed_is_asked_for(client, missing):
    invitation = InvitationFactory()
    answer = client.post(link_of(invitation), {**ACCEPTED, missing: ""})
    assert missing in answer.context["form"].errors
    assert not User.objects.filter(email=invitation.email).exists()


def test_nobody_becomes_more_than_they_are_invited_to(client):
    invitation = InvitationFactory()
    role = Group.objects.get(name="Editors")
    invitation.groups.add(role)
    client.post(
        link_of(invitation), {**ACCEPTED, "is_superuser": "on", "email": "other@example.org", "groups": role.pk}
    )
    member = User.objects.get(email=invitation.email)
    assert not member.is_superuser
    assert not member.groups.exclude(name="Members").exists()
    assert not User.objects.filter(email="other@example.org").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"used_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},
        {"revoked_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},
        {"expires_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},
    ],
)
def test_a_used_a_revoked_and_an_expired_link_get_the_same_page(client, fields):
    path = link_of(InvitationFactory(**fields))
    forged = f"/en/invitation/{'x' * (len(path) - len('/en/invitation//'))}/"
    pages = []
    for address in (path, forged):
        assert refused(client.get(address))
        assert refused(client.post(address, ACCEPTED))
        pages.append(client.get(address).content.decode().replace(address.removeprefix("/en/"), ""))
    assert pages[0] == pages[1]
    assert not User.objects.filter(first_name="Leila").exists()


@pytest.mark.parametrize("purpose", [Purpose.APPLICATION, Purpose.CONFIRMATION, Purpose.ATTESTATION])
def test_a_link_for_something_else_is_no_invitation(client, purpose):
    invitation = InvitationFactory()
    assert refused(client.post(f"/en/invitation/{token_for(purpose, invitation.secret)}/", ACCEPTED))
    application = ApplicationFactory()
    assert refused(client.post(f"/en/invitation/{token_for(purpose, application.secret)}/", ACCEPTED))


def test_the_account_of_a_stranger_to_the_community_becomes_a_members_but_its_password_stays(client):
    user = UserFactory()
    answer = client.post(link_of(InvitationFactory(email=user.email)), ACCEPTED)
    user.refresh_from_db()
    assert user.is_current_member
    assert answer["Location"] == "/en/accounts/login/"


def test_an_invitation_lifts_no_pause(client):
    user = MemberFactory()
    invitation = InvitationFactory(email=user.email)
    pause(user, PauseReason.SECRETARIAT)
    assert refused(client.get(link_of(invitation)))
    assert refused(client.post(link_of(invitation), ACCEPTED))
    User.objects.filter(pk=user.pk).update(member_until=datetime.date(2020, 1, 1))
    assert refused(client.post(link_of(invitation), ACCEPTED)), "nor when the membership is over as well"
    user.refresh_from_db()
    assert user.pause_reason == PauseReason.SECRETARIAT


def test_somebody_whose_membership_is_over_is_invited_again(client, boss):
    user = MemberFactory(member_until=datetime.date(2020, 1, 1))
    invite(client, email=user.email)
    client.post(link_of(Invitation.objects.get(email=user.email)), ACCEPTED)
    user.refresh_from_db()
    assert user.is_current_member


def test_a_closed_account_is_not_opened_by_an_invitation(client):
    user = UserFactory(is_active=False)
    invitation = InvitationFactory(email=user.email)
    assert refused(client.get(link_of(invitation)))
    assert refused(client.post(link_of(invitation), ACCEPTED))
    user.refresh_from_db()
    assert not user.is_active


class TestInTheAdmin:
    def test_it_is_for_those_who_invite(self, client):
        vetter = MemberFactory()
        vetter.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "vet_application"]))
        invitation = InvitationFactory()
        for user in (vetter, MemberFactory()):
            client.force_login(user)
            for path in ("", "add/", f"{invitation.pk}/"):
                assert client.get(f"/admin/invitations/{path}").status_code in {302, 403, 404}
            invite(client)
            client.post(f"/admin/invitations/{invitation.pk}/", {"do": "revoke"})
        invitation.refresh_from_db()
        assert invitation.revoked_at is None
        assert Invitation.objects.count() == 1

    def test_members_and_closed_accounts_are_not_invited_and_roles_not_offered(self, client, boss):
        for email in (MemberFactory().email.upper(), UserFactory(is_active=False).email):
            invite(client, email=email)
        invite(client, groups=[Group.objects.get(name="Editors").pk])
        assert not Invitation.objects.exists()

    def test_the_list_leads_to_the_form_and_searches(self, client, boss):
        InvitationFactory(email="first@example.org")
        InvitationFactory(email="second@example.org")
        text = client.get("/admin/invitations/").content.decode()
        assert 'href="/admin/invitations/add/"' in text
        assert "first@example.org" in text
        found = client.get("/admin/invitations/results/?q=second").content.decode()
        assert "second@example.org" in found
        assert "first@example.org" not in found

    def test_sending_again_makes_the_earlier_link_dead(self, client, boss, letters):
        invitation = InvitationFactory(expires_at=timezone.now() - datetime.timedelta(days=1))
        before = link_of(invitation)
        client.post(f"/admin/invitations/{invitation.pk}/", {"do": "resend"})
        (letter,) = letters()
        assert refused(client.get(before))
        assert client.get(path_in(letter, "/invitation/")).status_code == 200

    def test_a_revoked_one_is_dead(self, client, boss):
        invitation = InvitationFactory()
        assert client.get(f"/admin/invitations/{invitation.pk}/").status_code == 200
        client.post(f"/admin/invitations/{invitation.pk}/", {"do": "revoke"})
        assert refused(client.get(link_of(invitation)))
        assert AuditEntry.objects.get(action="invitation.revoked").actor_key == boss.pk
        assert "Revoked" in client.get("/admin/invitations/").content.decode()

    def test_a_used_one_is_neither_sent_nor_revoked(self, client, boss, letters):
        invitation = InvitationFactory(used_at=timezone.now())
        for do in ("resend", "revoke"):
            client.post(f"/admin/invitations/{invitation.pk}/", {"do": do})
        invitation.refresh_from_db()
        assert invitation.revoked_at is None
        assert letters() == []
