"""What people can type besides words: "phrases", -exclusions and fields, such as title:inventory.

Nothing of it can be wrong: what does not follow the rules is read as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """Where something is looked for."""

    ANY = "any"
    TITLE = "title"
    AUTHOR = "author"


# What fields are called, in the languages of the interface and without their accents.
FIELD_NAMES = {
    **dict.fromkeys(("title", "titulo", "título", "titre", "العنوان", "عنوان"), Field.TITLE),
    **dict.fromkeys(("author", "autor", "autora", "auteur", "autrice", "المؤلف", "مؤلف", "speaker"), Field.AUTHOR),
}
OPENING, CLOSING = '"“«„', '"”»“'
ITEM = re.compile(
    rf"(?P<minus>(?<!\S)[-−])?(?:(?P<field>[^\W\d_]{{4,9}}):)?"
    rf"(?:[{OPENING}](?P<phrase>[^{OPENING}{CLOSING}]*)[{CLOSING}]|(?P<word>[^\s{OPENING}{CLOSING}]+))"
)


@dataclass(frozen=True)
class Item:
    """One thing that was typed.

    Attributes:
        text: a word, or the words of a phrase.
        is_phrase: whether it stood in quotation marks.
        is_excluded: whether nothing that has it is wanted.
    """

    text: str
    is_phrase: bool = False
    is_excluded: bool = False
    field: Field = Field.ANY


def items(text: str) -> list[Item]:
    """Return what was typed, in order."""
    found = []
    for match in ITEM.finditer(text):
        field = FIELD_NAMES.get((match["field"] or "").casefold())
        content = match["phrase"] if match["phrase"] is not None else match["word"]
        if match["field"] and field is None:
            content = f"{match['field']}:{content}"
        content = content.strip()
        if content and content.strip("-"):
            found.append(Item(content, match["phrase"] is not None, bool(match["minus"]), field or Field.ANY))
    return found
