"""Captions: read from WebVTT or SubRip, checked, written as WebVTT. They are the transcript too.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip (SRT) has no standard; it differs in the comma of its times, in having
no header and in numbering its cues. Times are whole milliseconds from the beginning of the recording.
"""

from __future__ import annotations

import html
import re
import textwrap
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

MOST_CUES = 5000  # Some five hours of speech.
MOST_CHAPTERS = 100
CUE_LENGTH = 500
TITLE_LENGTH = 120
MOST_FAULTS = 20
# What subtitlers hold to: two lines of 42 letters, 20 letters a second (BBC and Netflix guidelines for adults).
LINE_LENGTH = 42
READING_SPEED = 20
# A silence longer than this may be a passage that somebody forgot.
LONG_GAP = 20_000

TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})"
TIMING = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(?:\s+.*)?$")
CHAPTER = re.compile(r"^\s*(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)(?:[.,](\d{1,3}))?\s+(\S.*?)\s*$")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
TAG = re.compile(r"</?[a-zA-Z0-9:.][^>]*>|\{\\[^}]*\}")
# What ends a sentence, in Latin and in Arabic script, with closing quotation marks.
SENTENCE_END = re.compile(r"[.?!…؟][\"'”»)]*$")
PARAGRAPH_CUES = 5
PARAGRAPH_GAP = 2500


@dataclass(frozen=True)
class Cue:
    """What is shown from `start` to `end`.

    Attributes:
        id: stays when text or times change, so that translations stay with it.
        start, end: milliseconds from the beginning.
        speaker: who says it, where the file says so (WebVTT's voice).
    """

    id: str
    start: int
    end: int
    text: str
    speaker: str = ""

    @property
    def seconds(self) -> int:
        """The start in whole seconds, as addresses have it."""
        return self.start // 1000


@dataclass(frozen=True)
class Chapter:
    """A part of a recording with a title; `start` in milliseconds."""

    id: str
    start: int
    text: str

    @property
    def seconds(self) -> int:
        """The start in whole seconds."""
        return self.start // 1000

    @property
    def clock(self) -> str:
        """The start as readers write it."""
        return clock(self.start)


@dataclass(frozen=True)
class Fault:
    """Why something cannot be taken: the line of the file (from 1), and what is wrong with it."""

    line: int
    message: str

    def __str__(self) -> str:
        return _("Line %(line)d: %(fault)s") % {"line": self.line, "fault": self.message}


class Refused(ValueError):
    """Raised when captions or chapters have faults; `faults` names each with its line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(map(str, faults)))
        self.faults = faults


@dataclass
class _Reading:
    """What was read so far, and what was wrong with it."""

    cues: list[Cue] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(line, message))
        if len(self.faults) >= MOST_FAULTS:
            raise Refused(self.faults)


def clock(milliseconds: int) -> str:
    """Return a time as readers write it: 4:05, or 1:04:05."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    thousandths = int((fraction or "0").ljust(3, "0"))
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + thousandths


def _new_id() -> str:
    return uuid.uuid4().hex[:10]


def decoded(content: bytes) -> str:
    """Return the text of an uploaded file.

    Raises:
        Refused: it is neither UTF-8 nor UTF-16 with a byte order mark.
    """
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Refused([Fault(line, _("this is not text in UTF-8. Save the file with the encoding UTF-8."))]) from error


