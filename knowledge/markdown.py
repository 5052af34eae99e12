"""Pages as Markdown (CommonMark, with the tables of GitHub), for readers that are programs.

One function per block type in `WRITERS`; what has none is written as its plain text. Links in rich text stay
references until the whole page is written, and are then resolved together through the policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import singledispatch
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from wagtail.blocks import StreamValue
from wagtail.images.models import SourceImageIOError
from wagtail.rich_text import RichText, expand_db_html

from access.readers import Reader
from knowledge.links import resolve_references
from knowledge.models import CaseStudy, HubDocument, HubImage, ReadablePage, WebinarRecording
from knowledge.queries import reading_context
from vocabulary.queries import Term

Absolute = Callable[[str], str]

# As the pages show figures, so that the file is there already.
PICTURE = "width-1200|format-webp"
SPECIAL = re.compile(r"([\\`*_\[\]])")
ENTITY = re.compile(r"&(?=#?\w+;)")
# What would begin a heading, a quotation, a list or a rule if it stood first in a line.
FIRST_IN_LINE = re.compile(r"^(\s*)([#>+\-=~]|\d+(?=[.)]))")
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)


# --- Texts ------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    """Return a text in one line that Markdown reads as it is."""
    text = ENTITY.sub("&amp;", " ".join(text.split()))
    return SPECIAL.sub(r"\\\1", text).replace("<", "&lt;")


def paragraph(text: str) -> str:
    """Return a text that may begin a line."""
    written = escaped(text)
    match = FIRST_IN_LINE.match(written)
    if match is None:
        return written
    # A number is disarmed at its full stop, a sign by itself.
    place = match.end() if match[2].isdigit() else match.start(2)
    return f"{written[:place]}\\{written[place:]}"


def link(text: str, address: str) -> str:
    """Return a link; the text is Markdown already."""
    address = re.sub(r"\s", "%20", address).replace("(", "%28").replace(")", "%29").replace("<", "%3C")
    return f"[{text}]({address})"


def quoted(text: str) -> str:
    """Return Markdown as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def item(marker: str, text: str) -> str:
    """Return Markdown as an item of a list, its further lines below its first letter."""
    first, *others = text.split("\n")
    return "\n".join([f"{marker} {first}", *(f"{' ' * (len(marker) + 1)}{line}".rstrip() for line in others)])


def joined(parts: Iterable[str]) -> str:
    """Return blocks of Markdown, those with a text, one after the other."""
    return "\n\n".join(part for part in parts if part)


# --- Rich text --------------------------------------------------------------------------------------


@dataclass
class Node:
    """An element of rich text, or the root of it."""

    tag: str
    address: str = ""
    children: list[Node | str] = field(default_factory=list)


class TreeBuilder(HTMLParser):
    """Reads what Wagtail keeps of rich text, which is well-formed, into a tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        node = Node(tag, dict(attrs).get("href") or "")
        self.open[-1].children.append(node)
        if tag not in {"br", "hr", "img", "embed"}:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, with those inside it that were left open."""
        if tag in {node.tag for node in self.open[1:]}:
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.open[-1].children.append(data)


EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
BLOCK_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "div", "hr"}


def rich_text(html: str) -> str:
    """Return rich text as Wagtail keeps it as Markdown, its links as references that `with_links` resolves."""
    builder = TreeBuilder()
    builder.feed(expand_db_html(html))
    builder.close()
    return _blocks(builder.open[0])


def _blocks(parent: Node) -> str:
    """Return what is in an element, block by block; what stands between blocks is a paragraph."""
    parts: list[str] = []
    run: list[Node | str] = []

    def end_run() -> None:
        text = _inline(run).strip()
        if text:
            match = FIRST_IN_LINE.match(text)
            place = (match.end() if match[2].isdigit() else match.start(2)) if match else None
            parts.append(text if place is None else f"{text[:place]}\\{text[place:]}")
        run.clear()

    for child in parent.children:
        if isinstance(child, str) or child.tag not in BLOCK_TAGS:
            run.append(child)
            continue
        end_run()
        if child.tag in {"h2", "h3", "h4"}:
            parts.append(f"{'#' * int(child.tag[1])} {_inline(child.children).strip()}")
        elif child.tag in {"ul", "ol"}:
            parts.append(_list(child))
        elif child.tag == "blockquote":
            parts.append(quoted(_blocks(child)))
        elif child.tag == "hr":
            parts.append("---")
        else:
            parts.append(_blocks(child))
    end_run()
    return joined(parts)


