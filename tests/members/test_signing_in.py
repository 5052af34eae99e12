"""Signing in, and all that somebody without good intentions tries there."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from members.models import User
from tests.factories import MemberFactory, UserFactory
from tests.members.identity import PASSWORD, sign_in_and_confirm

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SIGN_IN = "/en/accounts/login/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "https:evil.example",
]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def attempt(client, email: str, password: str, address: str = SIGN_IN, **fields):
    return client.post(address, {"login": email, "password": password, **fields})


def test_somebody_signs_in_whatever_the_capitals(client):
    user = MemberFactory(email="somebody@example.org")
    assert attempt(client, "Somebody@Example.org", PASSWORD).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(client):
    MemberFactory(email="somebody@example.org")
    wrong = attempt(client, "somebody@example.org", "not-the-password")
    unknown = attempt(client, "nobody@example.org", "not-the-password")
    closed = attempt(client, UserFactory(is_active=False).email, "not-the-password")
    errors = [list(answer.context["form"].non_field_errors()) for answer in (wrong, unknown, closed)]
    assert errors[0] == errors[1] == errors[2] != []
    assert wrong.status_code == unknown.status_code == closed.status_code == 200


def test_a_closed_account_does_not_sign_in(client):
    user = MemberFactory(is_active=False)
    attempt(client, user.email, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_attempts_are_limited_for_an_account(client):
    user = MemberFactory()
    for _number in range(5):
        attempt(client, user.email, "not-the-password")
    attempt(client, user.email, PASSWORD)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["/admin/login/", "/en/_util/login/"])
def test_there_is_no_other_door_at_which_attempts_are_not_counted(client, address):
    user = UserFactory(is_superuser=True)
    for field in ("username", "login"):
        client.post(address, {field: user.email, "password": PASSWORD})
        assert "_auth_user_id" not in client.session
    answer = client.get(address, {"next": "/admin/pages/"})
    assert answer.status_code in {302, 404}
    if answer.status_code == 302:
        assert answer["Location"].endswith("/accounts/login/?next=%2Fadmin%2Fpages%2F")


def test_behind_a_front_server_attempts_are_counted_by_the_readers_address(client, settings):
    """Otherwise all share the front server's address, and one attacker keeps everybody from signing in."""
    assert int(settings.ENVIRONMENT["SECURE_PROXY"]) == settings.ALLAUTH_TRUSTED_PROXY_COUNT
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    user = MemberFactory()
    for number in range(12):
        client.post(
            SIGN_IN,
            {"login": f"nobody{number}@example.org", "password": "x"},
            headers={"x-forwarded-for": "192.0.2.7"},
        )
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD}, headers={"x-forwarded-for": "192.0.2.7"})
    assert "_auth_user_id" not in client.session
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD}, headers={"x-forwarded-for": "192.0.2.8"})
    assert "_auth_user_id" in client.session


def test_the_session_is_another_one_after_signing_in(client):
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    attempt(client, MemberFactory().email, PASSWORD)
    assert client.session.session_key != before


def test_signing_out_needs_a_form_and_ends_the_session(client):
    client.force_login(MemberFactory())
    client.get("/en/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/en/accounts/logout/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_sent_elsewhere_after_signing_in_or_out(client, elsewhere):
    user = MemberFactory()
    answer = attempt(client, user.email, PASSWORD, next=elsewhere)
    assert answer["Location"] in {"/", "/en/"}
    answer = client.post(f"/en/accounts/logout/?next={elsewhere}", {"next": elsewhere})
    assert answer["Location"] in {"/", "/en/"}


def test_one_is_sent_where_one_wanted_to_go(client):
    answer = attempt(client, MemberFactory().email, PASSWORD, next="/en/account/")
    assert answer["Location"] == "/en/account/"


@pytest.mark.parametrize("prefix", ["", "/en", "/ar"])
def test_nobody_makes_their_own_account(client, prefix):
    before = User.objects.count()
    fields = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.get(f"{prefix}/accounts/signup/").status_code == 200
    client.post(f"{prefix}/accounts/signup/", fields)
    assert User.objects.count() == before
    assert mail.outbox == []


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(client):
    user = MemberFactory()
    known = client.post("/en/accounts/password/reset/", {"email": user.email}, follow=True)
    unknown = client.post("/en/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert known.content == unknown.content


def test_the_link_to_a_new_password_names_no_other_host(client):
    user = MemberFactory()
    client.post("/en/accounts/password/reset/", {"email": user.email}, headers={"x-forwarded-host": "evil.example"})
    [sent] = [message for message in mail.outbox if user.email in message.to]
    assert "evil.example" not in sent.body
    answer = client.post("/en/accounts/password/reset/", {"email": user.email}, headers={"host": "evil.example"})
    assert answer.status_code == 400


def test_a_new_password_ends_other_sessions(client):
    user = MemberFactory()
    other = Client()
    other.force_login(user)
    client.force_login(user)
    fields = {"oldpassword": PASSWORD, "password1": "another-long-password-5", "password2": "another-long-password-5"}
    client.post("/en/accounts/password/change/", fields)
    assert client.get("/en/account/").status_code == 200
    assert other.get("/en/account/").status_code == 302


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "mot de passe"), ("ar", "كلمة"), ("en", "password"), ("", "contraseña")]
)
def test_the_owner_is_told_of_a_new_password_in_the_language_of_their_e_mails(client, language, word):
    user = MemberFactory(language=language)
    client.force_login(user)
    fields = {"oldpassword": PASSWORD, "password1": "another-long-password-5", "password2": "another-long-password-5"}
    client.post("/es/accounts/password/change/", fields)
    [letter] = mail.outbox
    assert letter.to == [user.email]
    assert word in letter.body
    assert fields["password1"] not in letter.body


