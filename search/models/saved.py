"""Questions that members keep, to be told when there is something new."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedSearch(models.Model):
    """A question that a member keeps.

    Attributes:
        parameters: the query string of its results page, as `search.addresses.SearchAddress` understands it.
        language: the interface language in which it was asked.
        looked_at: when its results were last looked through for something new.
        known: the translation keys of the newest pieces of knowledge that were found then.
    """

    class Frequency(models.TextChoices):
        """How often its member is told of new results."""

        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        NEVER = "never", _("Not at all")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=100)
    parameters = models.TextField()
    language = models.CharField(max_length=10)
    frequency = models.CharField(
        _("tell me of new results"), max_length=6, choices=Frequency.choices, default=Frequency.WEEKLY
    )
    created_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(default=timezone.now)
    known = models.JSONField(default=list)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name
