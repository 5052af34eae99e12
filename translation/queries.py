"""How far the languages are: what is missing, what is out of date, what waits for a translator."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from wagtail.models import Page
from wagtail_localize.models import StringSegment, Translation, TranslationSource

from access.readers import Reader
from access.rows import JSONRows, time_from_json
from knowledge.loading import versions_of
from knowledge.models import ReadablePage
from members.models import User
from translation.limits import approved_here, translatable
from translation.models import PendingApproval

MISSING, DRAFT, OUTDATED, CURRENT = "missing", "draft", "outdated", ""
PANEL_SIZE = 10


def _synced_at() -> Subquery:
    """When wagtail-localize last took over the texts of a page (outer query) for its translators."""
    sources = TranslationSource.objects.filter(object_id=OuterRef("translation_key"), locale=OuterRef("locale"))
    return Subquery(sources.values("last_updated_at")[:1])


@dataclass(frozen=True)
class OutdatedNotice:
    """Says that a translation is older than what it translates.

    Attributes:
        source_url: address of the original.
        source_language: its language code.
        changed_at: when the original was last published.
        parts: identifiers of the blocks of the body whose text changed since this translation was published.
    """

    source_url: str
    source_language: str
    changed_at: datetime.datetime
    parts: frozenset[str] = frozenset()


def with_followed_sources(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Load with pages the sources that they follow, for `outdated_notice`: language, time of the last sync."""
    followed = Translation.objects.filter(
        source__object_id=OuterRef("translation_key"), target_locale=OuterRef("locale"), enabled=True
    )
    return pages.annotate(followed_rows=JSONRows(followed, "source__locale__language_code", "source__last_updated_at"))


def outdated_notice(page: Page, reader: Reader) -> OutdatedNotice | None:
    """Return a notice for a live translation that is older than its source's live version.

    A translation that follows its source is made from the texts taken over at the last sync, so it is out of
    date when its source was published after that, or the texts were taken over after it was published. One
    that no longer follows its source is out of date when the source was published later.

    No query if the page was loaded for reading (`with_surroundings`, `with_followed_sources`), two if not, none
    for an original. One more for the parts of a translation that is out of date.
    """
    language = getattr(page, "source_language", "")
    if not isinstance(page, ReadablePage) or language in {"", page.locale.language_code}:
        return None
    source = versions_of(page, reader).get(language)
    if source is None or source.last_published_at is None or page.last_published_at is None:
        return None
    rows = getattr(page, "followed_rows", None)
    if rows is None:
        loaded = with_followed_sources(Page.objects.filter(pk=page.pk)).first()
        rows = loaded.followed_rows if loaded else []
    synced_at = {code: time_from_json(time) for code, time in rows}.get(language)
    if synced_at is None:
        is_outdated = source.last_published_at > page.last_published_at
    else:
        is_outdated = source.last_published_at > synced_at or synced_at > page.last_published_at
    if not is_outdated:
        return None
    parts = _changed_parts(page, language) if synced_at is not None else frozenset()
    return OutdatedNotice(source.address, language, source.last_published_at, parts)


def _changed_parts(page: Page, source_language: str) -> frozenset[str]:
    """Return the blocks in which the texts that translators have are others than those this translation was made from.

    A text that was approved after the translation was published is not in it yet.
    """
    shown = approved_here().filter(updated_at__lte=page.last_published_at)
    changed = (
        StringSegment.objects.filter(
            source__object_id=page.translation_key, source__locale__language_code=source_language
        )
        .annotate(target_locale_id=Value(page.locale_id))
        .filter(~Exists(shown))
    )
    # A path is the field, the block and what is in it.
    paths = (path.split(".") for path in changed.values_list("context__path", flat=True))
    return frozenset(path[1] for path in paths if len(path) > 1)


def state_name(language_code: str) -> str:
    """Return the name under which `with_translation_states` keeps the state of a language."""
    return f"state_{language_code.replace('-', '_')}"


def with_translation_states(originals: QuerySet[Page]) -> QuerySet[Page]:
    """Add to originals, for each language, whether they are translated into it (in the same query).

    The states are `MISSING`, `DRAFT` (begun, not published), `OUTDATED` (see `outdated_notice`) and, for what
    is well and for the page's own language, `CURRENT`.
    """
    originals = originals.annotate(synced_at=_synced_at())
    states = {}
    for code, _name in settings.LANGUAGES:
        versions = Page.objects.filter(
            translation_key=OuterRef("translation_key"), locale__language_code=code, alias_of__isnull=True
        )
        live = versions.filter(live=True)
        is_followed = Exists(
            Translation.objects.filter(
                source__object_id=OuterRef("translation_key"),
                source__locale=OuterRef("locale"),
                target_locale__language_code=code,
                enabled=True,
            )
        )
        is_behind_its_sync = Q(synced_at__lt=F("last_published_at")) | Q(
            Exists(live.filter(last_published_at__lt=OuterRef("synced_at")))
        )
        is_behind = Exists(live.filter(last_published_at__lt=OuterRef("last_published_at")))
        states[state_name(code)] = Case(
            When(locale__language_code=code, then=Value(CURRENT)),
            When(~Exists(versions), then=Value(MISSING)),
            When(~Exists(live), then=Value(DRAFT)),
            When(Q(is_followed) & is_behind_its_sync, then=Value(OUTDATED)),
            When(~Q(is_followed) & Q(is_behind), then=Value(OUTDATED)),
            default=Value(CURRENT),
            output_field=CharField(),
        )
    return originals.annotate(**states)


