"""What happens by itself when an original is published: its translators are asked, and what was held goes out with it.

Two things that coordinators set up. A *standing request* hands whatever is published in a section to the translators
of a language. A *joint release* holds the translations of a page that is not published yet, so that all languages
come out in the same moment: by hand, by the last approval of a review, or at a set time.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page
from wagtail_localize.models import Translation, TranslationSource

from access.audiences import source_of
from access.languages import language_name
from knowledge.publishing_gate import GateClosed
from members.models import User
from translation.assigning import CannotTranslate, assign
from translation.limits import followers_of, texts_left
from translation.models import JointRelease, StandingRequest


def source_held(page: Page) -> TranslationSource | None:
    """Return the source that a page is, or is translated from, if it is held for a joint release (one query)."""
    held = TranslationSource.objects.filter(object_id=page.translation_key, joint_release__isnull=False)
    return held.select_related("locale").first()


def is_held(page: Page) -> bool:
    """Tell whether a page is a translation that is not to be published before its original is."""
    source = source_held(page)
    if source is None or source.locale_id == page.locale_id:
        return False
    original = Page.objects.filter(translation_key=page.translation_key, locale=source.locale_id)
    return not original.filter(live=True).exists()


def reason_to_wait(page: Page) -> str:
    """Say why a page is not to be published before its original is; an empty text if nothing is against it.

    A translation passes the gate with its original: one that follows what readers do not have has passed none.
    """
    if is_held(page):
        return _("All languages of this page are published together, when the original is.")
    unpublished = Page.objects.filter(
        translation_key=OuterRef("source__object_id"), locale=OuterRef("source__locale"), live=False
    )
    followed = Translation.objects.filter(
        Exists(unpublished), source__object_id=page.translation_key, target_locale=page.locale_id, enabled=True
    )
    return _("The original is not published, so its translation cannot be, either.") if followed.exists() else ""


def hold(source: TranslationSource, person: User) -> None:
    """Have a page and its translations published together; holding again changes nothing."""
    JointRelease.objects.get_or_create(source=source, defaults={"person": person})


def let_go(source: TranslationSource) -> None:
    """Let every language be published by itself again."""
    JointRelease.objects.filter(source=source).delete()


def unfinished(source: TranslationSource) -> list[tuple[Translation, int]]:
    """Return the translations of a source in which texts are left, and how many."""
    counted = ((each, texts_left(each)) for each in followers_of(source))
    return [(each, left) for each, left in counted if left]


def check_joint_release(page: Page) -> None:
    """Let a version of a page pass to its readers unless it has to wait for another language.

    Raises:
        GateClosed: it is a translation whose original is not published, or an original that is to be published
            together with translations in which texts are left.
    """
    if reason := reason_to_wait(page):
        raise GateClosed(reason)
    source = source_held(page)
    if source is None or source.locale_id != page.locale_id:
        return
    # The translators may have an earlier version than the one that goes out.
    source.update_from_db()
    names = [language_name(each.target_locale.language_code) for each, _left in unfinished(source)]
    if names:
        raise GateClosed(
            _("All languages of this page are published together, and texts are left to translate: %(languages)s.")
            % {"languages": ", ".join(names)}
        )


def release_together(page: Page) -> None:
    """Publish the translations of an original that has just been published, if they were held for it."""
    source = source_held(page)
    if source is None or source.locale_id != page.locale_id or not page.live:
        return
    with transaction.atomic():
        for each in followers_of(source):
            each.save_target(publish=True)
        let_go(source)


def requests_for(page: Page) -> list[StandingRequest]:
    """Return what is to be asked for when a page is published: nothing for translations and aliases."""
    if page.alias_of_id or source_of(page) is not None:
        return []
    # A section is the same in all languages.
    above = page.get_ancestors().values("translation_key")
    found = StandingRequest.objects.filter(section__translation_key__in=above)
    found = found.exclude(language=page.locale.language_code)
    # The nearest section says.
    nearest: dict[str, StandingRequest] = {}
    for each in found.select_related("section", "person").order_by("section__depth"):
        nearest[each.language] = each
    return list(nearest.values())


@transaction.atomic
def ask_translators(page: Page) -> list[Translation]:
    """Hand a published page to the translators that a standing request names; return what is new on their desks.

    What they have already stays as it is.
    """
    asked: list[Translation] = []
    for request in requests_for(page):
        locale = Locale.objects.filter(language_code=request.language).first()
        if locale is None:
            continue
        source, _created = TranslationSource.get_or_create_from_instance(page)
        translation, is_new = Translation.objects.get_or_create(source=source, target_locale=locale)
        if not is_new:
            continue
        translation.save_target(publish=False)
        deadline = timezone.localdate() + datetime.timedelta(days=request.days) if request.days else None
        try:
            assign([translation], request.person, deadline, request.priority, None)
        except CannotTranslate:
            # Whoever was named translates into another language now.
            assign([translation], None, deadline, request.priority, None)
        asked.append(translation)
    return asked


def state_of_languages(source: TranslationSource | None) -> list[dict[str, Any]]:
    """Return for every language but the source's what is left to do before it could be published."""
    by_code = {each.target_locale.language_code: each for each in followers_of(source)} if source else {}
    return [
        {
            "name": language_name(code),
            "translation": by_code.get(code),
            "left": texts_left(by_code[code]) if code in by_code else None,
        }
        for code, _name in settings.LANGUAGES
        if source is None or code != source.locale.language_code
    ]
