#!/usr/bin/env python3
"""Compile the message catalogues (locale/*/LC_MESSAGES/*.po) that are newer than their compiled form.

This does the work of Django's compilemessages without the gettext programs, so that running the hub needs
nothing but its Python packages.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

PROJECT = Path(__file__).resolve().parent.parent


def catalogues(project: Path) -> Iterator[Path]:
    """Find the message catalogues of the project."""
    yield from sorted(project.glob("locale/*/LC_MESSAGES/*.po"))


def is_fresh(source: Path, compiled: Path) -> bool:
    """Say whether a compiled catalogue is at least as new as its source."""
    return compiled.is_file() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns


def compile_catalogue(source: Path, compiled: Path) -> int:
    """Write the compiled form of one catalogue in one step; return how many messages are translated."""
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parts[-3], abort_invalid=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{compiled.name}-", dir=compiled.parent)
    try:
        with os.fdopen(handle, "wb") as sink:
            write_mo(sink, catalogue)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(compiled)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return sum(1 for message in catalogue if message.id and is_translated(message) and not message.fuzzy)


def is_translated(message: Message) -> bool:
    """Say whether a message has its text, in all its plural forms."""
    return bool(message.string) if isinstance(message.string, str) else all(message.string or [""])


def main() -> int:
    """Compile what is not fresh."""
    failed = 0
    for source in catalogues(PROJECT):
        compiled = source.with_suffix(".mo")
        if is_fresh(source, compiled):
            continue
        try:
            count = compile_catalogue(source, compiled)
        except (PoFileError, ValueError) as error:
            failed += 1
            print(f"{source.relative_to(PROJECT)}: {error}", file=sys.stderr)
        else:
            print(f"Compiled {source.relative_to(PROJECT)} ({count} messages)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
