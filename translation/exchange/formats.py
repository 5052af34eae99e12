"""The formats of files: XLIFF 2.0 (and 1.2 to read), PO, and tables as XLSX and CSV.

What a format writes it reads back as it was. Files come from outside: XML is read without entities and document
types, nothing is read beyond the limits, and whatever cannot be read is a `RefusedFile` with a reason.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook

from access.spreadsheets import FORMULA
from translation.exchange.units import Document, RefusedFile, Unit
from translation.placeholders import PLACEHOLDER, printable

MAX_BYTES = 10 * 1024 * 1024
MOST_UNITS = 20_000
MOST_LETTERS = 20_000
DEEPEST = 100
# What the parts of a spreadsheet may come to: those with the cells, and all others, which the library keeps whole.
MOST_IN_CELLS, MOST_AROUND = MAX_BYTES, 512 * 1024
CELLS = {"xl/worksheets/": ".worksheet+xml", "xl/sharedStrings.xml": ".sharedStrings+xml"}
CONTENT_TYPES = "[Content_Types].xml"
XLIFF2 = "urn:oasis:names:tc:xliff:document:2.0"
XLIFF12 = "urn:oasis:names:tc:xliff:document:1.2"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
COLUMNS = ("id", "where", "source", "translation", "written")
SHIELDED = (*FORMULA, "'")
HEADER = ("hub", "piece", "source_language", "language")


@dataclass(frozen=True)
class Format:
    """How files of one kind are written and read."""

    name: str
    suffix: str
    content_type: str
    write: Callable[[Document], bytes]
    read: Callable[[bytes], Document]


def format_of(file_name: str) -> Format:
    """Return the format that a file's name says.

    Raises:
        RefusedFile: it is none of ours.
    """
    suffix = file_name.rpartition(".")[2].lower()
    suffix = {"xliff": "xlf"}.get(suffix, suffix)
    for each in FORMATS.values():
        if each.suffix == suffix:
            return each
    raise RefusedFile(_("This is no XLIFF, PO, XLSX or CSV file."))


def read_file(file_name: str, content: bytes) -> Document:
    """Return what a file says.

    Raises:
        RefusedFile: it is too large, or cannot be read.
    """
    if len(content) > MAX_BYTES:
        raise RefusedFile(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2})
    document = format_of(file_name).read(content)
    if len(document.units) > MOST_UNITS or any(len(unit.target) > MOST_LETTERS for unit in document.units):
        raise RefusedFile(_("The file has more texts, or longer ones, than any page."))
    if not document.units:
        raise RefusedFile(_("There is no text in the file."))
    return document


# --- XLIFF ------------------------------------------------------------------------------------------


def _write_xliff(document: Document) -> bytes:
    root = Element(
        "xliff", {"xmlns": XLIFF2, "version": "2.0", "srcLang": document.source_language, "trgLang": document.language}
    )
    file = SubElement(root, "file", {"id": document.piece, "original": document.title, XML_SPACE: "preserve"})
    for unit in document.units:
        element = SubElement(file, "unit", {"id": unit.identifier})
        notes = SubElement(element, "notes")
        SubElement(notes, "note", {"category": "where"}).text = unit.where
        SubElement(notes, "note", {"category": "written"}).text = unit.base
        segment = SubElement(element, "segment", {"state": "translated" if unit.target else "initial"})
        _fill(SubElement(segment, "source"), unit.source)
        if unit.target:
            _fill(SubElement(segment, "target"), unit.target)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def _fill(element: Element, text: str) -> None:
    """Put a text with placeholders into an element; a placeholder becomes `<pc id="1">`."""
    stack, position = [element], 0

    def add(piece: str) -> None:
        parent = stack[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + piece
        else:
            parent.text = (parent.text or "") + piece

    for match in PLACEHOLDER.finditer(text):
        add(printable(text[position : match.start()]))
        position = match.end()
        if not match[1]:
            stack.append(SubElement(stack[-1], "pc", {"id": match[2]}))
        elif len(stack) > 1:
            stack.pop()
    add(printable(text[position:]))


def read_xml(content: bytes, has_document_type: bool = False) -> Element:
    """Return the root of an XML file.

    Args:
        content: of the file.
        has_document_type: whether files of this format begin with a document type; entities are refused in any case.

    Raises:
        RefusedFile: it is too large or too deep, no XML, or defines entities.
    """
    if len(content) > MAX_BYTES:
        raise RefusedFile(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2})
    try:
        root: Element = fromstring(content, forbid_dtd=not has_document_type)
    except DefusedXmlException as error:
        raise RefusedFile(_("The file defines entities, which is not allowed.")) from error
    except (SyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "position", (None,))[0]
        raise RefusedFile(_("This is no well-formed XML."), line) from error
    level: list[Element] = [root]
    for _depth in range(DEEPEST):
        level = [child for element in level for child in element]
    if level:
        raise RefusedFile(_("The elements of the file are nested too deeply."))
    return root


def _read_xliff(content: bytes) -> Document:
    root = read_xml(content)
    if root.tag == f"{{{XLIFF2}}}xliff":
        return _read_xliff2(root)
    if root.tag == f"{{{XLIFF12}}}xliff":
        return _read_xliff12(root)
    raise RefusedFile(_("This is neither XLIFF 2.0 nor XLIFF 1.2."))


def _read_xliff2(root: Element) -> Document:
    name = f"{{{XLIFF2}}}"
    files = root.findall(f"{name}file")
    if len(files) != 1:
        raise RefusedFile(_("The file is not of one page."))
    units = []
    for element in files[0].iter(f"{name}unit"):
        notes = {note.get("category"): note.text or "" for note in element.iter(f"{name}note")}
        segments = element.findall(f"{name}segment")
        units.append(
            Unit(
                element.get("id", ""),
                "".join(_text(segment.find(f"{name}source"), "pc") for segment in segments),
                "".join(_text(segment.find(f"{name}target"), "pc") for segment in segments),
                notes.get("where", ""),
                notes.get("written", ""),
            )
        )
    return Document(
        files[0].get("id", ""),
        root.get("srcLang", ""),
        root.get("trgLang", ""),
        tuple(units),
        files[0].get("original", ""),
    )


def _read_xliff12(root: Element) -> Document:
    name = f"{{{XLIFF12}}}"
    files = root.findall(f"{name}file")
    if len(files) != 1:
        raise RefusedFile(_("The file is not of one page."))
    units = [
        Unit(
            element.get("id", ""),
            _text(element.find(f"{name}source"), "g"),
            _text(element.find(f"{name}target"), "g"),
        )
        for element in files[0].iter(f"{name}trans-unit")
    ]
    languages = files[0].get("source-language", ""), files[0].get("target-language", "")
    return Document(files[0].get("original", ""), *languages, tuple(units))


def _text(element: Element | None, placeholder: str) -> str:
    """Return the text of an element, with what stands for placeholders as we write them."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        if child.tag.rpartition("}")[2] == placeholder:
            number = child.get("id", "")
            parts.append(f"<{number}>{_text(child, placeholder)}</{number}>")
        else:
            # Marks of other programs, such as comments: what they enclose is text.
            parts.append(_text(child, placeholder))
        parts.append(child.tail or "")
    return "".join(parts)


