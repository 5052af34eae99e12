"""What the desk does after an answer."""

from __future__ import annotations

from django_tasks import task
from wagtail_localize.models import TranslationSource

from translation.freshness import take_over


@task()
def take_over_source(source_id: int) -> None:
    """Take over a published source into its translations, if it is still there (see `freshness.take_over`)."""
    source = TranslationSource.objects.filter(pk=source_id).first()
    if source is not None:
        take_over(source)
