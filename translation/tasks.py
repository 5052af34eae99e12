"""What the desk does after an answer."""

from __future__ import annotations

from django_tasks import task
from wagtail.models import Page
from wagtail_localize.models import TranslationSource

from translation.freshness import take_over
from translation.releases import ask_translators


@task()
def take_over_source(source_id: int) -> None:
    """Take over a published source into its translations, if it is still there (see `freshness.take_over`)."""
    source = TranslationSource.objects.filter(pk=source_id).first()
    if source is not None:
        take_over(source)


@task()
def hand_to_translators(page_id: int) -> None:
    """Ask the translators that a standing request names, if the page is still published."""
    page = Page.objects.filter(pk=page_id, live=True).first()
    if page is not None:
        ask_translators(page)
