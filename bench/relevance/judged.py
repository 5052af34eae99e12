"""The judged questions: what people type, and what a person who knows the subject would want to find."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("queries")
LANGUAGES = ("en", "ar", "es", "fr")
# In the order of the tables.
CLASSES = ("inflection", "cross-language", "transcript", "typo", "exact-term", "question")
# Grades: 1 is related, 2 very useful, 3 the answer. From this one on a piece has to be found.
WANTED = 2


@dataclass(frozen=True, eq=False)
class JudgedQuery:
    """A question with its answers.

    Attributes:
        id: of the question, e.g. `en-07`.
        language: that of the interface and of the reader.
        text: as it is typed.
        kind: one of `CLASSES`.
        grades: by piece, the key of its folder in demo/content; a piece that is not there is not relevant.
        is_held_out: whether nobody may look at it to make search better.
    """

    id: str
    language: str
    text: str
    kind: str
    grades: Mapping[str, int]
    is_held_out: bool = False

    @property
    def wanted(self) -> frozenset[str]:
        """The pieces that have to be found."""
        return frozenset(key for key, grade in self.grades.items() if grade >= WANTED)


def read_queries(language: str) -> list[JudgedQuery]:
    """Read the judged questions of a language."""
    rows = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return [
        JudgedQuery(
            id=row["id"],
            language=language,
            text=row["text"],
            kind=row["class"],
            grades=row["grades"],
            is_held_out=row.get("split") == "held-out",
        )
        for row in rows
    ]
