"""Makes the demonstration's recordings: title cards that move, spoken by a machine, and the times of their cues.

    .venv/bin/python scripts/make_demo_media.py [key …]

Reads demo/content/recordings/<key>/, writes 360p.mp4, sound.m4a, slides.pdf, times.csv there, and 720p.mp4 for
those named in LARGE. Nothing else needs the programs it uses (imageio-ffmpeg, espeakng-loader, of
requirements-dev.txt): its results are kept in the repository.
"""

from __future__ import annotations

import csv
import ctypes
import io
import subprocess
import sys
import tempfile
import wave
from array import array
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import espeakng_loader  # noqa: E402
import imageio_ffmpeg  # noqa: E402
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont  # noqa: E402
from weasyprint import HTML  # noqa: E402

from demo.content import FOLDER, Item, read_item  # noqa: E402
from demo.illustrations import draw  # noqa: E402

# Recordings that exist in a second, larger quality too.
LARGE = {"closed-gates-open-duties", "storage-of-chemicals"}
FRAMES = 4  # a second
SPEED = {"en": 158, "es": 165, "fr": 160}  # words a minute
VOICES = {
    "en": ("en-gb+f3", "en-us+m3", "en-gb+m7"),
    "es": ("es+f2", "es+f4", "es+m3"),
    "fr": ("fr+f3", "fr+f5", "fr+m3"),
}
PAUSE, SENTENCE_PAUSE, CHAPTER_PAUSE = 0.12, 0.35, 1.4  # seconds
OPENING, CLOSING = 1.5, 2.0
ACCENT, PAPER = (233, 180, 88), (247, 241, 230)


