"""Whoever signs in, forgets a password or changes an address reads their own language, in pages and e-mails."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from members.models import User
from tests.factories import MemberFactory
from tests.members.identity import sign_in_and_confirm

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
OPEN_PAGES = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
OWN_PAGES = ["account", "account_change_password", "account_email", "account_reauthenticate", "account_logout"]
OWN_PAGES += ["mfa_index", "mfa_list_webauthn", "usersessions_list"]


@pytest.fixture(autouse=True)
def _tree(tree):
    """Every test here needs the tree."""


def address(name: str, language: str) -> str:
    with translation.override(language):
        return reverse(name)


def chunks(html: str) -> set[str]:
    """Return what stands between two tags of a page's main part, if it has words."""
    main = re.search(r"<main.*</main>", html, re.DOTALL)
    assert main
    found = (unescape(text).strip() for text in re.split(r"<[^>]+>", main.group()))
    return {text for text in found if re.search(r"[^\W\d]{2}", text) and "@" not in text}


def paragraphs(text: str) -> set[str]:
    return {part for part in text.split("\n") if re.search(r"[^\W\d]{2}", part) and "://" not in part}


@pytest.mark.parametrize("language", OTHERS)
def test_no_page_about_accounts_has_english_left(client, language):
    for name in OPEN_PAGES:
        english, other = (chunks(client.get(address(name, code)).content.decode()) for code in ("en", language))
        assert english, name
        assert english & other == set(), name
    client.force_login(MemberFactory(first_name="", last_name="", organisation=None))
    for name in OWN_PAGES:
        english, other = (
            chunks(client.get(address(name, code), follow=True).content.decode()) for code in ("en", language)
        )
        assert english, name
        assert english & other == set(), name


@pytest.mark.parametrize("language", OTHERS)
def test_refusals_of_account_forms_have_no_english_left(client, language):
    user = MemberFactory()

    def refused(code: str) -> list[set[str]]:
        cache.clear()
        client.logout()
        sent = [("account_login", {"login": "nobody@example.org", "password": "wrong"})]
        sent += [("account_login", {}), ("account_reset_password", {"email": "not an address"})]
        answers = [client.post(address(name, code), data) for name, data in sent]
        client.force_login(user)
        passwords = {"oldpassword": "wrong", "password1": "12345678", "password2": "1234"}
        answers.append(client.post(address("account_change_password", code), passwords))
        return [chunks(answer.content.decode()) for answer in answers]

    for english, other in zip(refused("en"), refused(language), strict=True):
        assert english & other == set()


def letters(client, user: User, language: str) -> list[mail.EmailMessage]:
    """Ask for a password, once with an account and once without, and give a second address."""
    cache.clear()
    mail.outbox.clear()
    client.logout()
    for email in (user.email, "nobody@example.org"):
        client.post(address("account_reset_password", language), {"email": email})
    sign_in_and_confirm(client, user)
    client.post(address("account_email", language), {"email": f"{language}@example.org", "action_add": ""})
    assert len(mail.outbox) == 3
    return list(mail.outbox)


@pytest.mark.parametrize("language", OTHERS)
def test_e_mails_about_accounts_have_no_english_left(client, language):
    user = MemberFactory()
    signature = {"testserver"}  # The site's name is in each language its own.
    for english, other in zip(letters(client, user, "en"), letters(client, user, language), strict=True):
        assert english.subject != other.subject
        assert paragraphs(english.body) & paragraphs(other.body) == signature


def test_whoever_has_no_account_is_not_sent_to_a_form_that_is_closed(client):
    client.post(address("account_reset_password", "en"), {"email": "nobody@example.org"})
    (letter,) = mail.outbox
    assert "There is no account with this address" in letter.body
    assert "://" not in letter.body