def read_captions(text: str) -> list[Cue]:
    """Read WebVTT or SubRip.

    Formatting is left out, voices become speakers; notes, styles and cues without text are passed over.

    Raises:
        Refused: with every fault by its line, up to `MOST_FAULTS`.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reading = _Reading()
    is_webvtt = lines[0].startswith("WEBVTT")
    if is_webvtt and lines[0] != "WEBVTT" and lines[0][6] not in " \t":
        reading.fault(1, _("the first line must be “WEBVTT”."))
    blocks = list(_blocks(lines))
    if is_webvtt:
        _read_header(blocks.pop(0), reading)
    for number, block in blocks:
        if not is_webvtt or not re.match(r"(NOTE|STYLE|REGION)(\s|$)", block[0]):
            _read_cue(number, block, reading)
    if not reading.faults and not reading.cues:
        reading.fault(1, _("there are no cues: this is neither WebVTT nor SubRip."))
    if len(reading.cues) > MOST_CUES:
        reading.fault(1, _("there are more than %(limit)d cues. Split the recording.") % {"limit": MOST_CUES})
    if reading.faults:
        raise Refused(reading.faults)
    return reading.cues


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield what blank lines separate, each with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _read_header(header: tuple[int, list[str]], reading: _Reading) -> None:
    """Find a cue that follows the first line without the blank line between."""
    for number, line in enumerate(header[1], start=header[0]):
        if "-->" in line:
            reading.fault(number, _("a blank line is missing before this cue."))


def _read_cue(number: int, block: list[str], reading: _Reading) -> None:
    """Add the cue of a block, or say what is wrong with it."""
    if "-->" not in block[0] and len(block) > 1:
        number, block = number + 1, block[1:]
    found = TIMING.match(block[0])
    if found is None:
        if "-->" in block[0]:
            reading.fault(number, _("times must look like 00:01:02.500 --> 00:01:05.000."))
        else:
            reading.fault(number, _("times such as 00:01:02.500 --> 00:01:05.000 were expected here."))
        return
    parts = found.groups()
    start, end = _milliseconds(*parts[:4]), _milliseconds(*parts[4:])
    if end <= start:
        reading.fault(number, _("the cue ends before it begins."))
    if reading.cues and start < reading.cues[-1].start:
        reading.fault(number, _("the cue begins before the one above it."))
    for offset, line in enumerate(block[1:], start=1):
        if "-->" in line:
            reading.fault(number + offset, _("a blank line is missing before this cue."))
            return
    raw = "\n".join(block[1:])
    voice = VOICE.search(raw)
    lines = (" ".join(_printable(line).split()) for line in html.unescape(TAG.sub("", raw)).split("\n"))
    text = "\n".join(line for line in lines if line)
    if len(text) > CUE_LENGTH:
        reading.fault(number + 1, _("a cue can have at most %(limit)d letters.") % {"limit": CUE_LENGTH})
    if text:
        speaker = " ".join(_printable(html.unescape(voice[1])).split())[:150] if voice else ""
        reading.cues.append(Cue(_new_id(), start, end, text, speaker))


def _printable(text: str) -> str:
    """Return a text without what is no letter, except the marks by which scripts are joined and turned."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\t\xa0\u200e\u200f\u200c\u200d")


def read_chapters(text: str) -> list[Chapter]:
    """Read chapters, one a line, as `4:05 Title`.

    Raises:
        Refused: with every fault by its line.
    """
    chapters: list[Chapter] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = CHAPTER.match(line)
        if found is None:
            faults.append(Fault(number, _("a chapter is written as its time and its title, such as “4:05 Questions”.")))
            continue
        *time, title = found.groups()
        start = _milliseconds(*time)
        if chapters and start <= chapters[-1].start:
            faults.append(Fault(number, _("chapters must follow each other: this one begins before the one above it.")))
        if len(title) > TITLE_LENGTH:
            limit = {"limit": TITLE_LENGTH}
            faults.append(Fault(number, _("a title can have at most %(limit)d letters.") % limit))
        chapters.append(Chapter(_new_id(), start, title))
    if len(chapters) > MOST_CHAPTERS:
        faults.append(Fault(MOST_CHAPTERS + 1, _("there are more than %(limit)d chapters.") % {"limit": MOST_CHAPTERS}))
    if faults:
        raise Refused(faults[:MOST_FAULTS])
    return chapters


