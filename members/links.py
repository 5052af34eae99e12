"""Addresses that are keys: to an application, an invitation, an attestation.

An address carries the secret of a row with the site's signature, so that a copy of the database opens nothing. What
the address is for is part of the signature: the key to one thing opens no other.
"""

from __future__ import annotations

import secrets
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

MAX_TOKEN = 120


class Purpose(StrEnum):
    """What an address is a key to, which is also the name of its view."""

    APPLICATION = "application_status"
    CONFIRMATION = "confirm_application"
    ATTESTATION = "attest"
    INVITATION = "accept_invitation"


def new_secret() -> str:
    """Return a secret that nobody guesses (192 bits)."""
    return secrets.token_urlsafe(24)


def _signer(purpose: Purpose) -> signing.Signer:
    # A full stop is in no secret, and mail readers do not break addresses at it.
    return signing.Signer(sep=".", salt=f"members.links.{purpose}")


def token_for(purpose: Purpose, secret: str) -> str:
    """Return what the address for a secret ends with."""
    return _signer(purpose).sign(secret)


def secret_of(purpose: Purpose, token: str) -> str | None:
    """Return the secret in a token; None when it was forged, or made for something else."""
    if len(token) > MAX_TOKEN:
        return None
    try:
        return _signer(purpose).unsign(token)
    except signing.BadSignature:
        return None


def path_to(purpose: Purpose, secret: str) -> str:
    """Return the path for a secret in the active language."""
    return reverse(purpose.value, args=[token_for(purpose, secret)])


def address_of(purpose: Purpose, secret: str, language: str) -> str:
    """Return the whole address for a secret in a language, for e-mails."""
    with translation.override(language):
        return settings.BASE_URL + path_to(purpose, secret)
