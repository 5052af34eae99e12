"""The text of PDF, Word, PowerPoint and Excel files, read in a process of its own with limits.

    python -m knowledge.text_extraction pdf < file > text

Files come from people, and the libraries that read them are large: what hangs, bursts or crashes takes that process
with it and nothing else. Knows nothing of Django.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

FILE_MAX_BYTES = 50 * 1024 * 1024
TEXT_LENGTH = 100_000
SECONDS = 20
MEMORY_BYTES = 1024 * 1024 * 1024
MOST_PAGES = 500
MOST_ROWS = 5_000


class Unreadable(Exception):
    """A file has no text that could be read, and why."""


def extract_text(content: bytes, extension: str) -> str:
    """Return the text of a file, at most TEXT_LENGTH characters of it.

    Args:
        content: the file.
        extension: one of READERS, without a dot.

    Raises:
        Unreadable: it is too large, broken, locked, took too long or took too much memory.
    """
    if len(content) > FILE_MAX_BYTES:
        raise Unreadable("too large")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "knowledge.text_extraction", extension],
            input=content,
            capture_output=True,
            timeout=3 * SECONDS,
            cwd=Path(__file__).parents[1],
            env={"PYTHONPATH": "", "PYTHONIOENCODING": "utf-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("took too long") from error
    if done.returncode:
        raise Unreadable(f"could not be read (exit code {done.returncode})")
    return done.stdout.decode("utf-8", "replace").replace("\0", "")[:TEXT_LENGTH]


def _pdf(file: io.BytesIO) -> Iterator[str]:
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(file).pages):
        if number == MOST_PAGES:
            return
        yield page.extract_text()


def _docx(file: io.BytesIO) -> Iterator[str]:
    from docx import Document

    document = Document(file)
    for paragraph in document.paragraphs:
        yield paragraph.text
    for table in document.tables:
        for row in table.rows:
            yield " ".join(cell.text for cell in row.cells)


def _pptx(file: io.BytesIO) -> Iterator[str]:
    from pptx import Presentation

    for number, slide in enumerate(Presentation(file).slides):
        if number == MOST_PAGES:
            return
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text
            elif shape.has_table:
                for row in shape.table.rows:
                    yield " ".join(cell.text for cell in row.cells)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield slide.notes_slide.notes_text_frame.text


def _xlsx(file: io.BytesIO) -> Iterator[str]:
    from openpyxl import load_workbook

    for sheet in load_workbook(file, read_only=True, data_only=True).worksheets:
        yield sheet.title
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number == MOST_ROWS:
                break
            if text := " ".join(str(value) for value in row if value is not None):
                yield text


READERS: dict[str, Callable[[io.BytesIO], Iterator[str]]] = {"pdf": _pdf, "docx": _docx, "pptx": _pptx, "xlsx": _xlsx}


def main() -> None:
    """Write the text of the file on standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    written = 0
    for text in READERS[sys.argv[1]](io.BytesIO(sys.stdin.buffer.read())):
        text = " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")
        if text:
            sys.stdout.write(f"{text}\n")
            written += len(text) + 1
        if written >= TEXT_LENGTH:
            return


if __name__ == "__main__":
    main()
