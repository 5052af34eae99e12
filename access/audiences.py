"""Working out the audience of pages from markings, sections, sources and Wagtail's privacy settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.log_actions import get_active_log_context
from wagtail.models import BaseViewRestriction, Page, PageViewRestriction
from wagtail_localize.models import Translation, TranslationSource

from access import audit
from access.generation import start_new_generation
from access.models import (
    AUTHENTICATED,
    EVERYONE,
    GROUP,
    MEMBER,
    NOBODY,
    SECOND_FACTOR,
    SUPERUSER,
    Audience,
    Conditions,
    MarkedPage,
    Marking,
    PageAccess,
    conditions_of_marking,
    is_wider,
    strictest,
)
from access.signals import page_access_changed

# How many values go into one IN (…); far below every database's limit.
BATCH = 500


def conditions_of_restriction(restriction: BaseViewRestriction) -> Conditions:
    """Return what Wagtail's own privacy setting of a page or a collection asks of a reader."""
    kind = restriction.restriction_type
    groups = restriction.groups.all() if kind == BaseViewRestriction.GROUPS else ()
    return conditions_of_privacy(kind, groups, restriction.pk)


def conditions_of_privacy(kind: str | None, groups: Iterable[Group] = (), key: int | None = None) -> Conditions:
    """Return what a privacy setting asks of a reader, kept or as a form has it; nobody meets a kind that is unknown.

    Args:
        kind: as Wagtail names it, such as `groups`.
        groups: those it names.
        key: of the setting, if it is kept: its password is met in the session under it.
    """
    match kind:
        case BaseViewRestriction.NONE:
            return EVERYONE
        case BaseViewRestriction.LOGIN:
            return frozenset({frozenset({AUTHENTICATED})})
        case BaseViewRestriction.GROUPS:
            named = {f"{GROUP}{group.pk}" for group in groups}
            # As for what is marked TLP:AMBER, which it is labelled as.
            return frozenset(
                {frozenset({*named, SUPERUSER}), frozenset({MEMBER, SUPERUSER}), frozenset({SECOND_FACTOR})}
            )
        case BaseViewRestriction.PASSWORD:
            return frozenset({frozenset({f"password:{key}"})})
    return NOBODY


def marking_of_restriction(restriction: BaseViewRestriction) -> str:
    """Return the marking that Wagtail's own privacy setting comes to, so that readers know how far a text may go."""
    is_for_all = restriction.restriction_type == BaseViewRestriction.LOGIN
    return Marking.GREEN.value if is_for_all else Marking.AMBER.value


def source_page_ids(translation_keys: Iterable) -> dict:
    """Return, by translation key, the page that the translations with this key are made from.

    wagtail-localize records the source's locale; a key it does not know has no translations.
    """
    locales = {}
    for keys in batched(translation_keys, BATCH):
        for source in TranslationSource.objects.filter(object_id__in=keys).values_list("object_id", "locale_id"):
            locales[source[0]] = source[1]
    sources = {}
    for keys in batched(locales, BATCH):
        pages = Page.objects.filter(translation_key__in=keys, alias_of__isnull=True)
        for pk, key, locale_id in pages.values_list("pk", "translation_key", "locale_id"):
            if locales[key] == locale_id:
                sources[key] = pk
    return sources


def source_of(page: Page) -> Page | None:
    """Return the page that this one translates or mirrors, or None when it is an original."""
    if page.alias_of_id:
        return page.alias_of
    source_id = source_page_ids([page.translation_key]).get(page.translation_key)
    if source_id is None or source_id == page.pk:
        return None
    return Page.objects.filter(pk=source_id).first()


def is_stopped_translation(page: Page) -> bool:
    """Tell whether a translation has its source's marking, and a text of its own: an editor stopped translating it."""
    stopped = Translation.objects.filter(
        source__object_id=page.translation_key, target_locale=page.locale_id, enabled=False
    )
    return page.alias_of_id is None and stopped.exists()


def _chain(path: str) -> Iterator[str]:
    """Yield the paths of a page's sections from the top, and its own; the tree's root has no marking."""
    for end in range(2 * Page.steplen, len(path) + 1, Page.steplen):
        yield path[:end]