def _texts_left() -> Coalesce:
    """How many texts of a translation (outer query) a person has still to translate, to mend or to approve."""
    left = (
        StringSegment.objects.filter(source=OuterRef("source"))
        .annotate(target_locale_id=OuterRef("target_locale"))
        .filter(~Exists(approved_here()))
        .order_by()
        .values("source")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(left), 0)


def left_name(language_code: str) -> str:
    """Return the name under which `with_texts_left` keeps the number of texts for a language."""
    return f"left_{language_code.replace('-', '_')}"


def with_texts_left(originals: QuerySet[Page]) -> QuerySet[Page]:
    """Add to originals, for each language, how many texts are to be translated or approved (in the same query).

    None where there is no translation.
    """
    counts: dict[str, Any] = {}
    for code, _name in settings.LANGUAGES:
        followed = Translation.objects.filter(
            source__object_id=OuterRef("translation_key"),
            source__locale=OuterRef("locale"),
            target_locale__language_code=code,
            enabled=True,
        )
        numbers = followed.annotate(number=_texts_left()).values("number")[:1]
        counts[left_name(code)] = Subquery(numbers)
    return originals.annotate(**counts)


def texts_left_of(keys: Iterable[UUID]) -> dict[tuple[UUID, int, str], int]:
    """Return how many texts are to be translated or approved, by translation key, locale of the source and language.

    One query; for what is shown, where `with_texts_left` is for all that is sorted.
    """
    followed = Translation.objects.filter(source__object_id__in=list(keys), enabled=True).annotate(number=_texts_left())
    columns = "source__object_id", "source__locale_id", "target_locale__language_code", "number"
    return {(key, locale, code): number for key, locale, code, number in followed.values_list(*columns)}


def has_pending(language_code: str, reason: str) -> Exists:
    """Tell whether a text of an original (outer query) waits in a language for a reason."""
    return Exists(
        PendingApproval.objects.filter(
            text__context__object_id=OuterRef("translation_key"),
            text__locale__language_code=language_code,
            reason=reason,
        )
    )


def pending_reasons(keys: Iterable[UUID]) -> dict[tuple[UUID, str], set[str]]:
    """Return what texts of originals wait for, by translation key and language (one query).

    Asked of what is shown only: in the query for all originals it took longer than everything else in it.
    """
    found: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    waiting_texts = PendingApproval.objects.filter(text__context__object_id__in=list(keys))
    columns = "text__context__object_id", "text__locale__language_code", "reason"
    for key, code, reason in waiting_texts.values_list(*columns).distinct():
        found[key, code].add(reason)
    return found


def waiting(user: User | AnonymousUser) -> QuerySet[Translation]:
    """Return the translations that a user may write and that somebody should go on with.

    Those with texts left, finished ones that are not published, and ones whose source has changed. Each has
    `page_id`, `page_is_live`, `left` (texts) and `is_behind` (its source was published after its texts were last
    taken over).
    """
    pages = Page.objects.filter(translation_key=OuterRef("source__object_id"), locale=OuterRef("target_locale"))
    sources = Page.objects.filter(
        translation_key=OuterRef("source__object_id"), locale=OuterRef("source__locale"), live=True
    )
    return (
        translatable(user)
        .annotate(
            page_is_live=Subquery(pages.values("live")[:1]),
            page_published_at=Subquery(pages.values("last_published_at")[:1]),
            is_behind=Exists(sources.filter(last_published_at__gt=OuterRef("source__last_updated_at"))),
            left=_texts_left(),
        )
        .filter(
            Q(left__gt=0)
            | Q(page_is_live=False)
            | Q(is_behind=True)
            | Q(page_published_at__lt=F("source__last_updated_at"))
        )
        .select_related("source__locale", "target_locale")
    )


def waiting_translations(user: User | AnonymousUser) -> dict[str, Any]:
    """Return what waits for somebody, those with the fewest texts left first, for their dashboard.

    Their number as `count`, the first few as `translations` (two queries besides the user's permissions).
    """
    translations = waiting(user)
    return {"count": translations.count(), "translations": list(translations.order_by("left", "pk")[:PANEL_SIZE])}
