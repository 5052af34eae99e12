"""The texts of attachments and slides: read once per file, given to search where all readers of a page have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import F, QuerySet
from wagtail.models import Collection, CollectionViewRestriction

from knowledge.models import Attachment, DocumentText, HubDocument, WebinarRecording
from knowledge.signals import document_texts_changed
from knowledge.text_extraction import FILE_MAX_BYTES, READERS, TEXT_LENGTH, Unreadable, extract_text


def extension_of(document: HubDocument) -> str:
    """Return the extension of a document's file, in small letters and without a dot."""
    return PurePosixPath(document.file.name).suffix.removeprefix(".").lower()


def documents_to_read() -> QuerySet[HubDocument]:
    """Return the documents of which there is no text, or that of another file."""
    return HubDocument.objects.exclude(extracted__digest=F("file_hash"), extracted__isnull=False).order_by("pk")


def read_document(document_id: int) -> bool:
    """Read the text of a document's file; return whether it has one now. What cannot be read is not tried again.

    Args:
        document_id: of a document, which may be gone.
    """
    document = HubDocument.objects.filter(pk=document_id).first()
    if document is None or extension_of(document) not in READERS:
        return False
    text = fault = ""
    try:
        with document.file.open("rb") as file:
            text = extract_text(file.read(FILE_MAX_BYTES + 1), extension_of(document))
    except (OSError, Unreadable) as error:
        fault = str(error)[:200]
    with transaction.atomic():
        if not HubDocument.objects.select_for_update().filter(pk=document_id, file_hash=document.file_hash).exists():
            return False  # Replaced or deleted meanwhile: whoever did that has it read again.
        values = {"digest": document.file_hash, "text": text, "fault": fault}
        DocumentText.objects.update_or_create(document=document, defaults=values)
        document_texts_changed.send(HubDocument, document_ids=[document_id])
    return bool(text)


def open_documents() -> QuerySet[HubDocument]:
    """Return the documents that are as open as the pages that use them: without a marking or a private collection."""
    documents = HubDocument.objects.filter(marking="")
    for path in Collection.objects.filter(pk__in=CollectionViewRestriction.objects.values("collection")).values_list(
        "path", flat=True
    ):
        documents = documents.exclude(collection__path__startswith=path)
    return documents


def texts_of_pages(page_ids: Iterable[int]) -> dict[int, str]:
    """Return, by page, the texts of its attachments and slides that every reader of the page may have.

    A file with a marking of its own is left out, whatever the marking is: it may be stricter than the page tomorrow.
    At most four queries.
    """
    page_ids = list(page_ids)
    used: dict[int, list[int]] = defaultdict(list)
    for page_id, document_id in Attachment.objects.filter(page__in=page_ids).values_list("page_id", "document_id"):
        used[page_id].append(document_id)
    slides = WebinarRecording.objects.filter(pk__in=page_ids, slides__isnull=False).values_list("pk", "slides_id")
    for page_id, slides_id in slides:
        used[page_id].append(slides_id)
    if not used:
        return {}
    wanted = {document_id for ids in used.values() for document_id in ids}
    texts = DocumentText.objects.filter(document__in=open_documents().filter(pk__in=wanted)).exclude(text="")
    by_document = dict(texts.values_list("document_id", "text"))
    found = {}
    for page_id, ids in used.items():
        if text := "\n".join(by_document[each] for each in dict.fromkeys(ids) if each in by_document):
            found[page_id] = text[:TEXT_LENGTH]
    return found


def pages_with(document_ids: Iterable[int]) -> set[int]:
    """Return the primary keys of live pages that have one of the documents as an attachment or as slides."""
    pages = Attachment.objects.filter(document__in=document_ids, page__live=True).values_list("page_id", flat=True)
    slides = WebinarRecording.objects.filter(slides__in=document_ids, live=True).values_list("pk", flat=True)
    return {*pages, *slides}
