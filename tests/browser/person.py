"""Somebody at a browser, who signs in with what they have and know."""

from __future__ import annotations

from playwright.sync_api import Page, expect

# A passkey that stays, as telephones keep it; its owner is there and is asked for a finger each time.
TELEPHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Person:
    """Somebody at a browser with a device that keeps passkeys; the policy on content may not be broken on the way."""

    def __init__(self, page: Page, origin: str, language: str, account: tuple[str, str]) -> None:
        self.page, self.origin, self.language = page, origin, language
        self.email, self.password = account
        self.refused: list[str] = []
        page.on("console", lambda said: self.refused.append(said.text) if "Content Security" in said.text else None)
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": TELEPHONE})

    def go(self, path: str) -> None:
        self.page.goto(f"{self.origin}/{self.language}/{path}")

    def give_password(self) -> None:
        self.go("accounts/login/")
        self.page.locator("#id_login").fill(self.email)
        self.page.locator("#id_password").fill(self.password)
        self.page.locator("main form:has(#id_password) button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def confirm(self) -> None:
        """Say again who one is, if asked: with the password."""
        if "/reauthenticate/" not in self.page.url:
            return
        self.page.locator("#id_password").fill(self.password)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/reauthenticate/" not in url)

    def sign_out(self) -> None:
        self.go("accounts/logout/")
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/logout/" not in url)
        self.go("account/")
        self.page.wait_for_url("**/accounts/login/**")

    def expect_signed_in(self) -> None:
        self.go("account/")
        expect(self.page.locator(".account-link a")).to_have_attribute("href", f"/{self.language}/account/")
        assert self.page.url.endswith("/account/")

    def add_passkey(self) -> None:
        """Put a passkey on the device; recovery codes are shown then."""
        self.go("accounts/2fa/")
        self.page.locator("a[href$='/2fa/webauthn/add/']").click()
        self.confirm()
        expect(self.page.locator("#id_passwordless")).to_be_checked()
        self.page.locator("#mfa_webauthn_add").click()
        self.page.wait_for_url("**/2fa/recovery-codes/")

    def use_passkey(self) -> None:
        """Sign in with it alone."""
        self.go("accounts/login/")
        self.page.locator("#passkey_login").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
