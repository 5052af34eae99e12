"""Saying again who one is, as sensitive acts require; second factors."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

PASSWORD = "a-long-password-27"


def sign_in_and_confirm(client: Client, user) -> None:
    """Sign somebody in, and let them give their password once more."""
    client.force_login(user)
    answer = client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302, "the password was not taken"


def set_up_app(user) -> str:
    """Give an account an authenticator app; return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str, *, periods: int = 0) -> str:
    """Return what an app shows now, or some periods from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))
