"""Forms of the vocabulary."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from vocabulary.imports import FORMATS, MAX_BYTES


class ImportForm(forms.Form):
    """A file with concepts."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8, or SKOS as Turtle, RDF/XML or JSON-LD. What a file leaves empty stays as it is."),
        widget=forms.FileInput(attrs={"accept": ",".join(FORMATS)}),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[
            ("", _("As the file's name says")),
            ("csv", "CSV"),
            ("turtle", "SKOS, Turtle"),
            ("xml", "SKOS, RDF/XML"),
            ("json-ld", "SKOS, JSON-LD"),
        ],
    )

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is too large."""
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is too large: %(size)s. The limit is %(limit)s."),
                params={"size": filesizeformat(size), "limit": filesizeformat(MAX_BYTES)},
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Find the format by the file's name if it was not chosen."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is not None and not cleaned.get("format"):
            cleaned["format"] = FORMATS.get(PurePath(file.name or "").suffix.lower())
            if cleaned["format"] is None:
                self.add_error("format", _("The format does not follow from the file's name. Choose it."))
        return cleaned
