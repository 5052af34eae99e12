"""Which passwords are taken; nobody is asked over the network."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from members.models import User
from tests.factories import MemberFactory, OrganisationFactory
from tests.members.identity import PASSWORD, sign_in_and_confirm

pytestmark = pytest.mark.django_db

GOOD = [
    "correct horse battery staple",
    "a-long-password-27",
    "Xk7#mPq2!vLz9",
    "مفتاح طويل لا يعرفه أحد",
    "une phrase que je retiens",
    "¿dónde está mi llave roja?",
]
BAD = {
    "short": "Xk7#mPq2",
    "common": "1q2w3e4r5t6y",
    "numbers": "839201746352",
    "one sign": "aaaaaaaaaaaaaaaa",
    "repeated": "abcabcabcabcabc",
    "repeated word": "tigertigertiger",
    "alphabet": "abcdefghijklmnop",
    "backwards": "ponmlkjihgfedcba",
    "keyboard": "qwertyuiop1234567890",
    "keyboard, French": "azertyuiopqsdfghjklm",
    "site": "Global Knowledge Hub!",
    "site and year": "globalknowledgehub2026",
    "own name": "ferdinandmagellan",
    "own address": "explorer@example.org",
    "organisation": "Ministry-of-Oceans-1",
}


@pytest.fixture
def person(tree) -> User:
    organisation = OrganisationFactory(slug="moo", names={"en": "Ministry of Oceans", "fr": "Ministère des océans"})
    return MemberFactory(
        first_name="Ferdinand", last_name="Magellan", email="explorer@example.org", organisation=organisation
    )


@pytest.mark.parametrize("password", GOOD)
def test_what_nobody_guesses_is_taken(person, password):
    validate_password(password, person)


@pytest.mark.parametrize("password", BAD.values(), ids=BAD.keys())
def test_what_is_guessed_first_is_not(person, password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, person)
    assert all(refused.value.messages)


def test_long_nonsense_is_looked_at_quickly(person):
    began = time.perf_counter()
    for password in ("a" * 100_000, "abcdefgh!" * 10_000):
        with pytest.raises(ValidationError):
            validate_password(password, person)
    assert time.perf_counter() - began < 2


def test_the_form_says_why(client, person):
    sign_in_and_confirm(client, person)
    new = "abcabcabcabcabc"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    page = client.post("/en/accounts/password/change/", fields).content.decode()
    assert "This password is a pattern" in page
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
