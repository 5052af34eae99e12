"""Guessing is slow, and nobody locks somebody else out with it; nobody learns who has an account."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client

from tests.factories import MemberFactory, UserFactory
from tests.members.identity import PASSWORD

pytestmark = pytest.mark.django_db

SIGN_IN = "/en/accounts/login/"
RESET = "/en/accounts/password/reset/"


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def attempt(client, email: str, password: str, address: str):
    return client.post(SIGN_IN, {"login": email, "password": password}, REMOTE_ADDR=address)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def attack(email: str, attempts: int) -> None:
    """Fail from many addresses, as often from each as is let through."""
    for number in range(attempts):
        attempt(Client(), email, "not-the-password", f"203.0.113.{number // 4}")


def test_an_attack_from_elsewhere_does_not_lock_the_owner_out(client):
    user = MemberFactory()
    attack(user.email, 50)
    attempt(client, user.email, PASSWORD, "192.0.2.1")
    assert is_signed_in(client)


def test_a_crowd_is_stopped_and_the_owner_signs_in_where_they_did_before(client):
    user = MemberFactory()
    attempt(client, user.email, PASSWORD, "192.0.2.1")
    client.post("/en/accounts/logout/")
    assert not is_signed_in(client)
    attack(user.email, 104)
    stranger = Client()
    attempt(stranger, user.email, PASSWORD, "198.51.100.1")
    assert not is_signed_in(stranger), "a crowd would guess without end"
    # Even from an address that attacked.
    attempt(client, user.email, PASSWORD, "203.0.113.0")
    assert is_signed_in(client)


def test_a_new_password_by_e_mail_opens_again_for_strangers(client):
    user = MemberFactory()
    attack(user.email, 104)
    client.post(RESET, {"email": user.email})
    [letter] = [message for message in mail.outbox if user.email in message.to]
    link = next(word for word in letter.body.split() if "/reset/key/" in word)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "quite-another-password-3"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    attempt(client, user.email, new, "198.51.100.1")
    assert is_signed_in(client)


def test_one_address_guesses_five_times(client):
    user = MemberFactory()
    for _number in range(5):
        attempt(client, user.email, "not-the-password", "192.0.2.1")
    attempt(client, user.email, PASSWORD, "192.0.2.1")
    assert not is_signed_in(client)


def test_a_known_browser_is_limited_too(client):
    user = MemberFactory()
    attempt(client, user.email, PASSWORD, "192.0.2.1")
    client.post("/en/accounts/logout/")
    for number in range(5):
        attempt(client, user.email, "not-the-password", f"192.0.2.{number}")
    attempt(client, user.email, PASSWORD, "192.0.2.9")
    assert not is_signed_in(client)


def test_a_browser_is_known_for_its_own_account_only(client):
    mine, theirs = MemberFactory(), MemberFactory()
    attempt(client, mine.email, PASSWORD, "192.0.2.1")
    client.post("/en/accounts/logout/")
    for _number in range(5):
        attempt(client, theirs.email, "not-the-password", "192.0.2.2")
    attempt(client, theirs.email, PASSWORD, "192.0.2.2")
    assert not is_signed_in(client)


@pytest.mark.parametrize("value", ["", "nonsense", "WyJhIiwiYiJd:1:x", "a" * 5000])
def test_a_forged_mark_of_a_browser_counts_as_none(client, value):
    user = MemberFactory()
    client.cookies["known_browser"] = value
    for _number in range(5):
        attempt(client, user.email, "not-the-password", "192.0.2.1")
    attempt(client, user.email, PASSWORD, "192.0.2.1")
    assert not is_signed_in(client)


def test_the_mark_of_a_browser_is_kept_from_scripts_and_names_nobody(client):
    user = MemberFactory()
    attempt(client, user.email, PASSWORD, "192.0.2.1")
    cookie = client.cookies["known_browser"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert user.email not in cookie.value


def test_nobody_fills_a_letter_box_or_keeps_another_from_asking(client):
    user = MemberFactory()
    answers = []
    for number in range(8):
        answers.append(client.post(RESET, {"email": user.email}, REMOTE_ADDR=f"203.0.113.{number}", follow=True))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(mail.outbox) == 5


class TestNobodyLearnsWhoHasAnAccount:
    def words(self, answer) -> tuple[int, str, int]:
        body = answer.content.decode()
        return answer.status_code, answer.headers.get("Location", ""), len(body)

    def test_by_signing_in_until_it_is_too_much(self, client):
        known, unknown = MemberFactory(email="aaaa@example.org"), "bbbb@example.org"
        for number in range(8):
            answers = [
                self.words(attempt(Client(), email, "not-the-password", f"192.0.2.{place}"))
                for place, email in ((1, known.email), (2, unknown))
            ]
            assert answers[0] == answers[1], number

    def test_by_the_time_that_signing_in_takes(self, client, monkeypatch):
        hashed = []
        encode = MD5PasswordHasher.encode

        def counted(self, password, salt):
            hashed.append(password)
            return encode(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
        closed = UserFactory(is_active=False)
        without_password = UserFactory(password="!unusable")
        counts = []
        for number, email in enumerate(
            (MemberFactory().email, "nobody@example.org", closed.email, without_password.email)
        ):
            hashed.clear()
            attempt(Client(), email, "not-the-password", f"192.0.2.{number}")
            counts.append(len(hashed))
        assert counts == [1, 1, 1, 1]

    def test_by_asking_for_a_new_password(self, client):
        known, unknown = MemberFactory(email="aaaa@example.org"), "bbbb@example.org"
        answers = [self.words(client.post(RESET, {"email": email})) for email in (known.email, unknown)]
        assert answers[0] == answers[1]
        assert len(mail.outbox) == 2, "a letter goes out to both, so that both take as long"

    def test_by_adding_an_address(self, client):
        taken = MemberFactory(email="aaaa@example.org").email
        answers = []
        for email in (taken, "bbbb@example.org"):
            browser = Client()
            browser.force_login(MemberFactory())
            browser.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
            answer = browser.post("/en/accounts/email/", {"action_add": "", "email": email}, follow=True)
            answers.append((answer.redirect_chain, "already" in answer.content.decode()))
        assert answers[0] == answers[1]

    def test_by_passkeys(self, client):
        options = [
            Client().get("/en/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()
            for _number in range(2)
        ]
        assert all(not each["request_options"]["publicKey"].get("allowCredentials") for each in options)

    @pytest.mark.slow
    def test_by_the_clock_coarsely(self, client, settings):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        known = MemberFactory().email
        shortest: dict[str, float] = {}
        for number in range(4):
            for email in (known, "nobody@example.org"):
                began = time.perf_counter()
                attempt(Client(), email, "not-the-password", f"192.0.2.{number}")
                shortest[email] = min(shortest.get(email, 60), time.perf_counter() - began)
        one, other = sorted(shortest.values())
        assert other < one * 1.5
