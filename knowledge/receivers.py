"""Keeps the record of what is public true: every change is recorded in its own transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import CollectionViewRestriction, Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from access.models import PageAccess
from access.signals import page_access_changed, readers_lost
from knowledge.document_texts import extension_of
from knowledge.models import DocumentText, HubDocument, KnowledgePage
from knowledge.public_records import record_publicity, touch_public
from knowledge.signals import document_texts_changed
from knowledge.tasks import read_document_text, tell_of_lost_readers
from knowledge.text_extraction import READERS
from vocabulary.models import ConceptLabel
from vocabulary.signals import vocabulary_changed


@receiver(post_save, dispatch_uid="knowledge.record_saved_page")
def record_saved_page(instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """A piece was saved as live; saving a draft writes other columns only."""
    if isinstance(instance, KnowledgePage) and not raw and update_fields is None:
        record_publicity([instance.pk])


@receiver([page_published, page_unpublished], dispatch_uid="knowledge.record_published_page")
def record_published_page(instance: Page, **kwargs: Any) -> None:
    """What a page is about and who wrote it is saved after the page itself; unpublishing writes one column."""
    if isinstance(instance, KnowledgePage):
        record_publicity([instance.pk])


@receiver(post_delete, dispatch_uid="knowledge.record_deleted_page")
def record_deleted_page(instance: Any, **kwargs: Any) -> None:
    """A page is gone, and its versions name it no more."""
    if isinstance(instance, Page) and instance.pk:
        record_publicity([instance.pk])
        touch_public(Q(translation_key=instance.translation_key))


@receiver(page_access_changed, sender=PageAccess, dispatch_uid="knowledge.record_changed_access")
def record_changed_access(page_ids: set[int], **kwargs: Any) -> None:
    """Other people may read these pages now."""
    record_publicity(page_ids)


@receiver(post_save, sender=HubDocument, dispatch_uid="knowledge.read_saved_document")
def read_saved_document(instance: HubDocument, raw: bool = False, **kwargs: Any) -> None:
    """A file may be another one: its text is read once it is committed. Its marking or collection may be another."""
    if raw:
        return
    known = DocumentText.objects.filter(document=instance).values_list("digest", flat=True).first()
    if extension_of(instance) in READERS and (known is None or known != instance.file_hash):
        transaction.on_commit(lambda: read_document_text.enqueue(instance.pk), robust=True)
    if known is not None:
        document_texts_changed.send(HubDocument, document_ids=[instance.pk])


@receiver([post_save, post_delete], sender=CollectionViewRestriction, dispatch_uid="knowledge.privacy_of_collection")
def record_privacy_of_collection(instance: CollectionViewRestriction, **kwargs: Any) -> None:
    """The texts of a private collection's files are not found any more, or are again."""
    inside = HubDocument.objects.filter(collection__path__startswith=instance.collection.path, extracted__isnull=False)
    document_texts_changed.send(HubDocument, document_ids=list(inside.values_list("pk", flat=True)))


@receiver(readers_lost, dispatch_uid="knowledge.tell_of_lost_readers")
def tell_editors_of_lost_readers(page_ids: set[int], **kwargs: Any) -> None:
    """Nobody may read these pages any more: their editors are written to, once that is so."""
    transaction.on_commit(lambda: tell_of_lost_readers.enqueue(sorted(page_ids)), robust=True)


@receiver([post_page_move, page_slug_changed], dispatch_uid="knowledge.record_changed_address")
def record_changed_address(instance: Page, **kwargs: Any) -> None:
    """A page has another address, and all below it."""
    touch_public(Q(path__startswith=instance.path))


@receiver([post_save, post_delete], sender=ConceptLabel, dispatch_uid="knowledge.record_renamed_concept")
def record_renamed_concept(instance: ConceptLabel, **kwargs: Any) -> None:
    """Records name what their pieces are about."""
    record_renamed_concepts([instance.concept_id])


@receiver(vocabulary_changed, dispatch_uid="knowledge.record_imported_concepts")
def record_imported_concepts(concept_ids: Any, **kwargs: Any) -> None:
    """An import changed many concepts at once."""
    record_renamed_concepts(list(concept_ids))


def record_renamed_concepts(concept_ids: list[int]) -> None:
    """Record that pieces about these concepts are described in other words."""
    touch_public(Q(topics__in=concept_ids) | Q(sectors__in=concept_ids))