def _list(node: Node) -> str:
    items = [child for child in node.children if isinstance(child, Node) and child.tag == "li"]
    markers = (f"{number}." if node.tag == "ol" else "-" for number in range(1, len(items) + 1))
    # An item is tight: what is below it follows in the next line.
    return "\n".join(
        item(marker, _blocks(each).replace("\n\n", "\n")) for marker, each in zip(markers, items, strict=True)
    )


def _inline(children: Iterable[Node | str]) -> str:
    """Return what is in a line. Text keeps the spaces at its ends: they part it from its neighbours."""
    return "".join(_inline_text(child) if isinstance(child, str) else _inline_node(child) for child in children)


def _inline_text(text: str) -> str:
    start = " " if text[:1].isspace() else ""
    end = " " if text[-1:].isspace() and text.strip() else ""
    return f"{start}{escaped(text)}{end}"


def _inline_node(node: Node) -> str:
    inside = _inline(node.children)
    text = inside.strip()
    if node.tag == "br":
        return "\\\n"
    if not text:
        return inside
    if node.tag in EMPHASIS:
        written = f"{EMPHASIS[node.tag]}{text}{EMPHASIS[node.tag]}"
    elif node.tag in {"sup", "sub"}:
        written = f"<{node.tag}>{text}</{node.tag}>"
    elif node.tag == "a" and node.address.startswith("hub:"):
        written = f'<a href="{node.address}">{text}</a>'
    elif node.tag == "a" and node.address:
        written = link(text, node.address)
    else:
        return inside
    # Spaces go outside the marks, or Markdown does not take them for marks.
    return f"{inside[: len(inside) - len(inside.lstrip())]}{written}{inside[len(inside.rstrip()) :]}"


def with_links(text: str, reader: Reader, absolute: Absolute, documents: Any = None) -> str:
    """Turn the references in Markdown into links to what the reader may read, and into plain text for the rest."""
    resolved = resolve_references(text, reader, documents)
    return LINK.sub(lambda match: link(match[2], absolute(unescape(match[1]))), resolved)


