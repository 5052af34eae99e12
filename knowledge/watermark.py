"""Writes on every sheet of a PDF who took it, when, and under which marking."""

from __future__ import annotations

import io
from datetime import datetime
from html import escape
from typing import Any

from django.utils import timezone
from PIL import ImageFile
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from access.models import Marking
from knowledge.pdf import PDFUnavailableError, turn

# Millions of sheets would keep a process busy for hours; no document of the hub has more than this.
MOST_SHEETS = 2000
STYLE = """
@page { size: %(width).2fpt %(height).2fpt; margin: 0; }
html { font: bold 8pt "Noto Sans", "Noto Sans Arabic", "DejaVu Sans", sans-serif; }
p { position: absolute; inset-inline: 0; bottom: 0; margin: 0; padding: 3pt 12pt; text-align: center; }
p { background: #000; color: %(colour)s; }
"""
# FIRST's colours on black (Traffic Light Protocol, version 2.0).
COLOURS = {Marking.AMBER.value: "#ffc000", Marking.AMBER_STRICT.value: "#ffc000", Marking.RED.value: "#ff2b2b"}


class UnreadablePDFError(Exception):
    """Nothing can be written on this PDF: it is broken, locked with a password, or far too long."""


def with_watermark(content: bytes, taker: str, label: str, at: datetime | None = None) -> bytes:
    """Return a PDF with one line on every sheet: marking, who took it, when (UTC).

    Args:
        content: the PDF.
        taker: the name of whoever takes it, in any script.
        label: the marking it is taken under, such as `AMBER`; nothing when only editors have the file.
        at: when; now, if not given.

    Raises:
        UnreadablePDFError: nothing can be written on it.
        PDFUnavailableError: the machine cannot make PDFs, or too many wait for theirs.
    """
    with turn():
        try:
            reader = PdfReader(io.BytesIO(content))
            if reader.is_encrypted or len(reader.pages) > MOST_SHEETS:
                raise UnreadablePDFError
            writer = PdfWriter(clone_from=reader)
            lines: dict[tuple[float, float], PageObject] = {}
            for sheet in writer.pages:
                sheet.transfer_rotation_to_content()
                size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
                if size not in lines:
                    lines[size] = _line(size, taker, label, at or timezone.now())
                sheet.merge_translated_page(lines[size], float(sheet.mediabox.left), float(sheet.mediabox.bottom))
            written = io.BytesIO()
            writer.write(written)
        # Broken files make the reader stumble in many ways.
        except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise UnreadablePDFError from error
        return written.getvalue()


def _line(size: tuple[float, float], taker: str, label: str, at: datetime) -> PageObject:
    """Return a sheet of a size, in points, that has nothing but the line."""
    html: Any
    try:
        from weasyprint import HTML

        # As in `knowledge.pdf`.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    except (ImportError, OSError) as error:
        raise PDFUnavailableError from error
    marking = f'<bdi dir="ltr">TLP:{escape(label)}</bdi> · ' if label else ""
    time = f'<bdi dir="ltr">{at:%Y-%m-%d %H:%M} UTC</bdi>'
    style = STYLE % {"width": size[0], "height": size[1], "colour": COLOURS.get(label, "#fff")}
    html = HTML(string=f"<style>{style}</style><p>{marking}<bdi>{escape(taker)}</bdi> · {time}</p>")
    return PdfReader(io.BytesIO(html.write_pdf())).pages[0]
