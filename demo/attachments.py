"""Files to take along, made for the demonstration."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8


def checklist_csv(header: list[str], rows: list[list[str]]) -> bytes:
    """Return a table as CSV. It begins with a byte order mark, so that spreadsheet programs open Arabic right."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return BOM_UTF8 + text.getvalue().encode("utf-8")
