"""Signing in with a passkey, with an app, with a recovery code: in a browser, in two directions of writing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.members.identity import code_of

pytestmark = [pytest.mark.browser]

LANGUAGES = ["en", "ar"]
WHO = {"en": "member", "ar": "expert"}


@pytest.fixture(params=LANGUAGES)
def person(request, hub, visit, accounts) -> Person:
    """A member, in a language; afterwards without second factors, for the tests that follow."""
    language = request.param
    origin = hub.url.replace("127.0.0.1", "localhost")
    who = Person(visit(language), origin, language, accounts[WHO[language]])
    yield who
    hub.manage("reset_second_factor", who.email)
    assert who.refused == []


def set_up_app(person: Person) -> tuple[str, list[str]]:
    """Set up an app; return its secret and the recovery codes."""
    person.give_password()
    person.go("accounts/2fa/totp/activate/")
    person.confirm()
    picture = person.page.locator(".qr-code svg").bounding_box()
    assert picture["width"] > 150, "telephones cannot read it"
    secret = person.page.locator("#authenticator_secret").input_value()
    person.page.locator("#id_code").fill(code_of(secret))
    person.page.locator("main form button[type=submit]").click()
    person.page.wait_for_url("**/2fa/recovery-codes/")
    return secret, person.page.locator(".recovery-codes code").all_inner_texts()


def test_a_passkey_signs_in_alone_and_confirms_who_one_is(person):
    person.give_password()
    person.add_passkey()
    person.sign_out()
    person.use_passkey()
    person.expect_signed_in()
    person.go("accounts/2fa/webauthn/")
    expect(person.page.locator(".own-things li")).to_have_count(1)
    person.go("account/export/")
    person.page.locator("a[href*='webauthn/reauthenticate']").click()
    person.page.locator("#mfa_webauthn_reauthenticate").click()
    person.page.wait_for_url("**/account/export/")


def test_the_app_signs_in_after_the_password_and_a_recovery_code_when_it_is_lost(person):
    secret, codes = set_up_app(person)
    assert len(codes) == 10
    # The code of now was used to set it up: the next one is good already.
    for code in (code_of(secret, periods=1), codes[0]):
        person.sign_out()
        person.give_password()
        expect(person.page).to_have_url(f"{person.origin}/{person.language}/accounts/2fa/authenticate/")
        person.page.locator("#id_code").fill(code)
        person.page.locator("main form:has(#id_code) button[type=submit]:not([form])").click()
        person.page.wait_for_url(lambda url: "/2fa/" not in url)
        person.expect_signed_in()


def test_it_is_said_when_there_is_no_passkey(person):
    person.go("accounts/login/")
    expect(person.page.locator("#passkey-error")).to_be_hidden()
    person.page.locator("#passkey_login").click()
    expect(person.page.locator("#passkey-error")).to_be_visible()
