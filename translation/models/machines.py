"""What machines were asked to translate, and what that cost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MachineUse(models.Model):
    """One request to a service. It has no text and names no page.

    Attributes:
        service: its name in the settings.
        source_language, language: codes.
        texts: how many were sent.
        characters: in them, with their tags, as services count.
        refused: how many answers were thrown away, because they were empty or had lost a placeholder.
        cost: by the price in the settings at that time, in the currency that is meant there; nothing without a price.
        has_failed: whether it ended in an error. Services count what they have received all the same.
        person: who asked; nothing when the account is gone.
    """

    service = models.CharField(max_length=40)
    source_language = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    texts = models.PositiveIntegerField()
    characters = models.PositiveIntegerField()
    refused = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    has_failed = models.BooleanField(default=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("use of a machine")
        verbose_name_plural = _("uses of machines")

    def __str__(self) -> str:
        return f"{self.service} {self.at:%Y-%m-%d %H:%M}"