class Live(NamedTuple):
    """The marking of what is live, and the facts that name whom it is shared with."""

    marking: str
    shared_with: list[str]


class _Row(NamedTuple):
    """What is asked of a page to work out its audience."""

    pk: int
    path: str
    translation_key: UUID
    alias_of_id: int | None


def _affected(page_ids: Iterable[int], descend: bool) -> list[_Row]:
    """Return rows of the given pages, those below them if asked, their translations and their aliases."""
    page_ids = list(page_ids)
    wanted = Q(pk__in=page_ids)
    if descend:
        for path in Page.objects.filter(pk__in=page_ids).values_list("path", flat=True):
            wanted |= Q(path__startswith=path)
    rows: dict[int, _Row] = {}

    def add(pages: QuerySet[Page]) -> None:
        for values in pages.values_list(*_Row._fields):
            rows[values[0]] = _Row(*values)

    add(Page.objects.filter(wanted))
    for batch in batched({row.translation_key for row in rows.values()}, BATCH):
        add(Page.objects.filter(translation_key__in=batch))
    for page_batch in batched(list(rows), BATCH):
        add(Page.objects.filter(alias_of_id__in=page_batch))
    return list(rows.values())


@transaction.atomic
def refresh_audiences(page_ids: Iterable[int], *, descend: bool = True) -> set[int]:
    """Work out anew the audience of pages, of all below them, and of their translations and aliases.

    A page's audience joins the conditions of its own marking, of every section above it, of Wagtail's
    privacy settings on any of these, and of all the same for the page it translates or mirrors.

    Args:
        page_ids: the pages whose marking, place or privacy changed.
        descend: leave out the pages below when nothing that they inherit changed.

    Returns:
        The primary keys of the pages whose audience or label changed; `page_access_changed` tells the others.
    """
    rows = _affected(page_ids, descend)
    if not rows:
        return set()
    sources = source_page_ids({row.translation_key for row in rows})
    origin = {row.pk: row.alias_of_id or sources.get(row.translation_key, row.pk) for row in rows}
    paths = {row.pk: row.path for row in rows}
    missing = set(origin.values()) - paths.keys()
    for batch in batched(missing, BATCH):
        paths.update(Page.objects.filter(pk__in=batch).values_list("pk", "path"))

    wanted_paths = {part for path in paths.values() for part in _chain(path)}
    # What each place in the tree asks for: its marking with what it asks, and the same of each privacy setting.
    asked_at: dict[str, list[tuple[str, Conditions]]] = defaultdict(list)
    for batch in batched(wanted_paths, BATCH):
        rows_there = PageAccess.objects.filter(page__path__in=batch)
        for path, marking, shared_with in rows_there.values_list("page__path", "marking", "shared_with"):
            asked_at[path].append((marking, conditions_of_marking(marking, shared_with)))
        restrictions = PageViewRestriction.objects.filter(page__path__in=batch)
        for restriction in restrictions.select_related("page").prefetch_related("groups"):
            of_restriction = (marking_of_restriction(restriction), conditions_of_restriction(restriction))
            asked_at[restriction.page.path].append(of_restriction)
    for restriction in PageViewRestriction.objects.filter(page__depth=1).prefetch_related("groups"):
        asked_at[""].append((marking_of_restriction(restriction), conditions_of_restriction(restriction)))

    def asked_along(path: str) -> list[tuple[str, Conditions]]:
        unmarked = [("", NOBODY)]
        return asked_at.get("", []) + [each for part in _chain(path) for each in asked_at.get(part, unmarked)]

    audiences: dict[Conditions, Audience] = {}
    existing = {}
    for batch in batched([row.pk for row in rows], BATCH):
        existing.update({access.page_id: access for access in PageAccess.objects.filter(page_id__in=batch)})
    changed: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        access = existing.get(row.pk)
        if access is None:
            continue
        asked = asked_along(row.path)
        if (source_path := paths.get(origin[row.pk])) and source_path != row.path:
            asked += asked_along(source_path)
        conditions: Conditions = frozenset().union(*(each for _marking, each in asked))
        label = strictest(marking for marking, _conditions in asked)
        if conditions not in audiences:
            audiences[conditions] = Audience.objects.for_conditions(conditions)
        audience_id = audiences[conditions].pk
        if access.audience_id != audience_id or access.label != label:
            changed[audience_id, label].append(row.pk)
    # Pages that change together mostly come to the same: a few statements for thousands of pages.
    for (audience_id, label), pks in changed.items():
        for batch in batched(pks, BATCH):
            PageAccess.objects.filter(page_id__in=batch).update(audience_id=audience_id, label=label)
    changed_ids = {pk for pks in changed.values() for pk in pks}
    if changed_ids:
        # Here too, whoever asked: what is kept from a moment before must not outlive the change.
        start_new_generation()
        page_access_changed.send(sender=PageAccess, page_ids=changed_ids)
    return changed_ids


