"""Whether one rule lets in nobody whom another keeps out: what tells closing from opening."""

from __future__ import annotations

from django.db.models import Q
from wagtail.models import Page, PageViewRestriction

from access.audiences import conditions_of_restriction, source_of
from access.models import NOBODY, Conditions, MarkedPage, PageAccess, conditions_of_marking, is_wider


def opens_marking(page: MarkedPage) -> bool:
    """Tell whether a page, as it would be saved, has a marking of its own that lets in more than the one that counts.

    A page that nothing is known of yet opens nothing.
    """
    access = PageAccess.objects.filter(page_id=page.pk).first()
    if access is None:
        return False
    counting = conditions_of_marking(access.marking, access.shared_with)
    return is_wider(conditions_of_marking(page.marking, page.shared_with), counting)


def has_live_pages(page: Page) -> bool:
    """Tell whether anybody reads a page, one below it, or a translation or alias of these."""
    below = Page.objects.filter(path__startswith=page.path)
    followers = Q(translation_key__in=below.values("translation_key")) | Q(alias_of__in=below.values("pk"))
    return Page.objects.filter(Q(path__startswith=page.path) | followers, live=True).exists()


def opens_when_moved(page: Page, destination: Page) -> bool:
    """Tell whether somebody could read a page, or one below it, only because it stands below another section."""
    if not has_live_pages(page):
        return False
    above = _conditions_of(destination)
    parent = page.get_parent()
    if parent is not None and not is_wider(above, _conditions_of(parent)):
        return False
    kept = _own_conditions(page) | _restrictions_on(page) | _source_conditions(page)
    return is_wider(above | kept, _conditions_of(page))


def opens_when_restricted(page: Page, restriction: Conditions) -> bool:
    """Tell whether somebody could read a page, or one below it, once its privacy setting asks only for this."""
    if not has_live_pages(page):
        return False
    parent = page.get_parent()
    above = _conditions_of(parent) if parent is not None else frozenset()
    kept = _own_conditions(page) | restriction | _source_conditions(page)
    return is_wider(above | kept, _conditions_of(page))


def opens_when_parted(page: Page) -> bool:
    """Tell whether somebody could read a live page only because it mirrors or translates another page no longer."""
    if not page.live:
        return False
    parent = page.get_parent()
    kept = _own_conditions(page) | _restrictions_on(page) | (_conditions_of(parent) if parent else frozenset())
    return is_wider(kept, _conditions_of(page))


def _conditions_of(page: Page) -> Conditions:
    """Return all that is asked of a page's readers; the tree's root asks what its privacy settings do."""
    if page.depth == 1:
        return _restrictions_on(page)
    clauses = PageAccess.objects.filter(page_id=page.pk).values_list("audience__clauses", flat=True).first()
    return NOBODY if clauses is None else frozenset(frozenset(clause) for clause in clauses)


def _own_conditions(page: Page) -> Conditions:
    if page.depth == 1:
        return frozenset()
    access = PageAccess.objects.filter(page_id=page.pk).first()
    return NOBODY if access is None else conditions_of_marking(access.marking, access.shared_with)


def _restrictions_on(page: Page) -> Conditions:
    restrictions = PageViewRestriction.objects.filter(page_id=page.pk).prefetch_related("groups")
    return frozenset().union(*(conditions_of_restriction(each) for each in restrictions))


def _source_conditions(page: Page) -> Conditions:
    source = source_of(page) if page.depth > 1 else None
    return _conditions_of(source) if source is not None else frozenset()