# --- PO ---------------------------------------------------------------------------------------------


def _write_po(document: Document) -> bytes:
    catalog = Catalog(locale=document.language, project=document.title, charset="utf-8", fuzzy=False)
    for unit in document.units:
        catalog.add(
            unit.source, unit.target, context=unit.identifier, auto_comments=[unit.where, f"written: {unit.base}"]
        )
    catalog.header_comment = "\n".join(
        f"# {name}: {value}"
        for name, value in zip(
            HEADER, ("translation", document.piece, document.source_language, document.language), strict=True
        )
    )
    written = io.BytesIO()
    write_po(written, catalog, width=0, omit_header=False)
    return written.getvalue()


def _read_po(content: bytes) -> Document:
    try:
        text = content.decode("utf-8-sig")
        catalog = read_po(io.StringIO(text), abort_invalid=True)
    except UnicodeDecodeError as error:
        raise RefusedFile(_("The file is not in UTF-8.")) from error
    except PoFileError as error:
        raise RefusedFile(_("This is no PO file."), getattr(error, "lineno", None)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RefusedFile(_("This is no PO file.")) from error
    said = dict(
        line.removeprefix("#").strip().split(": ", 1) for line in catalog.header_comment.splitlines() if ": " in line
    )
    units = []
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        if not isinstance(message.id, str) or not isinstance(message.string, str):
            raise RefusedFile(_("A text has plural forms, which no page has."), message.lineno)
        comments = list(message.auto_comments)
        base = next((each.removeprefix("written:").strip() for each in comments if each.startswith("written:")), "")
        where = " ".join(each for each in comments if not each.startswith("written:"))
        units.append(Unit(str(message.context or ""), message.id, message.string, where, base, message.lineno))
    return Document(said.get("piece", ""), said.get("source_language", ""), said.get("language", ""), tuple(units))


# --- Tables -----------------------------------------------------------------------------------------


def _rows_of(document: Document) -> Iterator[tuple[str, ...]]:
    yield ("translation", document.piece, document.source_language, document.language)
    yield COLUMNS
    for unit in document.units:
        yield unit.identifier, unit.where, unit.source, unit.target, unit.base


def _document_of_rows(rows: Iterable[tuple[int, list[str]]]) -> Document:
    found = iter(rows)
    first, columns = next(found, (1, [])), next(found, (2, []))
    if len(first[1]) < 4 or first[1][0] != "translation" or tuple(columns[1][: len(COLUMNS)]) != COLUMNS:
        raise RefusedFile(_("The first two lines are not as the hub wrote them."), 1)
    units = []
    for line, row in found:
        cells = [*row, *[""] * len(COLUMNS)][: len(COLUMNS)]
        if any(cells):
            identifier, where, source, target, base = cells
            units.append(Unit(identifier, source, target, where, base, line))
    _name, piece, source_language, language = first[1][:4]
    return Document(piece, source_language, language, tuple(units))


def _write_xlsx(document: Document) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None  # noqa: S101  A new workbook has a sheet.
    for number, row in enumerate(_rows_of(document), start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = printable(text)
            # A text that begins with "=" is a text.
            cell.data_type = "s"
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def _read_xlsx(content: bytes) -> Document:
    try:
        _check_parts(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        rows = [
            (number, ["" if cell is None else str(cell) for cell in row])
            for number, row in enumerate(
                # One line more than may be, so that a longer table is refused.
                sheet.iter_rows(max_row=MOST_UNITS + 3, max_col=len(COLUMNS), values_only=True),
                start=1,
            )
        ]
    except RefusedFile:
        raise
    # What is no workbook makes the library stumble in many ways.
    except Exception as error:
        raise RefusedFile(_("This is no XLSX file.")) from error
    return _document_of_rows(rows)


def _check_parts(content: bytes) -> None:
    """Refuse a spreadsheet that comes to more than it seems: a few kilobytes of ZIP can be gigabytes of fonts.

    Raises:
        RefusedFile: it does, or a part of it is not what its place says.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sizes = {part.filename: part.file_size for part in archive.infolist()}
        cells = sum(size for name, size in sizes.items() if name.startswith(tuple(CELLS)))
        if cells > MOST_IN_CELLS or sum(sizes.values()) - cells > MOST_AROUND:
            raise RefusedFile(_("Unpacked, the file is larger than any page."))
        parts = read_xml(archive.read(CONTENT_TYPES))
    for part in parts:
        name, kind = part.get("PartName", "").lstrip("/"), part.get("ContentType", "")
        if any(name.startswith(place) and not kind.endswith(expected) for place, expected in CELLS.items()):
            raise RefusedFile(_("This is no XLSX file."))


def _write_csv(document: Document) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerows([_shielded(cell) for cell in row] for row in _rows_of(document))
    # The mark tells spreadsheets that this is UTF-8.
    return written.getvalue().encode("utf-8-sig")


def _shielded(text: str) -> str:
    """Keep spreadsheets from taking a text for a formula (OWASP, "CSV Injection"), so that it can be read back."""
    return f"'{text}" if text.startswith(SHIELDED) else text


def _unshielded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(SHIELDED) else cell


def _read_csv(content: bytes) -> Document:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedFile(_("The file is not in UTF-8.")) from error
    first = text.partition("\n")[0]
    # Spreadsheets of some countries write semicolons.
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [_unshielded(cell) for cell in row]) for row in reader]
    except csv.Error as error:
        raise RefusedFile(_("This is no CSV file."), reader.line_num) from error
    return _document_of_rows(rows)


FORMATS: dict[str, Format] = {
    each.suffix: each
    for each in (
        Format("XLIFF 2.0", "xlf", "application/xliff+xml", _write_xliff, _read_xliff),
        Format("PO", "po", "text/x-gettext-translation; charset=utf-8", _write_po, _read_po),
        Format(
            "XLSX",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _write_xlsx,
            _read_xlsx,
        ),
        Format("CSV", "csv", "text/csv; charset=utf-8", _write_csv, _read_csv),
    )
}


def archive_of(documents: Iterable[Document], format: Format) -> bytes:
    """Return a ZIP archive with one file for each document."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            archive.writestr(file_name_of(document, format), format.write(document))
    return written.getvalue()


def file_name_of(document: Document, format: Format) -> str:
    """Return the name of a file: it names no title, so that it tells nothing where it is kept."""
    return f"{document.piece[:8]}-{document.source_language}-{document.language}.{format.suffix}"
