"""The memory as TMX 1.4 (LISA): out, of what somebody may read, and in, from other tools."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Locale

from access.readers import Reader
from members.models import User
from translation.exchange.formats import MOST_LETTERS, read_xml
from translation.exchange.units import RefusedFile
from translation.memory import approved_texts
from translation.models import MemoryUnit
from translation.placeholders import PLACEHOLDER, editable, printable

MOST_UNITS = 200_000
NAMESPACE = uuid.UUID("6f2f9a0e-7a3b-4f0e-9d53-0f2f3d1c5b11")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write_tmx(reader: Reader, source: Locale, target: Locale) -> Iterator[str]:
    """Yield a file of all approved translations between two languages that a reader may be shown."""
    languages = source.language_code, target.language_code
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
    yield (
        '<header creationtool="Global Knowledge Hub" creationtoolversion="1" segtype="sentence" o-tmf="hub" '
        f'adminlang="en" srclang={quoteattr(languages[0])} datatype="plaintext"/>\n<body>\n'
    )
    texts = approved_texts(reader, source.pk, target.pk).order_by("pk").values_list("translation_of__data", "data")
    seen: set[int] = set()
    for data, translated in texts.iterator(2000):
        pair = hash((data, translated))
        if pair not in seen:
            seen.add(pair)
            yield _unit(languages, editable(data, data), editable(translated, data))
    units = MemoryUnit.objects.filter(source_language=languages[0], language=languages[1]).order_by("pk")
    for text, translated in units.values_list("source", "target").iterator(2000):
        yield _unit(languages, text, translated)
    yield "</body>\n</tmx>\n"


def _unit(languages: tuple[str, str], source: str, target: str) -> str:
    variants = (
        f"<tuv xml:lang={quoteattr(language)}><seg>{_segment(text)}</seg></tuv>"
        for language, text in zip(languages, (source, target), strict=True)
    )
    return f"<tu>{''.join(variants)}</tu>\n"


def _segment(text: str) -> str:
    """Return a text with placeholders as paired tags."""
    parts, position = [], 0
    for match in PLACEHOLDER.finditer(text):
        parts.append(escape(printable(text[position : match.start()])))
        tag = "ept" if match[1] else "bpt"
        parts.append(f'<{tag} i="{match[2]}"/>')
        position = match.end()
    return "".join(parts) + escape(printable(text[position:]))


@dataclass(frozen=True)
class Pair:
    """A text and its translation."""

    source_language: str
    language: str
    source: str
    target: str

    @property
    def digest(self) -> uuid.UUID:
        """What tells it from all others."""
        return uuid.uuid5(NAMESPACE, "\n".join((self.source_language, self.language, self.source, self.target)))


def read_tmx(content: bytes) -> list[Pair]:
    """Return what a file says, for each two of the hub's languages, both ways.

    Raises:
        RefusedFile: it is no TMX, or too large.
    """
    root = read_xml(content, has_document_type=True)
    if root.tag != "tmx":
        raise RefusedFile(_("This is no TMX file."))
    known = {code for code, _name in settings.LANGUAGES}
    pairs: dict[uuid.UUID, Pair] = {}
    for unit in root.iter("tu"):
        texts: dict[str, str] = {}
        for variant in unit.findall("tuv"):
            language = (variant.get(LANGUAGE) or variant.get("lang") or "").partition("-")[0].lower()
            segment = variant.find("seg")
            text = _text(segment).strip() if segment is not None else ""
            if language in known and text and len(text) <= MOST_LETTERS:
                texts.setdefault(language, text)
        for source_language, source in texts.items():
            for language, target in texts.items():
                if source_language != language:
                    pair = Pair(source_language, language, source, target)
                    pairs[pair.digest] = pair
        if len(pairs) > MOST_UNITS:
            raise RefusedFile(_("The file has more texts, or longer ones, than any page."))
    if not pairs:
        raise RefusedFile(_("There is no text in the file."))
    return list(pairs.values())


def _text(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        number = child.get("i", "")
        if child.tag == "bpt" and number.isdigit():
            parts.append(f"<{number}>")
        elif child.tag == "ept" and number.isdigit():
            parts.append(f"</{number}>")
        elif child.tag in {"hi", "sub"}:
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


@transaction.atomic
def import_tmx(content: bytes, file_name: str, user: User) -> tuple[int, int]:
    """Add a file to the memory, all of it or nothing; return how many translations are new, and how many were known.

    Raises:
        RefusedFile: it is no TMX, or too large.
    """
    pairs = read_tmx(content)
    before = MemoryUnit.objects.count()
    for batch in batched(pairs, 1000):
        MemoryUnit.objects.bulk_create(
            [
                MemoryUnit(
                    source_language=each.source_language,
                    language=each.language,
                    source=each.source,
                    target=each.target,
                    digest=each.digest,
                    file_name=file_name[:200],
                    person=user,
                )
                for each in batch
            ],
            ignore_conflicts=True,
        )
    new = MemoryUnit.objects.count() - before
    return new, len(pairs) - new