@transaction.atomic
def record_page(page: Page) -> None:
    """Take over the live marking of a saved page, for itself, its translations and its aliases.

    A translation or alias never has a marking of its own, nor anybody it is shared with: what was saved on it is
    replaced by its source's. What changes is told in the audit. Page types without a marking add no condition of
    their own, only those of their section.
    """
    if page.specific_class and not isinstance(page, page.specific_class):
        return  # Only the columns of the base table were saved; the marking is not among them.
    source = source_of(page)
    live = Live(Marking.CLEAR.value, [])
    if isinstance(page, MarkedPage):
        live = Live(page.marking, page.shared_with)
    if source is not None and isinstance(page, MarkedPage):
        found = PageAccess.objects.filter(page=source).values_list("marking", "shared_with").first()
        live = Live(*found) if found else Live("", [])
        if live != Live(page.marking, page.shared_with):
            type(page)._base_manager.filter(pk=page.pk).update(**live._asdict())
            page.marking, page.shared_with = live

    access, created = PageAccess.objects.get_or_create(
        page_id=page.pk, defaults={**live._asdict(), "audience": Audience.objects.for_conditions(NOBODY)}
    )
    before = Live(access.marking, access.shared_with)
    if not created and before != live:
        PageAccess.objects.filter(pk=access.pk).update(**live._asdict())
        if source is None and isinstance(page, MarkedPage):
            _mark_followers(page, live)
            record_marking(page, before, live)
    refresh_audiences([page.pk], descend=not created and before != live)


def conditions_around(page: Page, parent: Page | None = None) -> Conditions:
    """Return what a page asks of readers besides its own marking: of its section, and by Wagtail's privacy settings.

    Args:
        page: may not be saved yet.
        parent: its section, where the page does not know it yet.
    """
    parent = parent or (page.get_parent() if page.depth else None)
    above = PageAccess.objects.select_related("audience").filter(page=parent).first() if parent else None
    conditions = above.audience.conditions if above else EVERYONE
    own = PageViewRestriction.objects.filter(page=page.pk).prefetch_related("groups") if page.pk else ()
    return conditions.union(*(conditions_of_restriction(restriction) for restriction in own))


def widens(page: MarkedPage, parent: Page | None = None) -> bool:
    """Tell whether publishing a page as it is here would let somebody read it who cannot read what is live now."""
    live = PageAccess.objects.select_related("audience").filter(page=page.pk, page__live=True).first()
    if live is None:
        return False
    after = conditions_of_marking(page.marking, page.shared_with) | conditions_around(page, parent)
    return is_wider(after, live.audience.conditions)


def record_marking(page: MarkedPage, before: Live, after: Live) -> None:
    """Tell in the audit that what is live has another marking, or is shared with others."""
    active = get_active_log_context()
    details = {
        "from": before.marking,
        "to": after.marking,
        "no longer shared with": sorted(set(before.shared_with) - set(after.shared_with)),
        "now shared with": sorted(set(after.shared_with) - set(before.shared_with)),
        "reason": page.marking_reason,
    }
    audit.record("page.marked", actor=active.user, subject=page, details=details, marking=after.marking)


def _mark_followers(source: MarkedPage, live: Live) -> None:
    """Give the translations and aliases of a page its new marking."""
    followers = Page.objects.filter(Q(translation_key=source.translation_key) | Q(alias_of=source.pk))
    follower_ids = list(followers.exclude(pk=source.pk).values_list("pk", flat=True))
    type(source)._base_manager.filter(pk__in=follower_ids).update(**live._asdict())
    PageAccess.objects.filter(page_id__in=follower_ids).update(**live._asdict())