def with_kept_ids[Timed: (Cue, Chapter)](items: Sequence[Timed], earlier: Sequence[Timed]) -> list[Timed]:
    """Return items with the identifiers of those that they are newer versions of.

    The same text at the same time is the same; then the same text in order, then the same time. So an edit of a
    word or of a time keeps its translations, as far as wagtail-localize finds them by their place.
    """
    kept: dict[int, str] = {}
    left = list(earlier)
    for key in (lambda each: (each.start, each.text), lambda each: each.text, lambda each: each.start):
        by_key: dict[Any, list[Timed]] = {}
        for item in left:
            by_key.setdefault(key(item), []).append(item)
        for number, item in enumerate(items):
            if number not in kept and by_key.get(key(item)):
                kept[number] = by_key[key(item)].pop(0).id
        taken = set(kept.values())
        left = [item for item in left if item.id not in taken]
    return [replace(item, id=kept[number]) if number in kept else item for number, item in enumerate(items)]


def find_beyond_end(items: Iterable[Cue | Chapter], duration: float) -> list[str]:
    """Return what is wrong with items that lie behind the end of a recording of `duration` seconds."""
    end = int(duration * 1000) + 1000
    late = [item for item in items if item.start >= end or getattr(item, "end", 0) > end + 4000]
    return [
        _("“%(text)s” is at %(time)s, but the recording ends at %(end)s.")
        % {"text": item.text, "time": clock(item.start), "end": clock(int(duration * 1000))}
        for item in late[:MOST_FAULTS]
    ]


def find_remarks(cues: Sequence[Cue]) -> list[str]:
    """Return what subtitlers would mend, though it can be published: overlaps, haste, long silences, long lines."""
    remarks = []
    for number, cue in enumerate(cues, start=1):
        place = {"number": number, "time": clock(cue.start)}
        before = cues[number - 2] if number > 1 else None
        if before is not None and cue.start < before.end:
            remarks.append(_("Cue %(number)d at %(time)s begins before the one before it has ended.") % place)
        if before is not None and cue.start - before.end > LONG_GAP:
            silence = {**place, "length": clock(cue.start - before.end)}
            remarks.append(_("Before cue %(number)d at %(time)s nothing is said for %(length)s.") % silence)
        speed = len(cue.text) * 1000 / (cue.end - cue.start)
        if speed > READING_SPEED + 0.5:
            remarks.append(
                _("Cue %(number)d at %(time)s is hard to read in its time (letters a second: %(speed)d).")
                % {**place, "speed": speed}
            )
        if len(wrapped(cue.text)) > 2:
            remarks.append(_("Cue %(number)d at %(time)s needs more than two lines.") % place)
    return remarks


def find_wrong_language(cues: Sequence[Cue], language: str) -> str:
    """Return a message if the captions are in another script than the language is written in; else nothing."""
    letters = [letter for cue in cues for letter in cue.text if letter.isalpha()]
    arabic = sum("\u0600" <= letter <= "\u06ff" for letter in letters)
    if letters and (arabic * 2 > len(letters)) != (language == "ar"):
        return _("These captions are not in the language of this page: they are written in another script.")
    return ""


