"""Images and documents. Their bytes are served by `knowledge.views.serve_file`, which asks the policy."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition, SourceImageIOError
from wagtail.images.models import Image as WagtailImage

from access.clearance import may_name_file
from access.files import MarkedFile
from knowledge.uploads import DocumentFile, ImageFile


class HubImage(MarkedFile, AbstractImage):  # type: ignore[django-manager-missing]
    """An image, with who made it."""

    credit = models.CharField(_("credit"), max_length=200, blank=True, help_text=_("Who made it, and its licence."))

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit", "marking", "shared_with")

    @property
    def default_alt_text(self) -> str:
        """Nothing where whoever works in the admin is not cleared for the image."""
        return super().default_alt_text if may_name_file(self) else ""

    def get_rendition(self, filter: Any) -> AbstractRendition:
        """Return the image in a size; for those in the admin who are not cleared for it, its file is not there."""
        if not may_name_file(self):
            raise SourceImageIOError("Not cleared for this image.")
        return super().get_rendition(filter)

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_image", "Can choose image")]


# A model's fields are its own copies of its abstract parent's.
HubImage._meta.get_field("file").attr_class = ImageFile  # type: ignore[union-attr]


class HubRendition(AbstractRendition):
    """An image in one size and crop."""

    image = models.ForeignKey(HubImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class HubDocument(MarkedFile, AbstractDocument):  # type: ignore[django-manager-missing]
    """A file to download."""

    admin_form_fields = (*WagtailDocument.admin_form_fields, "marking", "shared_with")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("choose_document", "Can choose document")]


HubDocument._meta.get_field("file").attr_class = DocumentFile
