"""What a file of a translation says, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from wagtail_localize.models import Translation

from translation.placeholders import editable
from translation.segments import load_segments

# The identifier of a unit: the hashes of its text and of its place, which wagtail-localize has too.
IDENTIFIER = re.compile(r"s-([0-9a-f]{32})-([0-9a-f]{32})")


class RefusedFile(ValueError):
    """A file cannot be read as what it says it is; says why, and where."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason, self.line = reason, line
        super().__init__(reason)


@dataclass(frozen=True)
class Unit:
    """A text with its translation, both with placeholders.

    Attributes:
        identifier: stays the same as long as the text and its place do.
        where: its place on the page, in words, for people.
        target: empty if there is none yet.
        base: when the translation was last written, as the file was made; empty if there was none.
        line: where it stands in the file that it was read from.
    """

    identifier: str
    source: str
    target: str = ""
    where: str = ""
    base: str = ""
    line: int | None = None

    @property
    def hashes(self) -> tuple[UUID, UUID] | None:
        """The hashes of the text and of its place; nothing if this is no identifier of ours."""
        found = IDENTIFIER.fullmatch(self.identifier)
        return (UUID(found[1]), UUID(found[2])) if found else None


@dataclass(frozen=True)
class Document:
    """A file: which translation it is of, and its units.

    Attributes:
        piece: the page's translation key.
        source_language, language: codes.
        title: of the page, for people.
    """

    piece: str
    source_language: str
    language: str
    units: Sequence[Unit] = field(default_factory=tuple)
    title: str = ""


def document_of(translation: Translation) -> Document:
    """Return a translation as a file says it: each text at a place once, in the order of the page."""
    units: dict[str, Unit] = {}
    for segment in load_segments(translation):
        string, context = segment.row.string, segment.row.context
        identifier = f"s-{string.data_hash.hex}-{context.path_id.hex}"
        units.setdefault(
            identifier,
            Unit(identifier, editable(string.data, string.data), segment.text, segment.label, segment.base),
        )
    return Document(
        piece=str(translation.source.object_id),
        source_language=translation.source.locale.language_code,
        language=translation.target_locale.language_code,
        units=tuple(units.values()),
        title=translation.source.object_repr,
    )