def wrapped(text: str) -> list[str]:
    """Return the lines of a cue: those of its author, none longer than subtitlers allow."""
    lines: list[str] = []
    for line in text.split("\n"):
        parts = textwrap.wrap(line, LINE_LENGTH, break_long_words=False, break_on_hyphens=False)
        if len(parts) == 2:  # Two lines of a length read better than a long and a short one.
            balanced = textwrap.wrap(line, len(line) // 2 + 6, break_long_words=False, break_on_hyphens=False)
            parts = balanced if len(balanced) == 2 else parts
        lines += parts
    return lines


def _stamp(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"


def write_captions(cues: Iterable[Cue], *, with_lines_as_stored: bool = False) -> str:
    """Return cues as WebVTT; lines are broken where subtitlers would, or left as they are for an editor."""
    parts = ["WEBVTT\n"]
    for number, cue in enumerate(cues, start=1):
        voice = f"<v {html.escape(cue.speaker, quote=False)}>" if cue.speaker else ""
        text = html.escape(cue.text if with_lines_as_stored else "\n".join(wrapped(cue.text)), quote=False)
        parts.append(f"\n{number}\n{_stamp(cue.start)} --> {_stamp(cue.end)}\n{voice}{text}\n")
    return "".join(parts)


def write_chapters(chapters: Sequence[Chapter], duration: float) -> str:
    """Return chapters as WebVTT, for `<track kind="chapters">`; the last one ends with the recording."""
    ends = [chapter.start for chapter in chapters[1:]] + [int(duration * 1000)]
    cues = [
        Cue(chapter.id, chapter.start, max(end, chapter.start + 1), chapter.text)
        for chapter, end in zip(chapters, ends, strict=False)
    ]
    return write_captions(cues)


def chapters_as_lines(chapters: Iterable[Chapter]) -> str:
    """Return chapters as `read_chapters` takes them."""
    return "\n".join(f"{chapter.clock} {chapter.text}" for chapter in chapters)


@dataclass(frozen=True)
class Paragraph:
    """Cues that belong together: what one speaker says without a pause."""

    cues: Sequence[Cue]
    speaker: str

    @property
    def clock(self) -> str:
        """When it begins, as readers write it."""
        return clock(self.cues[0].start)

    @property
    def seconds(self) -> int:
        """When it begins, in whole seconds."""
        return self.cues[0].start // 1000


@dataclass(frozen=True)
class Passage:
    """The transcript of a chapter; without chapters there is one passage."""

    chapter: Chapter | None
    paragraphs: Sequence[Paragraph]


def transcript(cues: Sequence[Cue], chapters: Sequence[Chapter]) -> list[Passage]:
    """Return cues as a text to read: by chapters, in paragraphs."""
    starts = [chapter.start for chapter in chapters]
    groups: dict[int, list[Cue]] = {}
    for cue in cues:
        # A cue that begins a moment before its chapter belongs to it.
        groups.setdefault(sum(start <= cue.start + 500 for start in starts), []).append(cue)
    return [
        Passage(chapters[number - 1] if number else None, _paragraphs(group))
        for number, group in sorted(groups.items())
    ]


def _paragraphs(cues: Sequence[Cue]) -> list[Paragraph]:
    paragraphs: list[list[Cue]] = []
    speaker = ""
    for cue in cues:
        before = paragraphs[-1][-1] if paragraphs else None
        is_new = before is None or (
            (cue.speaker or speaker) != speaker
            or cue.start - before.end > PARAGRAPH_GAP
            or (len(paragraphs[-1]) >= PARAGRAPH_CUES and SENTENCE_END.search(before.text) is not None)
        )
        speaker = cue.speaker or speaker
        if is_new:
            paragraphs.append([cue])
        else:
            paragraphs[-1].append(cue)
    made: list[Paragraph] = []
    named = ""
    for group in paragraphs:
        name = group[0].speaker
        made.append(Paragraph(group, name if name != named else ""))
        named = name or named
    return made


def as_rows(items: Iterable[Cue | Chapter]) -> list[dict[str, Any]]:
    """Return items as a JSON field stores them; what is empty is left out."""
    return [{name: value for name, value in asdict(item).items() if value != ""} for item in items]


def cues_from(rows: Iterable[Mapping[str, Any]]) -> list[Cue]:
    """Return cues from what a JSON field stores."""
    return [Cue(row["id"], row["start"], row["end"], row["text"], row.get("speaker", "")) for row in rows]


def chapters_from(rows: Iterable[Mapping[str, Any]]) -> list[Chapter]:
    """Return chapters from what a JSON field stores."""
    return [Chapter(row["id"], row["start"], row["text"]) for row in rows]


def seconds_from(text: str) -> int | None:
    """Return the seconds of an address's `t`, such as `83`, `83s`, `1m23s` or `1:23`; None for nonsense."""
    text = text.strip().lower()[:20]
    if re.fullmatch(r"\d{1,6}(\.\d{1,3})?s?", text):
        return int(float(text.rstrip("s")))
    if found := re.fullmatch(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,2})s)?", text):
        parts = [int(part or 0) for part in found.groups()]
        return parts[0] * 3600 + parts[1] * 60 + parts[2] if text else None
    if found := re.fullmatch(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)", text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return None
