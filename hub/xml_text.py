"""Texts for XML."""

from __future__ import annotations

import re

# XML 1.0, section 2.2: all other characters cannot be written, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """Return a text without the characters that XML has no way to write."""
    return UNWRITABLE.sub("", text)
