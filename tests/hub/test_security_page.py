"""docs/security.md: what it names is there."""

from __future__ import annotations

import re

from hub.environment import BASE_DIR

TEXT = (BASE_DIR / "docs" / "security.md").read_text()


def test_every_file_that_the_page_names_exists():
    named = set(re.findall(r"`((?:tests|scripts|hub|access|knowledge|static|deploy)/[\w/.-]+)`", TEXT))
    assert len(named) > 25
    assert [path for path in sorted(named) if not (BASE_DIR / path).exists()] == []


def test_every_chapter_of_the_standard_is_there():
    chapters = {int(number) for number in re.findall(r"^\| V(\d+)", TEXT, re.MULTILINE)}
    assert chapters == set(range(1, 18))