class Speech:
    """The speech synthesiser espeak-ng, through its C interface (speak_lib.h)."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        path = str(espeakng_loader.get_data_path()).encode()
        self.rate = self.library.espeak_Initialize(1, 0, path, 0)  # 1: give the samples back, synchronously later
        self.samples = array("h")
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self.callback = kind(self._take)
        self.library.espeak_SetSynthCallback(self.callback)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self.samples.extend(samples[:count])
        return 0

    def say(self, text: str, voice: str, speed: int) -> array:
        """Return the samples of a text, 16 bits each, `rate` a second."""
        self.samples = array("h")
        self.library.espeak_SetVoiceByName(voice.encode())
        self.library.espeak_SetParameter(1, speed, 0)
        encoded = text.encode() + b"\0"
        self.library.espeak_Synth(encoded, len(encoded), 0, 1, 0, 1, None, None)
        self.library.espeak_Synchronize()
        return _trimmed(self.samples)


def _trimmed(samples: array) -> array:
    first = next((n for n, value in enumerate(samples) if abs(value) > 200), 0)
    last = next((n for n in range(len(samples) - 1, 0, -1) if abs(samples[n]) > 200), len(samples))
    return samples[max(0, first - 200) : last + 600]


def speak(item: Item, speech: Speech) -> tuple[array, list[tuple[float, float]]]:
    """Return the sound of a talk, and when each cue begins and ends, in seconds."""
    language, meta = item.source, item.meta
    cues = item.texts[language]["cues"]
    starts = dict(meta["voices"])
    sound = array("h", bytes(2 * int(OPENING * speech.rate)))
    times = []
    speaker = 0
    for number, text in enumerate(cues):
        if number and number in meta["chapters"]:
            sound.extend(array("h", bytes(2 * int(CHAPTER_PAUSE * speech.rate))))
        speaker = starts.get(number, speaker)
        start = len(sound) / speech.rate
        sound.extend(speech.say(text, VOICES[language][speaker % 3], SPEED[language]))
        times.append((start, len(sound) / speech.rate))
        pause = SENTENCE_PAUSE if text.rstrip('»”"').endswith((".", "?", "!", "…")) else PAUSE
        sound.extend(array("h", bytes(2 * int(pause * speech.rate))))
    sound.extend(array("h", bytes(2 * int(CLOSING * speech.rate))))
    # A cue stays until the next one begins, unless there is a pause: quick changes are hard to read.
    shown = [
        (start, min(end + 0.6, times[number + 1][0] - 0.04) if number + 1 < len(times) else end + 0.6)
        for number, (start, end) in enumerate(times)
    ]
    return sound, shown


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return a font of the machine."""
    for name in (f"NotoSans-{'Bold' if bold else 'Regular'}.ttf", f"DejaVuSans{'-Bold' if bold else ''}.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    raise SystemExit("Install a font: fonts-noto-core or fonts-dejavu-core.")


def _lines(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def card(item: Item, background: Image.Image, chapter: int, speaker: int, height: int) -> Image.Image:
    """Draw what stands still while somebody speaks: the chapter, and who speaks."""
    picture = background.copy()
    pen = ImageDraw.Draw(picture)
    text, unit = item.texts[item.source], height / 360
    face = font(round(30 * unit), bold=True)
    top = round(110 * unit)
    pen.text((round(40 * unit), round(52 * unit)), text["title"], font=font(round(14 * unit)), fill=PAPER)
    for line in _lines(text["chapters"][chapter], face, round(540 * unit)):
        pen.text((round(40 * unit), top), line, font=face, fill=(255, 255, 255))
        top += round(40 * unit)
    who = item.meta["speakers"][speaker]
    name = font(round(17 * unit), bold=True)
    pen.text((round(40 * unit), round(262 * unit)), who["name"], font=name, fill=ACCENT)
    pen.text((round(40 * unit), round(286 * unit)), who["role"][item.source], font=font(round(14 * unit)), fill=PAPER)
    return picture


def frames(item: Item, sound: array, rate: int, times: list[tuple[float, float]], height: int) -> Iterator[bytes]:
    """Yield the pictures of a talk as bytes: a card, how loud it is, and how far it is."""
    width, unit = height * 16 // 9, height / 360
    drawing = Image.open(io.BytesIO(draw(item.meta["image"]))).convert("RGB").resize((width, round(width * 0.625)))
    blurred = drawing.crop((0, 0, width, height)).filter(ImageFilter.GaussianBlur(3 * unit))
    background = ImageEnhance.Brightness(blurred).enhance(0.32)
    length = len(sound) / rate
    cards: dict[tuple[int, int], Image.Image] = {}
    starts, chapters = dict(item.meta["voices"]), item.meta["chapters"]
    cue = speaker = 0
    for number in range(int(length * FRAMES)):
        time = number / FRAMES
        while cue + 1 < len(times) and times[cue + 1][0] <= time:
            cue += 1
            speaker = starts.get(cue, speaker)
        speaker = starts.get(cue, speaker)
        key = (sum(first <= cue for first in chapters) - 1, speaker)
        if key not in cards:
            cards[key] = card(item, background, *key, height)
        picture = cards[key].copy()
        pen = ImageDraw.Draw(picture)
        part = sound[int(time * rate) : int((time + 1 / FRAMES) * rate) : 40]
        for bar in range(5):
            piece = part[bar * len(part) // 5 : (bar + 1) * len(part) // 5]
            loud = min(1.0, (sum(map(abs, piece)) / max(1, len(piece))) / 5000)
            left, tall = round((560 + bar * 9) * unit), max(2, round(loud * 34 * unit))
            bottom = round(304 * unit)
            pen.rectangle((left, bottom - tall, left + round(5 * unit), bottom), fill=ACCENT)
        pen.rectangle((0, height - round(5 * unit), round(width * time / length), height), fill=ACCENT)
        yield picture.tobytes()


def encode(
    arguments: list[str], source: Path, target: Path, pictures: tuple[int, Iterator[bytes]] | None = None
) -> None:
    """Run ffmpeg on a sound, and on pictures if there are any."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
    inputs = ["-i", str(source)]
    if pictures is not None:
        height, stream = pictures
        size = f"{height * 16 // 9}x{height}"
        inputs = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(FRAMES), "-i", "-", *inputs]
    bitexact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    command += [*inputs, *arguments, *bitexact, "-movflags", "+faststart", str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        if pictures is not None and process.stdin is not None:
            for picture in stream:
                process.stdin.write(picture)
    if process.returncode:
        raise SystemExit(f"ffmpeg could not make {target}")


SOUND = ["-c:a", "aac", "-b:a", "14k", "-ar", "16000", "-ac", "1"]
PICTURES = ["-c:v", "libx264", "-preset", "slow", "-tune", "stillimage", "-crf", "32", "-g", str(FRAMES * 15)]
PICTURES += ["-pix_fmt", "yuv420p", "-profile:v", "main"]


SLIDES_STYLE = """
@page { size: 254mm 143mm; margin: 18mm 20mm; @bottom-right { content: counter(page); font: 9pt sans-serif; } }
body { font: 15pt/1.5 "Noto Sans", sans-serif; color: #14262d; }
section { break-after: page; }
h1, h2 { font-size: 27pt; line-height: 1.25; color: #0b5c6b; margin: 0 0 8mm; }
"""


def write_slides(item: Item, target: Path) -> None:
    """Write the slides of a talk as PDF: who speaks, and what each chapter begins with."""
    text, language = item.texts[item.source], item.source
    speakers = "".join(
        f"<li>{escape(who['name'])}, {escape(who['role'][language])}</li>" for who in item.meta["speakers"]
    )
    parts = [f"<section><h1>{escape(text['title'])}</h1><ul>{speakers}</ul></section>"]
    ends = [*item.meta["chapters"][1:], len(text["cues"])]
    for title, first, end in zip(text["chapters"], item.meta["chapters"], ends, strict=True):
        lines = "".join(f"<li>{escape(cue)}</li>" for cue in text["cues"][first:end][1:4])
        parts.append(f"<section><h2>{escape(title)}</h2><ul>{lines}</ul></section>")
    title = f"<title>{escape(text['title'])}</title><style>{SLIDES_STYLE}</style>"
    page = f'<html lang="{language}"><head>{title}</head><body>{"".join(parts)}</body></html>'
    HTML(string=page).write_pdf(target, pdf_variant="pdf/ua-1")


def make(key: str, speech: Speech) -> None:
    """Make the files of one recording."""
    folder = FOLDER / "recordings" / key
    item = read_item(folder)
    sound, times = speak(item, speech)
    with (folder / "times.csv").open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["start", "end"])
        writer.writerows((round(start * 1000), round(end * 1000)) for start, end in times)
    write_slides(item, folder / "slides.pdf")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "sound.wav"
        with wave.open(str(source), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(speech.rate)
            file.writeframes(sound.tobytes())
        encode(SOUND, source, folder / "sound.m4a")
        for height in (360, 720) if key in LARGE else (360,):
            pictures = (height, frames(item, sound, speech.rate, times, height))
            encode([*PICTURES, *SOUND, "-shortest"], source, folder / f"{height}p.mp4", pictures)
    sizes = ", ".join(f"{path.name} {path.stat().st_size // 1024} KiB" for path in sorted(folder.glob("*.m*4*")))
    print(f"{key}: {len(sound) / speech.rate:.0f} s, {len(times)} cues, {sizes}")


if __name__ == "__main__":
    keys = sys.argv[1:] or [folder.name for folder in sorted((FOLDER / "recordings").iterdir())]
    speaker = Speech()
    for each in keys:
        make(each, speaker)
