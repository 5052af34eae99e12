"""What may be done with a page by somebody who only translates."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from wagtail.models import Page
from wagtail_localize.models import Translation

from knowledge.marking_panel import EDIT_ORIGINALS
from members.models import User


def may_edit_originals(user: User | AnonymousUser) -> bool:
    """Tell whether a user may write pages in the language they are written in."""
    return user.has_perm(EDIT_ORIGINALS)


def translation_into(page: Page) -> Translation | None:
    """Return the translation whose result a page is, while it follows its source."""
    return Translation.objects.filter(
        source__object_id=page.translation_key, target_locale_id=page.locale_id, enabled=True
    ).first()


def may_edit(user: User | AnonymousUser, page: Page) -> bool:
    """Tell whether a user may edit a page, if Wagtail's permissions let them: translators, translations only."""
    return may_edit_originals(user) or translation_into(page) is not None


def texts_left(translation: Translation) -> int:
    """Return how many texts of a translation are not translated yet, or have an error."""
    total, translated = translation.get_progress()
    return total - translated
