"""The editor's form for recordings: captions and chapters as text, or from a file. The models need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from knowledge import captions
from knowledge.page_form import ReadablePageForm

if TYPE_CHECKING:
    from knowledge.models.timed_text import TimedTextField

CAPTIONS_MAX_BYTES = 2 * 1024 * 1024


class TimedTextFormField(forms.CharField):
    """A text in which rows with times are edited; what was typed stays when it has faults."""

    def __init__(self, *, timed_field: TimedTextField, **kwargs: Any) -> None:
        self.timed_field = timed_field
        for unknown in ("encoder", "decoder", "empty_value"):
            kwargs.pop(unknown, None)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 14, "dir": "auto", "spellcheck": "false"}))
        super().__init__(strip=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the text of stored rows."""
        return self.timed_field.write(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Return rows, with the identifiers of a text that was not changed."""
        return self.timed_field.read(super().clean(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare texts, whatever ends their lines."""
        written = self.timed_field.write(initial or [])
        return written.split() != (data or "").split()


def read_captions_file(file: UploadedFile) -> list[captions.Cue]:
    """Read an uploaded caption file.

    Raises:
        ValidationError: naming each fault with its line.
    """
    if (file.size or 0) > CAPTIONS_MAX_BYTES:
        limit = {"limit": filesizeformat(CAPTIONS_MAX_BYTES)}
        raise ValidationError(_("This file is larger than %(limit)s: it cannot be captions.") % limit)
    try:
        return captions.read_captions(captions.decoded(file.read()))
    except captions.Refused as refused:
        raise ValidationError([str(fault) for fault in refused.faults]) from refused


class RecordingForm(ReadablePageForm):
    """The editor of a recording."""

    captions_file = forms.FileField(
        label=_("Captions from a file"),
        required=False,
        help_text=_("WebVTT (.vtt) or SubRip (.srt), in UTF-8. It replaces the captions above."),
        widget=forms.FileInput(attrs={"accept": ".vtt,.srt,text/vtt"}),
    )

    def clean_captions_file(self) -> list[dict[str, Any]] | None:
        """Return the cues of the file, if there is one."""
        file = self.cleaned_data.get("captions_file")
        return captions.as_rows(read_captions_file(file)) if file else None

    def clean(self) -> dict[str, Any]:
        """Take the file's cues, keep identifiers, and check language and times."""
        cleaned = super().clean()
        uploaded = cleaned.get("captions_file")
        if uploaded:
            cleaned["cues"] = uploaded
            self._errors.pop("cues", None)
        where = "captions_file" if uploaded else "cues"
        if "cues" in cleaned:
            cues = captions.cues_from(cleaned["cues"])
            kept = captions.with_kept_ids(cues, captions.cues_from(self.initial.get("cues") or []))
            cleaned["cues"] = captions.as_rows(kept)
            # A page that is previewed before it is first saved has no language yet; its section has.
            page = self.instance if self.instance.locale_id else self.parent_page
            if message := captions.find_wrong_language(cues, page.locale.language_code):
                self.add_error(where, message)
        if "chapters" in cleaned:
            chapters = captions.chapters_from(cleaned["chapters"])
            earlier = captions.chapters_from(self.initial.get("chapters") or [])
            cleaned["chapters"] = captions.as_rows(captions.with_kept_ids(chapters, earlier))
        self._check_end(cleaned, where)
        return cleaned

    def _check_end(self, cleaned: dict[str, Any], where: str) -> None:
        """Refuse what lies behind the end of the media that are chosen."""
        formset = self.formsets.get("media")
        if formset is None or not formset.is_valid():
            return
        rows = [form.cleaned_data for form in formset.forms if not form.cleaned_data.get("DELETE")]
        duration = max((row["media"].duration for row in rows if row.get("media")), default=0)
        if not duration:
            return
        cues = captions.cues_from(cleaned.get("cues") or [])
        chapters = captions.chapters_from(cleaned.get("chapters") or [])
        for field, items in ((where, cues), ("chapters", chapters)):
            for message in captions.find_beyond_end(items, duration):
                self.add_error(field, message)
