"""Texts as translators see and type them: links and bold as numbered placeholders, which cannot break.

wagtail-localize keeps a segment as HTML with a few inline tags, whose attributes it has put aside: `<a id="a1">`.
A translator sees `<1>` and `</1>` in their place, numbered in the order of the source, and line breaks as line
breaks. What is typed is escaped, and only the source's own tags come back out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from django.utils.translation import gettext as _

PLACEHOLDER = re.compile(r"<(/?)([1-9]\d{0,2})>")
LINE_BREAK = re.compile(r"<br ?/?>")
TAG = re.compile(r"</?[a-z][^<>]*>")
# XML 1.0, "Char", without carriage returns. PostgreSQL stores no NUL, either.
UNPRINTABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# How a tag is written: its name, and the identifier of a link.
Kind = tuple[str, str]


class BrokenPlaceholders(ValueError):
    """A text has placeholders that the source does not have, or that do not match each other; says which."""


def printable(text: str) -> str:
    """Leave out what neither XML nor PostgreSQL can say: control characters."""
    return UNPRINTABLE.sub("", text)


def _kind(tag: Tag) -> Kind:
    return tag.name, str(tag.attrs.get("id", ""))


def kinds_in(data: str) -> list[Kind]:
    """Return the tags of a segment's HTML in order, without line breaks: placeholder 1 is the first."""
    if "<" not in data:
        return []
    return [_kind(tag) for tag in BeautifulSoup(data, "html.parser").find_all(True) if tag.name != "br"]


def editable(data: str, source: str) -> str:
    """Return a segment's HTML, of the source or of a translation, as translators type it.

    A tag that the source does not have is left out; what it encloses stays.
    """
    if "<" not in data and "&" not in data:
        return data
    free = list(enumerate(kinds_in(source), start=1))

    def written(parent: Tag) -> Iterator[str]:
        for part in parent.children:
            if isinstance(part, NavigableString):
                yield str(part)
            elif isinstance(part, Tag) and part.name == "br":
                yield "\n"
            elif isinstance(part, Tag):
                number = next((number for number, kind in free if kind == _kind(part)), None)
                if number is None:
                    yield from written(part)
                else:
                    free[:] = [each for each in free if each[0] != number]
                    yield f"<{number}>"
                    yield from written(part)
                    yield f"</{number}>"

    return "".join(written(BeautifulSoup(data, "html.parser")))


def plain(data: str) -> str:
    """Return a segment's text without tags, for counting, comparing and checking.

    What is stored has a few inline tags and nothing else, so this need not read it as HTML.
    """
    return unescape(TAG.sub("", LINE_BREAK.sub("\n", data)))


def missing_placeholders(text: str, source: str) -> list[int]:
    """Return the numbers of the source's placeholders that a typed text does not have."""
    used = {int(number) for _slash, number in PLACEHOLDER.findall(text)}
    return [number for number, _kind in enumerate(kinds_in(source), start=1) if number not in used]


def html_from(text: str, source: str) -> str:
    """Return what was typed as the HTML that is stored.

    Args:
        text: with placeholders.
        source: the HTML of the source.

    Raises:
        BrokenPlaceholders: one is unknown, doubled, not closed, or crosses another.
    """
    kinds = kinds_in(source)
    parts: list[str] = []
    is_open: list[int] = []
    used: set[int] = set()
    position = 0
    text = printable(text.replace("\r\n", "\n").replace("\r", "\n"))
    for match in PLACEHOLDER.finditer(text):
        parts.append(_escaped(text[position : match.start()]))
        position = match.end()
        number = int(match[2])
        if number > len(kinds):
            raise BrokenPlaceholders(_("%(placeholder)s is not in the source.") % {"placeholder": match[0]})
        name, identifier = kinds[number - 1]
        if match[1]:
            if not is_open or is_open.pop() != number:
                raise BrokenPlaceholders(_("%(placeholder)s closes what is not open here.") % {"placeholder": match[0]})
            parts.append(f"</{name}>")
            continue
        if number in used:
            raise BrokenPlaceholders(_("%(placeholder)s is there twice.") % {"placeholder": match[0]})
        used.add(number)
        is_open.append(number)
        parts.append(f'<{name} id="{identifier}">' if identifier else f"<{name}>")
    if is_open:
        raise BrokenPlaceholders(_("%(placeholder)s is missing.") % {"placeholder": f"</{is_open[-1]}>"})
    parts.append(_escaped(text[position:]))
    return "".join(parts)


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br/>")
