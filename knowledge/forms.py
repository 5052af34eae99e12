"""Forms of the content types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.log_actions import get_active_log_context
from wagtailmedia.forms import BaseMediaForm

from access.files import is_its_author, is_used_live, is_waiting, opens_file, opens_in_collection
from knowledge.models import Adaptation
from knowledge.upload_faults import UploadFault
from knowledge.uploads import take_document, take_image, take_recording
from members.sharing import NamingForm

OPENS_FILE = _("More people could have this file. Somebody who neither uploaded nor marked it must change this.")


class MarkedFileForm(NamingForm):
    """Base of the forms for files: a marking of their own, and whom it names."""

    nobody_named = _("This marking needs to name who may have the file.")

    def clean(self) -> dict[str, Any]:
        """Ask besides whether somebody else has to look at the change."""
        cleaned = super().clean()
        if self.instance.pk and settings.SENSITIVITY_REVIEW_REQUIRED:
            self._keep_reviewed(cleaned)
        return cleaned

    def _keep_reviewed(self, cleaned: dict[str, Any]) -> None:
        """Keep one person alone from changing what readers of a live page get, or who they are.

        Nor do they exchange what a reviewer looks at, or has approved.
        """
        is_live = is_used_live(self.instance)
        if "file" in self.changed_data and (is_live or is_waiting(self.instance)):
            self.add_error(
                "file",
                _(
                    "Pages that people read use this file. Please upload the new one beside it, put it into the pages, "
                    "and submit them for review."
                ),
            )
        if not is_live or not is_its_author(get_active_log_context().user, self.instance):
            return
        if opens_file(self.instance, cleaned.get("marking", ""), cleaned.get("shared_with") or ()):
            self.add_error("marking", OPENS_FILE)
        collection = cleaned.get("collection")
        if collection is not None and opens_in_collection(self.instance, collection):
            self.add_error("collection", OPENS_FILE)


class HubDocumentForm(MarkedFileForm, BaseDocumentForm):
    """Upload a document: what it is must be what its name says, and not too large."""

    def clean_file(self) -> Any:
        """Check the size and the first bytes of an uploaded file against its extension."""
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        try:
            return take_document(file, file.name)
        except UploadFault as fault:
            raise ValidationError(str(fault)) from fault


class RedrawnImageField(WagtailImageField):
    """Takes an image, and gives its pixels drawn anew.

    Wagtail reads the beginning: a file cut short is a server error there, or later, on each page that shows it.
    """

    def to_python(self, data: Any) -> Any:
        """Draw the image once, after Wagtail has limited its size and its pixels."""
        try:
            file = super().to_python(data)
        except ValidationError:
            raise
        except Exception as error:  # Decoders raise whatever their format makes them stumble over.
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error
        if file is None:
            return None
        try:
            return take_image(file, file.name)
        except UploadFault as fault:
            raise ValidationError(str(fault), code="invalid_image") from fault


class HubImageForm(MarkedFileForm, BaseImageForm):
    """Upload an image: one that can be drawn; what it says of its maker is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = RedrawnImageField(
                label=field.label, required=field.required, widget=field.widget, help_text=field.help_text
            )


class HubMediaForm(MarkedFileForm, BaseMediaForm):
    """Upload a recording: one that browsers can play from any place in it."""

    def clean_file(self) -> Any:
        """Look into an uploaded file; what it says of its length and its pictures is taken from there."""
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data:
            return file
        try:
            file, self.facts = take_recording(file, file.name)
        except UploadFault as fault:
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
