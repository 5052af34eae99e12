"""What may be done with a page by somebody who only translates."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from wagtail.models import Page
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource

from knowledge.marking_panel import EDIT_ORIGINALS
from knowledge.reports import editable_pages, is_editable_page
from members.models import User

# What is read with a translation whose segments are.
PARTS = ("source__locale", "target_locale")


def may_edit_originals(user: User | AnonymousUser) -> bool:
    """Tell whether a user may write pages in the language they are written in."""
    return user.has_perm(EDIT_ORIGINALS)


def translation_into(page: Page) -> Translation | None:
    """Return the translation whose result a page is, while it follows its source."""
    return Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
    ).first()


def followers_of(source: TranslationSource) -> QuerySet[Translation]:
    """Return the translations that follow a source, with what saving them and counting their texts asks for."""
    return source.translations.filter(enabled=True).select_related("source", "target_locale")


def may_edit(user: User | AnonymousUser, page: Page) -> bool:
    """Tell whether a user may edit a page, if Wagtail's permissions let them: translators, translations only."""
    return may_edit_originals(user) or translation_into(page) is not None


def approved_here() -> QuerySet[StringTranslation]:
    """Return the approved translations of a segment (outer query, annotated with its `target_locale_id`)."""
    return StringTranslation.objects.filter(
        translation_of=OuterRef("string"),
        context=OuterRef("context"),
        locale=OuterRef("target_locale_id"),
        has_error=False,
        pending__isnull=True,
    )


def texts_left(translation: Translation) -> int:
    """Return how many texts of a translation a person has still to translate, to mend or to approve."""
    segments = StringSegment.objects.filter(source=translation.source_id)
    segments = segments.annotate(target_locale_id=Value(translation.target_locale_id))
    return segments.filter(~Exists(approved_here())).count()


def _between_languages_of_the_hub(*, stopped: bool) -> QuerySet[Translation]:
    languages = [code for code, _name in settings.LANGUAGES]
    return Translation.objects.filter(
        enabled=not stopped,
        source__locale__language_code__in=languages,
        target_locale__language_code__in=languages,
    )


def translatable(user: User | AnonymousUser, *, stopped: bool = False) -> QuerySet[Translation]:
    """Return the translations whose texts a user may write: those into pages they may edit, while they follow.

    Between languages of the hub only: one that was taken away has no desk, and what was written in it stays. Each with
    `page_id`, the translated page's. With `stopped`, those that do not follow any more, which nobody writes.
    """
    pages = editable_pages(user).filter(
        translation_key=OuterRef("source__object_id"), locale=OuterRef("target_locale"), alias_of__isnull=True
    )
    translations = _between_languages_of_the_hub(stopped=stopped)
    return translations.annotate(page_id=Subquery(pages.values("pk")[:1])).filter(page_id__isnull=False)


def translatable_by_key(user: User | AnonymousUser, key: int, *, stopped: bool = False) -> Translation | None:
    """Return a translation if it is among `translatable`, with what its segments are read with.

    Asks for the rights on its page alone (four queries), because a save asks it each time.
    """
    found = _between_languages_of_the_hub(stopped=stopped).select_related(*PARTS).defer("source__content_json")
    translation = found.filter(pk=key).first()
    if translation is None:
        return None
    pages = Page.objects.filter(
        translation_key=translation.source.object_id, locale=translation.target_locale_id, alias_of__isnull=True
    )
    page = pages.only("path", "depth", "owner").first()
    if page is None or not is_editable_page(user, page):
        return None
    translation.page_id = page.pk
    return translation
