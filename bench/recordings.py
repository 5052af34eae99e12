"""What recordings cost: range requests for a seek, the server's memory under many readers, a tick of the highlight."""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
from django.core.files import File
from playwright.sync_api import Page, Request, sync_playwright
from wagtail.models import Locale, ReferenceIndex

from bench.figures import Figure
from bench.stage import HOST
from knowledge import captions
from knowledge.models import HubMedia, KnowledgeIndexPage, RecordingMedia, WebinarRecording

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
MEGABYTE = 1024 * 1024
LEAST_SIZE = 200 * MEGABYTE
SECONDS = 150
CUES = 1500
READERS = 20
SEEKS = 10
TICKS = 2000
ONWARDS = 8 * MEGABYTE


def _film(folder: Path) -> Path:
    """Make a film of noise, which no encoder makes small."""
    path = folder / "noise.mp4"
    source = f"testsrc2=size=640x360:rate=25:duration={SECONDS},noise=alls=80:allf=t"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "lavfi", "-i", source]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-minrate", "12M", "-maxrate", "12M"]
    command += ["-bufsize", "12M", "-g", "50", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True)
    if path.stat().st_size < LEAST_SIZE:
        raise RuntimeError(f"the film has only {path.stat().st_size / MEGABYTE:.0f} MiB")
    return path


def _publish(film: Path) -> WebinarRecording:
    """Publish the film with a transcript of many cues."""
    section = KnowledgeIndexPage.objects.filter(locale=Locale.objects.get(language_code="en")).order_by("path")[2]
    with film.open("rb") as file:
        media = HubMedia.objects.create(
            title="Noise", file=File(file, name="noise.mp4"), type="video", duration=SECONDS, width=640, height=360
        )
    step = SECONDS * 1000 // CUES
    cues = [
        captions.Cue(f"c{n}", n * step, (n + 1) * step, f"This is sentence {n} of a long talk.") for n in range(CUES)
    ]
    recording = WebinarRecording(
        title="Noise", slug="noise", marking="CLEAR", locale=section.locale, cues=captions.as_rows(cues)
    )
    recording.media = [RecordingMedia(media=media)]
    section.add_child(instance=recording)
    recording.save_revision().publish()
    # No worker runs here, and without the index nobody may have the file (access.policy).
    ReferenceIndex.create_or_update_for_object(recording)
    return WebinarRecording.objects.get(pk=recording.pk)


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    """Serve the hub as `make demo` does; give port and process."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port = listener.getsockname()[1]
    environment = {**os.environ, "BASE_URL": f"http://{HOST}:{port}"}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "hub.wsgi:application", "--bind", f"{HOST}:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", str(READERS + 4), "--log-level", "warning"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _attempt in range(100):
            try:
                urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(10)


def _memory_of_workers(parent: int) -> float:
    """Return the resident memory of the processes below one, in MiB."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _stream(port: int, path: str, seconds: float) -> None:
    """Read a file slowly, as a player does."""
    with socket.create_connection((HOST, port), timeout=60) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nRange: bytes=0-\r\n\r\n".encode())
        if b" 206 " not in connection.recv(1024):
            raise RuntimeError(f"{path} is not streamed")
        end = time.monotonic() + seconds
        while time.monotonic() < end and connection.recv(65536):
            time.sleep(0.05)


def _memory_while_streaming(port: int, server: int, path: str) -> tuple[float, float]:
    """Return the server's memory before and at the most while twenty read, in MiB."""
    _stream(port, path, 1)
    before = _memory_of_workers(server)
    threads = [threading.Thread(target=_stream, args=(port, path, 15), daemon=True) for _number in range(READERS)]
    for thread in threads:
        thread.start()
    most = before
    while any(thread.is_alive() for thread in threads):
        most = max(most, _memory_of_workers(server))
        time.sleep(0.2)
    return before, most


def _requests_of_seeks(page: Page) -> list[int]:
    """Return how many places of the file each seek asked for before the picture was there.

    A request that goes on where the one before it is reading is no other place: Chromium lets go of a connection
    that is faster than the film, and takes it up again.
    """
    places: list[int] = []

    def note(request: Request) -> None:
        if found := re.match(r"bytes=(\d+)-", request.headers.get("range", "")):
            places.append(int(found[1]))

    page.on("request", note)
    page.evaluate(
        "async () => { const v = document.querySelector('video'); v.muted = true; await v.play(); v.pause() }"
    )
    counts = []
    for number in range(SEEKS):
        place = SECONDS * ((number * 7) % SEEKS + 0.5) / SEEKS
        page.wait_for_timeout(300)
        before = len(places)
        page.evaluate(
            "place => new Promise(done => { const v = document.querySelector('video');"
            " v.addEventListener('seeked', done, { once: true }); v.currentTime = place })",
            place,
        )
        asked = places[before:]
        counts.append(1 + sum(not 0 <= after - first <= ONWARDS for first, after in pairwise(asked)))
    return counts


def _ticks(page: Page) -> list[float]:
    """Return what each tick of the highlight takes, in milliseconds."""
    return page.evaluate(
        """([ticks, seconds]) => {
          const video = document.querySelector('video');
          let time = 0;
          Object.defineProperty(video, 'currentTime', { get: () => time });
          Object.defineProperty(video, 'paused', { get: () => false });
          const taken = [];
          for (let n = 0; n < ticks; n++) {
            time = (n * 37 % ticks) / ticks * seconds;
            const begin = performance.now();
            video.dispatchEvent(new Event('timeupdate'));
            taken.push(performance.now() - begin);
          }
          return taken;
        }""",
        [TICKS, SECONDS],
    )


def measure_recordings() -> list[Figure]:
    """Measure recordings: in Chromium, and with sockets."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as scratch:
        recording = _publish(_film(Path(scratch)))
    media = recording.media.get().media
    with _server() as (port, server):
        before, most = _memory_while_streaming(port, server, media.url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page()
            page.goto(f"http://{HOST}:{port}{recording.url}")
            ticks = sorted(_ticks(page))
            page.reload()
            seeks = _requests_of_seeks(page)
            browser.close()
    size = media.file_size / MEGABYTE
    return [
        Figure(f"seeking in a recording of {size:.0f} MiB: range requests, at most", max(seeks), "requests", 1),
        Figure(
            f"memory of the server while {READERS} readers stream / before ({before:.0f} MiB)", most / before, "×", 1.1
        ),
        Figure(f"highlight of {CUES:,} cues: a tick, median of {TICKS:,}", statistics.median(ticks), "ms"),
        Figure(f"highlight of {CUES:,} cues: a tick, 99th percentile", ticks[int(TICKS * 0.99)], "ms", 2),
    ]
