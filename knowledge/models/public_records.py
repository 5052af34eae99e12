"""What everyone may read or once could, for those who keep copies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicRecord(models.Model):
    """That a piece of knowledge is public, or was: so that whoever harvested it hears when it is not any more.

    Written in the transaction of the change it follows from (`knowledge.receivers`). There is no foreign key to
    the page, because the record outlives it.
    """

    page_id = models.BigIntegerField(primary_key=True)
    type = models.CharField(max_length=100)
    changed_at = models.DateTimeField(help_text="In whole seconds, as harvesters ask.")
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("public record")
        verbose_name_plural = _("public records")
        indexes = [models.Index(fields=["changed_at", "page_id"], name="public_records_in_order")]

    def __str__(self) -> str:
        return f"{self.page_id}: {'withdrawn' if self.is_withdrawn else 'public'}, {self.changed_at:%Y-%m-%d}"
