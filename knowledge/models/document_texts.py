"""The texts of documents, for search."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.files import HubDocument


class DocumentText(models.Model):
    """What a document says, read from its file in the background.

    `digest` is that of the file that was read (Wagtail's `file_hash`); another one in the document means that it is
    to be read again. Without a text, `fault` says why there is none.
    """

    document = models.OneToOneField(HubDocument, on_delete=models.CASCADE, related_name="extracted")
    digest = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    fault = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("text of a document")
        verbose_name_plural = _("texts of documents")

    def __str__(self) -> str:
        return f"{self.document_id}: {self.fault or len(self.text)}"
