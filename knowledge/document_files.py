"""What an uploaded document is: looked up in the file itself, and whether it could do something by itself.

This is no virus scanner. It refuses what does not belong into a document that people hand on: programs, macros, scripts
and files within files. A PDF is read without being understood: names that are written in another way than its format
allows escape this, as do actions that are built when it is opened.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO

import filetype
from django.utils.translation import gettext as _

from knowledge.upload_faults import UploadFault

ARCHIVE = "application/zip"
# What the first bytes of a file say, for the types that can be told by them.
CONTENT_TYPES = {
    "pdf": {"application/pdf"},
    "docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ARCHIVE},
    "pptx": {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ARCHIVE},
    "xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ARCHIVE},
    "odt": {"application/vnd.oasis.opendocument.text", ARCHIVE},
    "zip": {ARCHIVE},
}
TEXT_EXTENSIONS = {"csv", "txt"}
# The part without which it is another document, or none.
MAIN_PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}
ODT_TYPE = b"application/vnd.oasis.opendocument.text"

MOST_PARTS = 2000
UNPACKED_MAX_BYTES = 512 * 1024 * 1024
# Texts shrink to a tenth, at best to a fiftieth; what shrinks more was made to burst.
MOST_SHRUNK = 200
SHRUNK_FROM_BYTES = 10 * 1024 * 1024
PART_HEAD_BYTES = 30
PART_MAX_BYTES = 4 * 1024 * 1024
PROGRAMS = {
    "app", "apk", "appimage", "bat", "bin", "cmd", "com", "cpl", "deb", "dll", "dmg", "docm", "dotm", "exe", "hta",
    "htm", "html", "iso", "jar", "js", "jse", "lnk", "msi", "pif", "potm", "pptm", "ps1", "reg", "rpm", "scr", "sh",
    "so", "svg", "vbe", "vbs", "wsf", "xlam", "xlsm", "xltm",
}  # fmt: skip
IS_ENCRYPTED = 0x1
LINK = 0o120000

# Names in a PDF that start something, or carry another file.
PDF_ACTIONS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|ImportData)(?![A-Za-z0-9])")
PDF_STREAM = re.compile(rb"stream\r?\n")
# Packed objects begin with their numbers and places, whatever the stream is called.
PDF_OBJECTS = re.compile(rb"\s*\d+\s+\d+\s")
# A name may be written with any of its letters as #xx.
PDF_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
PDF_UNPACKED_MAX_BYTES = 64 * 1024 * 1024


def look_into_document(file: IO[bytes], extension: str) -> None:
    """Check a document against what its name says (its extension, in small letters). It is left at its beginning.

    Raises:
        UploadFault: it is something else, is damaged, cannot be looked into, or could do something by itself.
    """
    try:
        file.seek(0)
        beginning = file.read(8192)
        guessed = filetype.guess_mime(beginning)
        is_text = extension in TEXT_EXTENSIONS
        if (guessed is not None) if is_text else (guessed not in CONTENT_TYPES.get(extension, set())):
            raise _is_something_else(extension)
        file.seek(0)
        look: Callable[[IO[bytes], str], None] = _look_into_archive
        if is_text:
            look = _look_into_text
        elif extension == "pdf":
            look = _look_into_pdf
        look(file, extension)
    finally:
        file.seek(0)


def _is_something_else(extension: str) -> UploadFault:
    return UploadFault(
        _("The content of this file is not what its name says (.%(extension)s).") % {"extension": extension}
    )


def _unpacks_to_too_much() -> UploadFault:
    return UploadFault(_("This file unpacks to far more than it seems to hold. Split it, or upload its parts."))


def _look_into_text(file: IO[bytes], extension: str) -> None:
    content = file.read()
    if b"\x00" in content:
        raise _is_something_else(extension)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UploadFault(
            _("This text is not in UTF-8, so readers would see wrong letters. Save it again and choose “UTF-8”.")
        ) from error


# --- Archives, and documents that are archives ------------------------------------------------------


def _look_into_archive(file: IO[bytes], extension: str) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _refuse_bombs(parts, archive.start_dir)
            _refuse_odd_parts(parts)
            if extension == "zip":
                _refuse_programs(parts)
            elif extension == "odt":
                _look_into_odt(archive)
            else:
                _look_into_office(archive, extension)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, UploadFault):
            raise
        raise UploadFault(_("This file is cut off or damaged. Export it, or upload it, once more.")) from error


def _refuse_bombs(parts: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse what unpacks to more than anybody expects; size is that of all before the table of contents."""
    unpacked = sum(part.file_size for part in parts)
    is_shrunk = unpacked > SHRUNK_FROM_BYTES and unpacked > MOST_SHRUNK * size
    # Parts that share bytes are together longer than what there is.
    is_shared = sum(part.compress_size + PART_HEAD_BYTES for part in parts) > size
    if len(parts) > MOST_PARTS or unpacked > UNPACKED_MAX_BYTES or is_shrunk or is_shared:
        raise _unpacks_to_too_much()


