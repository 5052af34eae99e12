"""Keeps the index true: every change of what is found is recorded in its own transaction."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from access.generation import start_new_generation
from access.models import PageAccess
from access.signals import page_access_changed
from knowledge.document_texts import pages_with
from knowledge.models import CaseStudy, HubDocument, KnowledgePage, ReadablePage
from knowledge.signals import document_texts_changed
from members.models import Organisation, OrganisationName
from search.index import record_pages, record_rights
from search.models import PromotedResult, SearchEntry, StopWord, SynonymGroup
from vocabulary.models import Concept, ConceptLabel
from vocabulary.signals import vocabulary_changed


@receiver(post_save, dispatch_uid="search.record_saved_page")
def record_saved_page(instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """A page was saved as live; saving a draft writes other columns only."""
    if not isinstance(instance, ReadablePage) or raw or update_fields is not None:
        return
    if instance.live or SearchEntry.objects.filter(pk=instance.pk, is_removed=False).exists():
        record_pages([instance.pk])


@receiver(page_published, dispatch_uid="search.record_published_page")
def record_published_page(instance: Page, **kwargs: Any) -> None:
    """What a page is about and who wrote it is saved after the page itself."""
    if isinstance(instance, ReadablePage):
        record_pages([instance.pk])


@receiver(page_unpublished, dispatch_uid="search.record_unpublished_page")
def record_unpublished_page(instance: Page, **kwargs: Any) -> None:
    """A page is not live any more; its original may be offered in its language again."""
    record_pages([instance.pk])


@receiver(post_delete, dispatch_uid="search.record_deleted_page")
def record_deleted_page(instance: Any, **kwargs: Any) -> None:
    """A page is gone; its original may be offered in its language again."""
    if isinstance(instance, Page) and instance.pk:
        others = Page.objects.filter(translation_key=instance.translation_key)
        record_pages([instance.pk, *others.values_list("pk", flat=True)])


@receiver(page_access_changed, sender=PageAccess, dispatch_uid="search.record_changed_rights")
def record_changed_rights(page_ids: set[int], **kwargs: Any) -> None:
    """Other people may read these pages now."""
    record_rights(page_ids)


@receiver(document_texts_changed, sender=HubDocument, dispatch_uid="search.record_documents")
def record_documents(document_ids: list[int], **kwargs: Any) -> None:
    """The texts of files are found with the pages that have them."""
    if pages := pages_with(document_ids):
        record_pages(pages)


@receiver([post_save, post_delete], sender=ConceptLabel, dispatch_uid="search.record_renamed_concept")
def record_renamed_concept(instance: ConceptLabel, **kwargs: Any) -> None:
    """What a concept is called is searched with every page that has it."""
    record_concepts([instance.concept_id])


@receiver(post_save, sender=Concept, dispatch_uid="search.record_moved_concept")
def record_moved_concept(instance: Concept, created: bool, **kwargs: Any) -> None:
    """Pages are found by the broader concepts of theirs."""
    if not created:
        record_concepts([instance.pk])


@receiver(vocabulary_changed, dispatch_uid="search.record_imported_concepts")
def record_imported_concepts(concept_ids: Any, **kwargs: Any) -> None:
    """An import changed many concepts at once."""
    record_concepts(list(concept_ids))


def record_concepts(concept_ids: list[int]) -> None:
    """Record the pages that have one of the concepts, or one below them."""
    wanted, below = set(concept_ids), set(concept_ids)
    while below:
        below = set(Concept.objects.filter(broader_id__in=below).values_list("pk", flat=True)) - wanted
        wanted |= below
    pages: set[int] = set()
    for name in ("topics", "sectors", "regions"):
        found = KnowledgePage.objects.filter(**{f"{name}__in": wanted}, live=True)
        pages.update(found.values_list("pk", flat=True))
    if pages:
        record_pages(pages)


@receiver([post_save, post_delete], sender=OrganisationName, dispatch_uid="search.record_renamed_organisation")
def record_renamed_organisation(instance: OrganisationName, **kwargs: Any) -> None:
    """The names of organisations are searched with what their people wrote."""
    organisation: Organisation | int = instance.organisation_id
    pages = set(
        KnowledgePage.objects.filter(authors__organisation=organisation, live=True).values_list("pk", flat=True)
    )
    pages |= set(CaseStudy.objects.filter(organisation=organisation, live=True).values_list("pk", flat=True))
    if pages:
        record_pages(pages)


@receiver([post_save, post_delete], sender=SynonymGroup, dispatch_uid="search.apply_synonyms")
@receiver([post_save, post_delete], sender=StopWord, dispatch_uid="search.apply_stop_words")
@receiver([post_save, post_delete], sender=PromotedResult, dispatch_uid="search.apply_promotions")
def apply_wordings(instance: Any, **kwargs: Any) -> None:
    """Questions are understood, and answered, otherwise from now on; nothing is indexed anew."""
    start_new_generation()
