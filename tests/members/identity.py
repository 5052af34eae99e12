"""Saying again who one is, as sensitive acts require."""

from __future__ import annotations

from django.test import Client

PASSWORD = "a-long-password-27"


def sign_in_and_confirm(client: Client, user) -> None:
    """Sign somebody in, and let them give their password once more."""
    client.force_login(user)
    answer = client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302, "the password was not taken"
