"""Taking over several files at once, each of it whole or not at all."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from wagtail_localize.models import Translation

from members.models import User
from translation.exchange.formats import MAX_BYTES, read_file
from translation.exchange.importing import ImportReport, import_document
from translation.exchange.units import Document, RefusedFile
from translation.limits import PARTS, translatable

MOST_FILES = 100
ARCHIVE = ".zip"
# What other systems put beside the files in an archive.
ASIDE = ("__MACOSX/", ".")
# Somebody waits for the answer; what is left over is taken when the files are sent again.
SECONDS_FOR_ALL = 20


@dataclass(frozen=True)
class FileReport:
    """What became of one file of several.

    Attributes:
        name: of the file.
        translation: what it is of, if that was found.
        report: what became of its texts, if it could be read.
        refusal: why it was not taken.
        line: where in the file, if that is known.
    """

    name: str
    translation: Translation | None = None
    report: ImportReport | None = None
    refusal: str = ""
    line: int | None = None


def import_files(uploads: Iterable[UploadedFile], user: User) -> list[FileReport]:
    """Take over files, and those in ZIP archives, each into the translation that it says it is of.

    Args:
        uploads: at most `MOST_FILES` files, counted with those in archives.
        user: only translations that are theirs to write are found.

    Returns:
        A report for each file, in their order. A file that is refused keeps none of the others from being taken.
    """
    begin = time.monotonic()
    reports = []
    for number, (name, content) in enumerate(_files_in(uploads)):
        if number >= MOST_FILES:
            refusal = _("Not read: more than %(most)d files at once.") % {"most": MOST_FILES}
            reports.append(FileReport(name, refusal=refusal))
            break
        if time.monotonic() - begin > SECONDS_FOR_ALL:
            reports.append(FileReport(name, refusal=_("Not read, nor what follows: it took too long. Send it again.")))
            break
        reports.append(_import_file(name, content, user))
    return reports


def _import_file(name: str, content: bytes | RefusedFile, user: User) -> FileReport:
    translation = None
    try:
        if isinstance(content, RefusedFile):
            raise content
        document = read_file(name, content)
        translation = _translation_of(document, user)
        if translation is None:
            raise RefusedFile(_("This file is of no translation that is yours to write."))
        return FileReport(name, translation, import_document(document, translation, name, user))
    except RefusedFile as refused:
        return FileReport(name, translation, refusal=refused.reason, line=refused.line)


def _translation_of(document: Document, user: User) -> Translation | None:
    """Return what a file is of, if the user may write it."""
    try:
        piece = UUID(document.piece)
    except ValueError as error:
        raise RefusedFile(_("The file does not say which page it is of. Import it at its translation.")) from error
    return (
        translatable(user)
        .select_related(*PARTS)
        .filter(source__object_id=piece, target_locale__language_code=document.language)
        .first()
    )


def _files_in(uploads: Iterable[UploadedFile]) -> Iterator[tuple[str, bytes | RefusedFile]]:
    """Return the names of files with what is in them, or with why that cannot be read."""
    for upload in uploads:
        name = upload.name or ""
        if not name.lower().endswith(ARCHIVE):
            # One byte more than may be, so that a larger file is told from one that fits.
            yield name, upload.read(MAX_BYTES + 1)
            continue
        try:
            yield from _files_in_archive(upload)
        except (zipfile.BadZipFile, OSError, ValueError):
            yield name, RefusedFile(_("This is no ZIP archive."))


def _files_in_archive(upload: UploadedFile) -> Iterator[tuple[str, bytes | RefusedFile]]:
    with zipfile.ZipFile(io.BytesIO(upload.read())) as archive:
        for part in archive.infolist():
            path = PurePosixPath(part.filename)
            if part.is_dir() or part.filename.startswith(ASIDE) or path.name.startswith(ASIDE):
                continue
            try:
                # What a part says of its own size is not asked.
                with archive.open(part) as file:
                    yield path.name, file.read(MAX_BYTES + 1)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
                # Encrypted, cut off, or packed in a way that is not known here.
                yield path.name, RefusedFile(_("This file cannot be taken out of the archive."))
