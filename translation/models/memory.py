"""What the memory knows from elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MemoryUnit(models.Model):
    """A translation from a file (TMX). It stands in no page, so it has no marking: every translator is shown it.

    Attributes:
        source, target: with placeholders, as translators see them.
        digest: of languages and texts, so that a file can be imported again.
    """

    source_language = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    source = models.TextField()
    target = models.TextField()
    digest = models.UUIDField(unique=True)
    file_name = models.CharField(max_length=200)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("unit of the memory")
        verbose_name_plural = _("units of the memory")
        indexes = [models.Index(fields=["source_language", "language"], name="translation_memory_pair")]

    def __str__(self) -> str:
        return self.source[:60]
