"""Forms of the content types."""

from __future__ import annotations

from typing import Any

import filetype
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.log_actions import get_active_log_context
from wagtailmedia.forms import BaseMediaForm

from access.files import is_its_author, is_used_live, opens_file
from access.models import Marking
from knowledge.media_files import MediaFault, look_into
from knowledge.models import Adaptation
from members.sharing import SharedWithField, named_by

# What the first bytes of a file say, for the types that can be told by them.
CONTENT_TYPES = {
    "pdf": {"application/pdf"},
    "docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"},
    "pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "application/zip"},
    "xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"},
    "odt": {"application/vnd.oasis.opendocument.text", "application/zip"},
    "zip": {"application/zip"},
}
TEXT_EXTENSIONS = {"csv", "txt"}


class MarkedFileForm(forms.ModelForm):
    """Base of the forms for files: a marking of their own, and whom it names."""

    shared_with = SharedWithField()

    def clean(self) -> dict[str, Any]:
        """Keep of those whom the file is shared with what its marking names; it must name somebody."""
        cleaned = super().clean() or self.cleaned_data
        marking = cleaned.get("marking", "")
        if "shared_with" in cleaned:
            cleaned["shared_with"] = named_by(marking, cleaned["shared_with"])
            if marking and Marking(marking).names and not cleaned["shared_with"]:
                self.add_error("shared_with", _("This marking needs to name who may have the file."))
        if self.instance.pk and settings.SENSITIVITY_REVIEW_REQUIRED and is_used_live(self.instance):
            self._keep_reviewed(cleaned)
        return cleaned

    def _keep_reviewed(self, cleaned: dict[str, Any]) -> None:
        """Keep one person alone from changing what readers of a live page get, or who they are."""
        if "file" in self.changed_data:
            self.add_error(
                "file",
                _(
                    "Pages that people read use this file. Please upload the new one beside it, put it into the pages, "
                    "and submit them for review."
                ),
            )
        if opens_file(self.instance, cleaned.get("marking", ""), cleaned.get("shared_with") or ()) and is_its_author(
            get_active_log_context().user, self.instance
        ):
            self.add_error(
                "marking",
                _("More people could have this file. Somebody who neither uploaded nor marked it must change this."),
            )


class HubDocumentForm(MarkedFileForm, BaseDocumentForm):
    """Upload a document: what it is must be what its name says, and not too large."""

    def clean_file(self) -> Any:
        """Check the size and the first bytes of an uploaded file against its extension."""
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        if file.size > settings.DOCUMENT_MAX_BYTES:
            raise ValidationError(
                _("This file is larger than %(limit)s. Make it smaller, or split it.")
                % {"limit": filesizeformat(settings.DOCUMENT_MAX_BYTES)}
            )
        extension = file.name.rpartition(".")[2].lower()
        beginning = file.read(8192)
        file.seek(0)
        guessed = filetype.guess_mime(beginning)
        if extension in TEXT_EXTENSIONS:
            is_right = guessed is None and b"\x00" not in beginning
        else:
            is_right = guessed in CONTENT_TYPES.get(extension, set())
        if not is_right:
            raise ValidationError(
                _("The content of this file is not what its name says (.%(extension)s).") % {"extension": extension}
            )
        return file


class WholeImageField(WagtailImageField):
    """Takes an image that can be drawn to its last line.

    Wagtail reads the beginning: a file cut short is a server error there, or later, on each page that shows it.
    """

    def to_python(self, data: Any) -> Any:
        """Decode the image once, after Wagtail has limited its size and its pixels."""
        try:
            file = super().to_python(data)
            if file is not None:
                file.seek(0)
                with Image.open(file) as image:
                    image.load()
                file.seek(0)
        except ValidationError:
            raise
        except Exception as error:  # Decoders raise whatever their format makes them stumble over.
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error
        return file


class HubImageForm(MarkedFileForm, BaseImageForm):
    """Upload an image: one that can be drawn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = WholeImageField(
                label=field.label, required=field.required, widget=field.widget, help_text=field.help_text
            )


class HubMediaForm(MarkedFileForm, BaseMediaForm):
    """Upload a recording: one that browsers can play from any place in it."""

    def clean_file(self) -> Any:
        """Look into an uploaded file; what it says of its length and its pictures is taken from there."""
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        if file.size > settings.MEDIA_MAX_BYTES:
            raise ValidationError(
                _("This file is larger than %(limit)s. Make it smaller, or split it.")
                % {"limit": filesizeformat(settings.MEDIA_MAX_BYTES)}
            )
        try:
            self.facts = look_into(file.file, file.name, file.size)
        except MediaFault as fault:
            raise ValidationError(str(fault)) from fault
        return file

    def clean(self) -> dict[str, Any]:
        """Fill in what the file says of itself; ask for a duration that it does not say."""
        cleaned = super().clean() or self.cleaned_data
        facts = getattr(self, "facts", None)
        if facts is not None:
            for name in ("duration", "width", "height"):
                if getattr(facts, name):
                    cleaned[name] = getattr(facts, name)
        if "file" in cleaned and not cleaned.get("duration"):
            self.add_error("duration", _("Say how many seconds the recording takes: the file does not."))
        return cleaned


class AdaptationForm(forms.ModelForm):
    """Country, year and what was changed; the organisation is the member's own."""

    class Meta:
        model = Adaptation
        fields = ["country", "year", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
