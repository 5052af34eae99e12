"""What the desk does when texts are saved and sources are published."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published
from wagtail_localize.models import StringTranslation, TranslationSource, cleanup_translation_on_delete

from knowledge.signals import about_to_publish
from translation.editing import record_writing
from translation.models import StandingRequest
from translation.placeholders import printable
from translation.releases import check_joint_release, release_together
from translation.tasks import hand_to_translators, take_over_source


@receiver(pre_save, sender=StringTranslation, dispatch_uid="translation.leave_out_control_characters")
def leave_out_control_characters(instance: StringTranslation, **kwargs: Any) -> None:
    """Wagtail-localize's own editor sends what was typed as it is, and PostgreSQL refuses NUL."""
    instance.data = printable(instance.data)


@receiver(post_save, sender=StringTranslation, dispatch_uid="translation.record_written_text")
def record_written_text(
    instance: StringTranslation, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Whatever saved it: the history knows."""
    if not raw and (update_fields is None or "data" in update_fields):
        record_writing(instance)


@receiver(page_published, dispatch_uid="translation.take_over_published_source")
def take_over_published_source(instance: Page, **kwargs: Any) -> None:
    """The texts of a source have changed, or may have: its translators have them once it is committed."""
    source = TranslationSource.objects.filter(object_id=instance.translation_key, locale=instance.locale_id).first()
    if source is not None and not instance.alias_of_id:
        transaction.on_commit(lambda: take_over_source.enqueue(source.pk), robust=True)


@receiver(post_delete, sender=Page, dispatch_uid="translation.forget_piece")
def forget_piece(instance: Page, **kwargs: Any) -> None:
    """When the last language of a page is deleted, nothing of it stays; until then translators' work does."""
    if not Page.objects.filter(translation_key=instance.translation_key).exists():
        cleanup_translation_on_delete(instance)


@receiver(about_to_publish, dispatch_uid="translation.hold_for_joint_release")
def hold_for_joint_release(page: Page, **kwargs: Any) -> None:
    """What is to be published together waits for the last language."""
    check_joint_release(page)


@receiver(page_published, dispatch_uid="translation.release_translations_together")
def release_translations_together(instance: Page, **kwargs: Any) -> None:
    """What was held goes out with its original."""
    release_together(instance)


@receiver(page_published, dispatch_uid="translation.ask_translators_of_section")
def ask_translators_of_section(instance: Page, **kwargs: Any) -> None:
    """The section's translators are asked once it is committed."""
    if StandingRequest.objects.exists() and not instance.alias_of_id:
        transaction.on_commit(lambda: hand_to_translators.enqueue(instance.pk), robust=True)
