"""What opens members' own feeds."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.users import User


def new_feed_secret() -> str:
    """Return a secret that nobody guesses (128 bits)."""
    return secrets.token_urlsafe(16)


class FeedKey(models.Model):
    """What opens a member's own feed to a feed reader, which cannot sign in.

    The address of the feed carries the secret with the site's signature, so that a copy of the database opens
    nothing. A new secret makes the old address unknown; without a row there is no feed.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="feed_key")
    secret = models.CharField(max_length=32, unique=True, default=new_feed_secret)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("feed key")
        verbose_name_plural = _("feed keys")

    def __str__(self) -> str:
        return f"{self.user}: {self.made_at:%Y-%m-%d}"
