"""The gate that every uploaded file passes, whichever way it comes in.

Forms ask it, so that what is wrong is said beside the file. The fields of the models ask it again when bytes are
about to be stored: Wagtail has ways past its own forms (of several files at once, one that lacks a title waits
unexamined), and code has others.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db.models.fields.files import FieldFile, ImageFieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from knowledge.document_files import look_into_document
from knowledge.image_files import redraw
from knowledge.media_files import MediaFacts, look_into
from knowledge.upload_faults import UploadFault
from knowledge.virus_scanner import ScannerAwayError, find_virus


def take_image(file: File[Any], name: str) -> File[Any]:
    """Return what to store of an image: its pixels, drawn anew.

    Raises:
        UploadFault: it is no image that can be taken; the message says why.
    """
    if _is_taken(file):
        return file
    refuse_viruses(file)
    return _taken(ContentFile(redraw(file), name=name))


def take_document(file: File[Any], name: str) -> File[Any]:
    """Return a document that is what its name says and can be handed on.

    Raises:
        UploadFault: it is not; the message says why.
    """
    if _is_taken(file):
        return file
    refuse_above(settings.DOCUMENT_MAX_BYTES, file)
    look_into_document(file, PurePath(name).suffix.lower().lstrip("."))
    refuse_viruses(file)
    return _taken(file)


def take_recording(file: File[Any], name: str) -> tuple[File[Any], MediaFacts]:
    """Return a recording that browsers can play, and what it says of itself.

    Raises:
        UploadFault: it is none; the message says why.
    """
    refuse_above(settings.MEDIA_MAX_BYTES, file)
    facts = look_into(cast(BinaryIO, file), name, file.size)
    if not _is_taken(file):
        refuse_viruses(file)
    return _taken(file), facts


def refuse_above(most: int, file: File[Any]) -> None:
    """Raise UploadFault for a file of more than so many bytes."""
    if file.size > most:
        raise UploadFault(
            _("This file is larger than %(limit)s. Make it smaller, or split it.") % {"limit": filesizeformat(most)}
        )


def refuse_viruses(file: File[Any]) -> None:
    """Raise UploadFault for what the virus scanner knows, or cannot say anything about; without one, do nothing."""
    if not settings.CLAMAV_URL:
        return
    try:
        virus = find_virus(file)
    except ScannerAwayError as error:
        raise UploadFault(
            _("The virus scanner does not answer, so no file can be taken now. Try again in a few minutes.")
        ) from error
    if virus:
        raise UploadFault(_("The virus scanner found “%(virus)s” in this file. It was not stored.") % {"virus": virus})


def _is_taken(file: File[Any]) -> bool:
    return getattr(file, "was_taken", False)


def _taken(file: File[Any]) -> File[Any]:
    """Mark a file, so that it is not drawn and scanned again between its form and its storage."""
    file.was_taken = True  # type: ignore[attr-defined]
    file.seek(0)
    return file


def _as_file(content: Any) -> File[Any]:
    return content if isinstance(content, File) else File(content)


class ImageFile(ImageFieldFile):
    """An image's file; only what the gate gives out is stored."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Draw the image anew and store that."""
        super().save(name, take_image(_as_file(content), name), save)


class DocumentFile(FieldFile):
    """A document's file; only what the gate lets through is stored."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Look into the document and store it."""
        super().save(name, take_document(_as_file(content), name), save)


class RecordingFile(FieldFile):
    """A recording's file; only what the gate lets through is stored."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Look into the recording and store it."""
        super().save(name, take_recording(_as_file(content), name)[0], save)
