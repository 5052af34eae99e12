"""What an uploaded recording is: looked up in the file itself, so that what readers get can be played.

MP4 is a row of boxes, each with its length and type (ISO/IEC 14496-12). The box `moov` is the index: when it stands
behind the pictures, a player fetches the end of the file before it can begin.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _

from knowledge.upload_faults import UploadFault

MEDIA_TYPES = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
}
INDEX_MAX_BYTES = 64 * 1024 * 1024
# A film has some dozens; one in pieces (fragments) some thousands.
MOST_BOXES = 20_000


class MediaFault(UploadFault):
    """Raised when a file cannot be played as what it says it is; the message tells an editor what to do."""


@dataclass(frozen=True)
class MediaFacts:
    """What a file says of itself; zero where it does not say.

    Attributes:
        duration: in seconds.
        width, height: of the pictures, in pixels.
    """

    duration: float = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int  # of what is in it
    end: int


def media_type_of(name: str) -> str:
    """Return the media type of a file's name; empty for what is no recording."""
    return MEDIA_TYPES.get(PurePath(name).suffix.lower().lstrip("."), "")


def look_into(file: BinaryIO, name: str, size: int) -> MediaFacts:
    """Return what a file says of itself. The file is left at its beginning.

    Raises:
        MediaFault: it is not what its name says, is cut off, or has its index at the wrong end.
    """
    try:
        file.seek(0)
        beginning = file.read(64)
        extension = PurePath(name).suffix.lower().lstrip(".")
        if extension in {"mp4", "m4a"}:
            return _look_into_mp4(file, size, has_pictures=extension == "mp4")
        is_right = {
            "webm": beginning[:4] == b"\x1aE\xdf\xa3" and b"webm" in beginning,
            "mp3": beginning[:3] == b"ID3" or (beginning[:1] == b"\xff" and beginning[1:2] >= b"\xe0"),
            "ogg": beginning[:4] == b"OggS",
        }.get(extension, False)
        if not is_right:
            raise MediaFault(_("This file is not what its name says. Export it again, as MP4 (H.264 and AAC)."))
        return MediaFacts()
    except struct.error as error:
        raise MediaFault(_("This file is cut off or damaged. Export it, or upload it, once more.")) from error
    finally:
        file.seek(0)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes between two places of a file."""
    place, number = start, 0
    while place + 8 <= end:
        number += 1
        if number > MOST_BOXES:
            raise MediaFault(_("This file is cut off or damaged. Export it, or upload it, once more."))
        file.seek(place)
        length, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            wide = file.read(8)
            length, header = (struct.unpack(">Q", wide)[0], 16) if len(wide) == 8 else (0, 16)
        elif length == 0:
            length = end - place
        if length < header or place + length > end:
            raise MediaFault(_("This file is cut off or damaged. Export it, or upload it, once more."))
        yield _Box(kind, place + header, place + length)
        place += length


def _look_into_mp4(file: BinaryIO, size: int, *, has_pictures: bool) -> MediaFacts:
    file.seek(4)
    if file.read(4) != b"ftyp":
        raise MediaFault(_("This file is not what its name says. Export it again, as MP4 (H.264 and AAC)."))
    boxes = list(_boxes(file, 0, size))
    kinds = [box.kind for box in boxes]
    if b"moov" not in kinds or b"mdat" not in kinds:
        raise MediaFault(_("This file has no index: nobody could play it. Export it once more."))
    if kinds.index(b"moov") > kinds.index(b"mdat"):
        raise MediaFault(
            _(
                "The index of this file is at its end: readers would wait for it. Export it for the web "
                "(“fast start”; with ffmpeg: -movflags +faststart)."
            )
        )
    index = boxes[kinds.index(b"moov")]
    if index.end - index.start > INDEX_MAX_BYTES:
        raise MediaFault(_("This file is cut off or damaged. Export it, or upload it, once more."))
    facts = _facts(file, index)
    if has_pictures and not facts.width:
        raise MediaFault(_("There are no pictures in this file. Upload it as audio (.m4a)."))
    return facts


def _facts(file: BinaryIO, index: _Box) -> MediaFacts:
    duration, width, height = 0.0, 0, 0
    for box in _boxes(file, index.start, index.end):
        file.seek(box.start)
        if box.kind == b"mvhd":
            head = file.read(32)
            is_wide = head[:1] == b"\x01"
            scale, length = struct.unpack(">IQ" if is_wide else ">II", head[20:32] if is_wide else head[12:20])
            duration = length / scale if scale else 0
        elif box.kind == b"trak":
            for part in _boxes(file, box.start, box.end):
                if part.kind == b"tkhd":
                    file.seek(part.end - 8)
                    # Whole pixels in the upper halves (16.16 fixed point); sound has none.
                    across, down = struct.unpack(">II", file.read(8))
                    if across >> 16:
                        width, height = across >> 16, down >> 16
    return MediaFacts(duration, width, height)
