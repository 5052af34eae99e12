"""Numbers of sources in texts, linked to the lists of references of the same page."""

from __future__ import annotations

import re
from itertools import count

# An item of templates/knowledge/blocks/references.html. Texts of editors are escaped or have no classes.
SOURCE = '<li class="source">'
TAG = re.compile(r"(<[^>]*>)")
NUMBER = re.compile(r"\[(\d{1,3})\]")


def link_sources(html: str) -> str:
    """Number the sources of a page, in all of its lists, and link what refers to them, e.g. `[3]`.

    Only in texts: attributes, and what is a link already, stay as they are, as do numbers that no source has.
    """
    number_of_sources = html.count(SOURCE)
    if not number_of_sources:
        return html
    numbers = count(1)
    depth_of_links = 0
    pieces = []
    for piece in TAG.split(html):
        if piece == SOURCE:
            number = next(numbers)
            piece = f'<li class="source" id="ref-{number}" value="{number}">'
        elif re.match(r"<a[\s>]", piece):
            depth_of_links += 1
        elif piece == "</a>":
            depth_of_links -= 1
        elif not piece.startswith("<") and depth_of_links == 0:
            piece = NUMBER.sub(lambda found: _link(found, number_of_sources), piece)
        pieces.append(piece)
    return "".join(pieces)


def _link(found: re.Match[str], number_of_sources: int) -> str:
    number = int(found[1])
    return f'<a href="#ref-{number}">[{number}]</a>' if 1 <= number <= number_of_sources else found[0]
