"""Fields for what is said when in a recording: stored as rows of JSON, translated row by row."""

from __future__ import annotations

import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from wagtail_localize.segments.types import StringSegmentValue

from knowledge import captions


class TimedTextField(models.JSONField):
    """Rows with `id`, `start` and `text` (see `knowledge.captions`).

    wagtail-localize asks fields that have these two methods for their segments (its `segments/extract.py` and
    `segments/ingest.py`): each text is one, under the identifier of its row. Times are not, so that no
    translator can touch them, and a new time leaves the translations as they are.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def get_translatable_segments(self, value: list[dict[str, Any]]) -> list[StringSegmentValue]:
        """Return a segment for each row."""
        return [StringSegmentValue(row["id"], row["text"], order=number) for number, row in enumerate(value)]

    def restore_translated_segments(
        self, value: list[dict[str, Any]], segments: list[StringSegmentValue]
    ) -> list[dict[str, Any]]:
        """Return the source's rows with the translated texts."""
        texts = {segment.path: segment.render_text() for segment in segments}
        rows = copy.deepcopy(value)
        for row in rows:
            row["text"] = texts.get(row["id"], row["text"])
        return rows

    def formfield(self, **kwargs: Any) -> Any:
        """Return a field in which the rows are edited as text."""
        from knowledge.recording_form import TimedTextFormField

        kwargs.pop("encoder", None)
        return models.Field.formfield(self, **{"form_class": TimedTextFormField, "timed_field": self, **kwargs})

    def read(self, text: str) -> list[dict[str, Any]]:
        """Return rows from text.

        Raises:
            ValidationError: naming each fault with its line.
        """
        raise NotImplementedError

    def write(self, rows: list[dict[str, Any]]) -> str:
        """Return rows as text, as `read` takes it."""
        raise NotImplementedError


def _refusing(read: Any, text: str) -> Any:
    try:
        return read(text)
    except captions.Refused as refused:
        raise ValidationError([str(fault) for fault in refused.faults]) from refused


class CaptionsField(TimedTextField):
    """Cues; edited as WebVTT, in which SubRip may be pasted too."""

    def read(self, text: str) -> list[dict[str, Any]]:
        """Return cues from WebVTT or SubRip."""
        return captions.as_rows(_refusing(captions.read_captions, text)) if text.strip() else []

    def write(self, rows: list[dict[str, Any]]) -> str:
        """Return cues as WebVTT."""
        return captions.write_captions(captions.cues_from(rows), with_lines_as_stored=True) if rows else ""


class ChaptersField(TimedTextField):
    """Chapters; edited one a line, as `4:05 Title`."""

    def read(self, text: str) -> list[dict[str, Any]]:
        """Return chapters from lines."""
        return captions.as_rows(_refusing(captions.read_chapters, text))

    def write(self, rows: list[dict[str, Any]]) -> str:
        """Return chapters as lines."""
        return captions.chapters_as_lines(captions.chapters_from(rows))