def test_wagtails_own_form_for_passwords_which_tells_nobody_is_closed(client):
    client.force_login(UserFactory(is_superuser=True))
    assert "old_password" not in client.get("/admin/account/").content.decode()


def test_an_address_that_is_somebody_elses_cannot_be_taken(client):
    victim, attacker = MemberFactory(), MemberFactory()
    sign_in_and_confirm(client, attacker)
    address = reverse("account_email")
    for fields in (
        {"action_add": "", "email": victim.email},
        {"action_primary": "", "email": victim.email},
        {"action_send": "", "email": victim.email},
        {"action_add": "", "email": victim.email.upper()},
        {"action_primary": "", "email": victim.email.upper()},
    ):
        assert client.post(address, fields).status_code in {200, 302}
    attacker.refresh_from_db()
    assert attacker.email != victim.email


def test_an_address_is_not_changed_before_its_owner_confirmed_it(client):
    user = MemberFactory()
    sign_in_and_confirm(client, user)
    for action in ("action_add", "action_primary"):
        client.post(reverse("account_email"), {action: "", "email": "minister@government.example"})
    user.refresh_from_db()
    assert user.email != "minister@government.example"


def test_a_confirmed_address_becomes_the_accounts(client):
    user = MemberFactory()
    sign_in_and_confirm(client, user)
    EmailAddress.objects.create(user=user, email="new@example.org", verified=True)
    client.post(reverse("account_email"), {"action_primary": "", "email": "New@example.org"})
    user.refresh_from_db()
    assert user.email == "new@example.org"


def test_an_address_that_was_replaced_opens_nothing(client):
    user = MemberFactory(email="former@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    user.email = "present@example.org"
    user.save()
    attempt(client, "former@example.org", PASSWORD)
    assert "_auth_user_id" not in client.session
    client.post("/en/accounts/password/reset/", {"email": "former@example.org"})
    assert all("former@example.org" not in message.to or "/reset/key/" not in message.body for message in mail.outbox)
    attempt(client, "present@example.org", PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("language", ["en", "ar", "es", "fr"])
@pytest.mark.parametrize(
    "value", ["\x00", "\x1b[31m", "\u202e", "a" * 10_000, "' OR 1=1 --", "{{ 7|add:7 }}", "<script>"]
)
def test_odd_input_is_answered(client, language, value):
    for fields in ({"login": value, "password": value}, {"login": f"{value}@example.org", "password": "x"}):
        answer = client.post(f"/{language}/accounts/login/", {**fields, "next": value, "remember": value})
        assert answer.status_code in {200, 302}
        assert b"<script>@" not in answer.content
    assert client.post(f"/{language}/accounts/password/reset/", {"email": value}).status_code in {200, 302}
    assert client.get(f"/{language}/accounts/login/", {"next": value}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "password/reset/key/1-set-password/",
        "password/reset/key/zzzzzzzzzzzzzzzzzz-x/",
        "password/reset/key/1-%00/",
        "confirm-email/nonsense/",
        "confirm-email/MQ:1:x/",
        "login/code/confirm/",
        "reauthenticate/",
        "inactive/",
    ],
)
def test_guessed_links_are_answered(client, path):
    for prefix in ("", "/ar"):
        assert client.get(f"{prefix}/accounts/{path}", follow=True).status_code in {200, 404}


class TestWhoSeesWhom:
    def test_ones_account_is_ones_own(self, client):
        first, second = MemberFactory(first_name="Firstperson"), MemberFactory(first_name="Secondperson")
        client.force_login(first)
        page = client.get("/en/account/")
        assert "Firstperson" in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        client.force_login(second)
        assert "Firstperson" not in client.get("/en/account/").content.decode()

    def test_people_are_for_administrators(self, client):
        user = MemberFactory(first_name="Hiddenperson")
        editor = UserFactory()
        editor.groups.add(Group.objects.get(name="Editors"))
        client.force_login(editor)
        for address in ("/admin/users/", f"/admin/users/edit/{user.pk}/", "/admin/groups/", "/admin/users/new/"):
            answer = client.get(address)
            assert answer.status_code == 302, address
            assert answer["Location"] == "/admin/"

    def test_nobody_makes_themselves_a_member_in_the_admin(self, client):
        editor = UserFactory()
        editor.groups.add(Group.objects.get(name="Editors"))
        client.force_login(editor)
        fields = {
            "email": editor.email,
            "first_name": "A",
            "last_name": "B",
            "is_active": "on",
            "is_member": "on",
            "is_superuser": "on",
        }
        client.post(f"/admin/users/edit/{editor.pk}/", fields)
        prefixed = {
            f"{form}-{name}": value for form in ("name_email", "avatar", "locale") for name, value in fields.items()
        }
        client.post("/admin/account/", {**fields, **prefixed})
        editor.refresh_from_db()
        assert not editor.is_member
        assert not editor.is_superuser

    def test_who_manages_people_does_not_raise_themselves(self, client):
        manager = UserFactory()
        manager.user_permissions.add(
            Permission.objects.get(codename="access_admin"), Permission.objects.get(codename="change_user")
        )
        client.force_login(manager)
        fields = {
            "email": manager.email,
            "first_name": "A",
            "last_name": "B",
            "is_active": "on",
            "is_member": "on",
            "is_superuser": "on",
        }
        client.post(f"/admin/users/edit/{manager.pk}/", fields)
        manager.refresh_from_db()
        assert manager.first_name == "A"
        assert not manager.is_superuser