def _refuse_odd_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse parts that cannot be looked into, and those that would be put elsewhere when somebody unpacks them."""
    for part in parts:
        # As it was written: Python's own reading cuts at a NUL and turns slashes.
        name = part.orig_filename
        if part.flag_bits & IS_ENCRYPTED:
            raise UploadFault(_("This file has a password, so it cannot be checked. Upload it without one."))
        leads_out = name.startswith("/") or ".." in PurePosixPath(name).parts or any(sign in name for sign in "\\:\0")
        if leads_out or (part.external_attr >> 16) & 0o170000 == LINK:
            raise UploadFault(_("A file in this archive would be put outside of its folder. Pack it once more."))


def _refuse_programs(parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        if PurePosixPath(part.filename).suffix.lower().lstrip(".") in PROGRAMS:
            raise UploadFault(
                _("There is a program in this archive (%(name)s). Leave out what can be run.")
                % {"name": PurePosixPath(part.filename).name}
            )


def _look_into_office(archive: zipfile.ZipFile, extension: str) -> None:
    """Check that the archive is the document it should be, without macros, objects and templates from elsewhere."""
    names = archive.namelist()
    if MAIN_PARTS[extension] not in names or "[Content_Types].xml" not in names:
        raise _is_something_else(extension)
    has_macros = any(PurePosixPath(name).name.lower() == "vbaproject.bin" for name in names)
    if has_macros or b"macroenabled" in _part(archive, "[Content_Types].xml").lower():
        raise UploadFault(_("There are macros in this document. Save it without them."))
    if any("oleobject" in name.lower() or "/activex/" in name.lower() for name in names):
        raise UploadFault(_("There is another file within this document. Take it out, and upload it by itself."))
    for name in names:
        if name.endswith("settings.xml.rels") and b"attachedTemplate" in _part(archive, name):
            raise UploadFault(_("This document fetches its template from elsewhere. Save it without a template."))


def _look_into_odt(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if "content.xml" not in names or _part(archive, "mimetype").strip() != ODT_TYPE:
        raise _is_something_else("odt")
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise UploadFault(_("There are macros in this document. Save it without them."))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a part; nothing for one that is not there."""
    try:
        with archive.open(name) as part:
            return part.read(PART_MAX_BYTES)
    except KeyError:
        return b""


# --- PDF --------------------------------------------------------------------------------------------


def _look_into_pdf(file: IO[bytes], _extension: str) -> None:
    content = file.read()
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", content):
        raise UploadFault(_("This file has a password, so it cannot be checked. Upload it without one."))
    for text in _pdf_texts(content):
        if PDF_ACTIONS.search(PDF_LETTER.sub(lambda found: bytes([int(found[1], 16)]), text)):
            raise UploadFault(
                _("There is a script, a form or another file in this PDF. Export it without, for example as PDF/A.")
            )


def _pdf_texts(content: bytes) -> Iterator[bytes]:
    """Yield the file as it is, then what its packed objects say."""
    yield content
    left = PDF_UNPACKED_MAX_BYTES
    for found in PDF_STREAM.finditer(content):
        end = content.find(b"endstream", found.end())
        packed = memoryview(content)[found.end() : len(content) if end < 0 else end]
        try:
            if not PDF_OBJECTS.match(zlib.decompressobj().decompress(packed[:4096], 256)):
                continue
            unpacked = zlib.decompressobj().decompress(packed, left)
        except zlib.error:  # Packed in another way, as pictures are.
            continue
        left -= len(unpacked)
        if left <= 0:
            raise _unpacks_to_too_much()
        yield unpacked
