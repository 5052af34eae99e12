#!/usr/bin/env python3
"""Check that every text of the interface is in the catalogue of every language, translated and well set.

The texts are collected by Django's makemessages (which needs the gettext programs) in a copy of the
project, so that the check changes nothing. Mend what it reports with `make messages` and a translator.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parent.parent
SHOWN = 20
# What a language never has in print: (what it is, how it looks).
MISPRINTS = {
    "ar": [("a Latin comma, semicolon or question mark", re.compile(r"[\u0620-\u064a][,;?]"))],
    "es": [("a question or an exclamation that is not opened", re.compile(r"^[^¿]*\?|^[^¡]*!"))],
    "fr": [
        ("no narrow no-break space before it", re.compile(r"[^\W\d_] ?[;!?](?:\s|$)")),
        ("no no-break space before the colon", re.compile(r"[^\W\d_] ?:(?:\s|$)")),
        ("no no-break space inside the quotation marks", re.compile(r"«[^\xa0]|[^\xa0]»")),
        ("a straight apostrophe", re.compile(r"[^\W\d_]'[^\W\d_]")),
    ],
}


def copy_project(target: Path) -> None:
    """Copy what git knows or would add, as it stands in the work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout
    for name in set(os.fsdecode(listed).split("\0")) - {""}:
        source = PROJECT / name
        if source.is_file() and not name.startswith("tests/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def read(path: Path) -> Catalog:
    """Read one catalogue."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parts[-3])


def faults(committed: Path, collected: Path) -> list[str]:
    """Compare a committed catalogue with the texts just collected."""
    if not committed.is_file():
        return ["the catalogue is missing"]
    ours = read(committed)
    found = []
    for wanted in read(collected):
        if not wanted.id:
            continue
        text = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
        message = ours.get(wanted.id, wanted.context)
        if message is None:
            found.append(f"missing: {text!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {text!r}")
        elif not (message.string if isinstance(message.string, str) else all(message.string or [""])):
            found.append(f"not translated: {text!r}")
        else:
            found.extend(f"{error}: {text!r}" for error in message.check(ours))
            found.extend(f"{fault}: {text!r}" for fault in misprints(message, committed.parts[-3]))
    return found


def misprints(message: Message, language: str) -> list[str]:
    """Return what is wrong with the punctuation of a translation."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or [])
    return [name for name, look in MISPRINTS.get(language, []) if any(look.search(string) for string in strings)]


def main(languages: list[str]) -> int:
    """Check the catalogues of the languages."""
    with tempfile.TemporaryDirectory(prefix="hub-messages-") as folder:
        copy = Path(folder)
        copy_project(copy)
        (copy / "locale").mkdir(exist_ok=True)
        options = [f"--locale={language}" for language in languages]
        made = subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--verbosity=0", *options],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            print(made.stderr.strip(), file=sys.stderr)
            return 1
        failed = 0
        for collected in sorted(copy.glob("locale/*/LC_MESSAGES/django.po")):
            name = collected.relative_to(copy)
            found = faults(PROJECT / name, collected)
            failed += len(found)
            for line in found[:SHOWN]:
                print(f"{name}: {line}", file=sys.stderr)
            if len(found) > SHOWN:
                print(f"{name}: and {len(found) - SHOWN} more", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["ar", "es", "fr"]))
