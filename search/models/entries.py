"""What the index keeps of each page."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """The text of a live page as it is searched, and at once the outbox for Elasticsearch.

    Written in the transaction of the change it follows from. `is_pushed` is false until Elasticsearch has
    this `version`. A removed page stays as a tombstone until the index is made anew, so that Elasticsearch hears
    of it and its version goes on growing if it comes back: a page that began again at 1 would be taken for older
    than its removal. There is no foreign key to the page, because the tombstone outlives it.

    `changed_at` is when this version was written: of those not pushed, since when Elasticsearch lags behind.
    """

    page_id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField(default=1)
    is_removed = models.BooleanField(default=False)
    is_pushed = models.BooleanField(default=False, db_index=True)
    changed_at = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=10)
    piece = models.UUIDField(null=True, db_index=True)
    versions = models.JSONField(default=list)
    is_original = models.BooleanField(default=False)
    type = models.CharField(max_length=40)
    title = models.CharField(max_length=255)
    summary = models.TextField(blank=True)
    body = models.TextField(blank=True)
    labels = models.TextField(blank=True)
    people = models.JSONField(default=list)
    passages = models.JSONField(default=list)
    attachments = models.TextField(blank=True)
    topics = models.JSONField(default=list)
    sectors = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    countries = models.JSONField(default=list)
    organisations = models.JSONField(default=list)
    duration = models.CharField(max_length=8, blank=True)
    published_on = models.DateField()
    fresh_on = models.DateField(null=True)
    review_by = models.DateField(null=True)
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"