# --- Blocks -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a block stands.

    Attributes:
        absolute: puts scheme and host before an address.
        level: of a heading block.
    """

    absolute: Absolute
    level: int


def _rich(value: RichText) -> str:
    return rich_text(value.source)


def _figure(value: Any, place: Place) -> str:
    caption = joined([escaped(value["caption"])])
    credit = f" ({escaped(value['credit'])})" if value.get("credit") else ""
    return joined([_picture(value["image"], value["alternative_text"], place), f"*{caption}*{credit}"])


def _picture(image: HubImage | None, text: str, place: Place) -> str:
    if image is None:
        return ""
    try:
        address = image.get_rendition(PICTURE).url
    except (SourceImageIOError, OSError):
        return ""
    return f"!{link(escaped(text), place.absolute(address))}"


def _gallery(value: Any, place: Place) -> str:
    return joined([f"**{escaped(value['caption'])}**", *(_figure(each, place) for each in value["figures"])])


def _table(value: Any, place: Place) -> str:
    def row(cells: Iterable[Any]) -> str:
        return f"| {' | '.join(escaped(str(cell or '')).replace('|', chr(92) + '|') for cell in cells)} |"

    headings = [column["heading"] for column in value.columns]
    rows = [row(each["values"]) for each in value.row_data]
    caption = f"**{escaped(value.caption)}**" if value.caption else ""
    return joined([caption, "\n".join([row(headings), row(["---"] * len(headings)), *rows])])


def _quotation(value: Any, place: Place) -> str:
    who = ", ".join(escaped(text) for text in (value["who"], value["role"]) if text)
    return quoted(joined([paragraph(value["text"]), f"— {who}"]))


def _steps(value: Any, place: Place) -> str:
    steps = [
        item(f"{number}.", "\n".join(filter(None, [f"**{escaped(step['title'])}**", escaped(step["text"])])))
        for number, step in enumerate(value["items"], start=1)
    ]
    return joined([f"**{escaped(value['title'])}**", "\n".join(steps)])


def _comparison(value: Any, place: Place) -> str:
    sides = (value["left"], value["right"])
    texts = [joined([f"**{escaped(side['title'])}**", _rich(side["text"])]) for side in sides]
    return joined([f"**{escaped(value['caption'])}**", *texts])


def _callout(value: Any, place: Place) -> str:
    tones = {"warning": gettext("Warning:"), "tip": gettext("Tip:")}
    tone = tones.get(value["tone"], gettext("Note:"))
    return quoted(joined([f"**{tone} {escaped(value['title'])}**", _rich(value["text"])]))


def _resources(value: Any, place: Place) -> str:
    resources = [
        item("-", "\n".join(filter(None, [link(escaped(each["title"]), each["url"]), escaped(each["note"])])))
        for each in value["items"]
    ]
    return joined([f"**{escaped(value['title'])}**", "\n".join(resources)])


def _document(value: Any, place: Place) -> str:
    return _file(value["document"], value["note"], place.absolute) if value["document"] else ""


def _file(document: HubDocument, note: str, absolute: Absolute) -> str:
    size = f", {filesizeformat(document.file_size)}" if document.file_size else ""
    title = link(escaped(document.title), absolute(document.url))
    return f"{title} ({document.file_extension.upper()}{size}){f': {escaped(note)}' if note else ''}"


def _recording(value: Any, place: Place) -> str:
    return f"{link(escaped(value['title']), value['recording'].url)}: {escaped(value['caption'])}"


def _references(value: Any, place: Place) -> str:
    references = [item(f"{number}.", escaped(text)) for number, text in enumerate(value, start=1)]
    return joined([f"**{gettext('References')}**", "\n".join(references)])


WRITERS: dict[str, Callable[[Any, Place], str]] = {
    "heading": lambda value, place: f"{'#' * place.level} {escaped(str(value))}",
    "text": lambda value, place: _rich(value),
    "key_message": lambda value, place: quoted(f"**{escaped(value['text'])}**"),
    "figure": _figure,
    "gallery": _gallery,
    "table": _table,
    "quotation": _quotation,
    "steps": _steps,
    "comparison": _comparison,
    "callout": _callout,
    "resources": _resources,
    "document": _document,
    "recording": _recording,
    "references": _references,
}


def blocks_as_markdown(body: StreamValue, absolute: Absolute, level: int = 2) -> Iterator[str]:
    """Yield the blocks of a text as Markdown; a block of an unknown type as its plain text."""
    place = Place(absolute, level)
    for block in body:
        write = WRITERS.get(block.block_type)
        if write is not None:
            yield write(block.value, place)
        else:
            yield joined(paragraph(text) for text in block.block.get_searchable_content(block.value))


# --- Pages ------------------------------------------------------------------------------------------


@singledispatch
def text_of(page: ReadablePage, absolute: Absolute) -> str:
    """Return the text of a page; a type whose text is more than its bodies registers a function of its own."""
    return joined(part for body in page.bodies for part in blocks_as_markdown(body, absolute))


@text_of.register
def text_of_case_study(page: CaseStudy, absolute: Absolute) -> str:
    """A case study has its parts under their headings, the headings in them a step lower."""
    return joined(
        joined([f"## {escaped(heading)}", *blocks_as_markdown(body, absolute, level=3)])
        for _name, heading, body in page.parts
    )


@text_of.register
def text_of_recording(page: WebinarRecording, absolute: Absolute) -> str:
    """A recording has its transcript after its text, with the time and the speaker of each paragraph."""
    parts = [part for body in page.bodies for part in blocks_as_markdown(body, absolute)]
    for passage in page.transcript:
        if passage.chapter:
            parts.append(f"## {escaped(passage.chapter.text)}")
        for paragraph in passage.paragraphs:
            speaker = f"**{escaped(paragraph.speaker)}:** " if paragraph.speaker else ""
            said = " ".join(escaped(" ".join(cue.text.split())) for cue in paragraph.cues)
            parts.append(f"{paragraph.clock} {speaker}{said}")
    return joined(parts)


def page_as_markdown(page: ReadablePage, reader: Reader, address: str, absolute: Absolute) -> str:
    """Return a page with what is said of it, as a reader may read it.

    Args:
        page: as `knowledge.loading.load_specific` loads it.
        reader: whose links and attachments these are.
        address: of the page, with scheme and host.
        absolute: puts scheme and host before an address.
    """
    reading = reading_context(page, reader)
    language = get_language() or "en"

    def labels(terms: Iterable[Term]) -> str:
        return ", ".join(escaped(term.label_in(language)) for term in terms)

    facts = {
        gettext("Web address"): f"<{address}>",
        gettext("Marking"): page.tlp,
        gettext("Authors"): ", ".join(escaped(author.name) for author in reading.authors),
        capfirst(gettext("date of publication")): page.published_on.isoformat(),
        gettext("Topics"): labels(reading.topics),
        gettext("Sectors"): labels(reading.sectors),
        gettext("Countries"): ", ".join(escaped(country.name) for country in reading.countries),
    }
    files = [item("-", _file(each.document, each.note, absolute)) for each in reading.attachments]
    text = joined(
        [
            f"# {escaped(page.title)}",
            quoted(escaped(page.summary)) if page.summary else "",
            "\n".join(f"- {name}: {value}" for name, value in facts.items() if value),
            text_of(page, absolute),
            joined([f"## {gettext('Attachments')}", "\n".join(files)]) if files else "",
        ]
    )
    return f"{with_links(text, reader, absolute, getattr(page, 'loaded_documents', None))}\n"
