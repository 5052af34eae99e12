"""The line on every sheet of a restricted PDF: who took it, when, under which marking."""

from __future__ import annotations

import datetime
import io

import pytest
from pypdf import PdfReader, PdfWriter

from knowledge.watermark import UnreadablePDFError, with_watermark

AT = datetime.datetime(2026, 11, 25, 9, 30, tzinfo=datetime.UTC)


def pdf(*sizes: tuple[float, float], password: str = "", rotation: int = 0) -> bytes:
    writer = PdfWriter()
    for width, height in sizes:
        writer.add_blank_page(width, height).rotate(rotation)
    if password:
        writer.encrypt(password)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("rotation", [0, 90])
def test_every_sheet_says_who_took_it(rotation):
    content = with_watermark(pdf((595, 842), (842, 595), (595, 842), rotation=rotation), "Amina Otieno", "AMBER", AT)
    assert len(texts(content)) == 3
    for text in texts(content):
        assert "TLP:AMBER" in text
        assert "Amina Otieno" in text
        assert "2026-11-25 09:30 UTC" in text


def test_a_name_cannot_be_markup():
    assert "<b>Amina" in texts(with_watermark(pdf((595, 842)), "<b>Amina", "RED", AT))[0]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"PK\x03\x04", pdf((595, 842), password="secret")])
def test_what_cannot_be_written_on_is_said(content):
    with pytest.raises(UnreadablePDFError):
        with_watermark(content, "Amina Otieno", "AMBER", AT)
