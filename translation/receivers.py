"""What the desk does when texts are saved and sources are published."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published
from wagtail_localize.models import StringTranslation, TranslationSource

from translation.editing import record_writing
from translation.tasks import take_over_source


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
