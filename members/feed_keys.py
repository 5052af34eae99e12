"""The addresses of members' own feeds: made, revoked, and recognised."""

from __future__ import annotations

from django.core import signing

from members.models import FeedKey, User, new_feed_secret

MAX_TOKEN = 120


def _signer() -> signing.Signer:
    # A full stop is not changed by feed readers, and is in no secret.
    return signing.Signer(sep=".", salt="members.feed_keys")


def make_feed_key(user: User) -> None:
    """Give somebody a feed with a new address; the old one is unknown from now on."""
    FeedKey.objects.update_or_create(user=user, defaults={"secret": new_feed_secret()})


def remove_feed_key(user: User) -> None:
    """Take somebody's feed away."""
    FeedKey.objects.filter(user=user).delete()


def feed_token(user: User) -> str:
    """Return what the address of somebody's feed ends with; nothing when they have none."""
    key = FeedKey.objects.filter(user=user).first()
    return _signer().sign(key.secret) if key else ""


def member_with_token(token: str) -> User | None:
    """Return whose feed it is: a present member's with a valid, current token; else nobody's (one query)."""
    if len(token) > MAX_TOKEN:
        return None
    try:
        secret = _signer().unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.current_members().filter(feed_key__secret=secret).first()
