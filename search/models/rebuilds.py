"""What the hub remembers of rebuilding the index."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IndexRebuild(models.Model):
    """One rebuild of the index: how far it is, so that it goes on from there, and what it was made for.

    Attributes:
        fingerprint: of the analysis, the fields and the contents of documents (`search.fingerprint`).
        stamp: of the names of the new indexes in Elasticsearch; nothing as long as entries are written.
        position: the last page that is done in the phase.
        seen_at: when it last said how far it is; long ago means that it was interrupted.
    """

    class Phase(models.TextChoices):
        """What is being done."""

        ENTRIES = "entries", _("reading pages")
        FILLING = "filling", _("filling the new index")
        DONE = "done", _("done")

    fingerprint = models.CharField(max_length=16)
    phase = models.CharField(max_length=8, choices=Phase.choices, default=Phase.ENTRIES)
    stamp = models.BigIntegerField(null=True)
    position = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("rebuild of the search index")
        verbose_name_plural = _("rebuilds of the search index")

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} ({self.phase})"
