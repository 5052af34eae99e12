"""What people tell other members of themselves."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.users import User
from vocabulary.countries import country_choices
from vocabulary.models import TOPIC_SCHEMES, Concept


def new_public_id() -> str:
    """Return what the address of somebody's profile ends with: it says nothing of them, and nobody guesses it."""
    return secrets.token_urlsafe(12)


class Visibility(models.TextChoices):
    """Who sees a field of somebody's profile."""

    NOBODY = "nobody", _("nobody")
    GROUPS = "groups", _("members of my groups")
    MEMBERS = "members", _("all members")


class Digest(models.TextChoices):
    """How often somebody is told by e-mail what is new."""

    NONE = "none", _("not at all")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")


class Profile(models.Model):
    """What somebody tells other members of themselves, field by field to whom they choose.

    `visibility` has a `Visibility` for each field that others may see (`members.profiles.FIELDS`); what is not in it
    is for nobody. Made when its owner first saves it: without one there is nothing to see.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile")
    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    display_name = models.CharField(_("name"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, choices=country_choices, blank=True)
    languages = models.JSONField(_("languages you read"), default=list, blank=True)
    expertise = models.ManyToManyField(
        Concept,
        verbose_name=_("expertise"),
        blank=True,
        related_name="+",
        limit_choices_to={"scheme__in": TOPIC_SCHEMES},
    )
    biography = models.TextField(_("biography"), max_length=1000, blank=True)
    visibility = models.JSONField(default=dict, blank=True)
    digest = models.CharField(_("e-mail on what is new"), max_length=10, choices=Digest.choices, default=Digest.NONE)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return self.display_name or str(self.user)
