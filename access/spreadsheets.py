"""Cells of exported spreadsheets."""

from __future__ import annotations

from typing import Any

# What a cell begins with that spreadsheet programs calculate (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(text: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(text)
    return f"'{text}" if text.startswith(FORMULA) else text
