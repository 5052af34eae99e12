"""Clearance: which restricted pages and files somebody with a role in the admin does not even find there.

A role says what somebody may do and where; clearance takes away what names others. An editor is cleared for a page
unless its live text or its draft is for groups, organisations or people that they do not belong to. Whoever owns a
page stays cleared for it, and administrators are for all: they hold the keys to markings, groups and the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Model, Q, QuerySet
from wagtail.models import Page, PagePermissionTester, Revision
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from access.models import GROUP, ORGANISATION, PERSON, Audience, Conditions, PageAccess, conditions_of_marking
from access.readers import facts_about

NAMING = (GROUP, ORGANISATION, PERSON)


def names_others(conditions: Conditions | Iterable[Iterable[str]], facts: frozenset[str]) -> bool:
    """Tell whether conditions name groups, organisations or people, none of which these facts are of.

    What names nobody at all (`NOBODY`) is left to roles: it is for editors only.
    """
    return any(
        any(fact.startswith(NAMING) for fact in clause) and not facts.intersection(clause) for clause in conditions
    )


def closed_audience_ids(user: Any) -> frozenset[int]:
    """Return the audiences that name others than this user (two or three queries, once per user object)."""
    if user.is_superuser:
        return frozenset()
    found = getattr(user, "_closed_audience_ids", None)
    if found is None:
        facts = facts_about(user)
        rows = Audience.objects.values_list("pk", "clauses")
        found = user._closed_audience_ids = frozenset(pk for pk, clauses in rows if names_others(clauses, facts))
    return cast(frozenset[int], found)


def uncleared_pages(user: Any) -> QuerySet[PageAccess]:
    """Return the access rows of the pages that a user is not cleared for."""
    closed = sorted(closed_audience_ids(user))
    rows = PageAccess.objects.filter(Q(audience_id__in=closed) | Q(draft_audience_id__in=closed))
    return rows.exclude(page__owner=user.pk)


def is_cleared_for_page(user: Any, page: Page) -> bool:
    """Tell whether a user may work with a page as far as its marking goes (a query, once per user object)."""
    if user.is_superuser or not closed_audience_ids(user):
        return True
    found = getattr(user, "_uncleared_page_ids", None)
    if found is None:
        found = user._uncleared_page_ids = frozenset(uncleared_pages(user).values_list("page_id", flat=True))
    return page.pk not in found


def is_cleared_for_file(user: Any, file: Any) -> bool:
    """Tell whether a user may work with a file as far as its own marking goes."""
    return user.is_superuser or file.audience_id is None or file.audience_id not in closed_audience_ids(user)


def is_cleared_for_revision(user: Any, revision: Revision) -> bool:
    """Tell whether a user may see an earlier state of a page: it may have been more restricted than it is now."""
    content = revision.content
    conditions = conditions_of_marking(content.get("marking") or "", content.get("shared_with") or ())
    is_own = content.get("owner") == user.pk
    return user.is_superuser or is_own or not names_others(conditions, facts_about(user))


class ClearedPageTester(PagePermissionTester):
    """Wagtail's, with no permission left on a page that somebody is not cleared for."""

    def __init__(self, user: Any, page: Page) -> None:
        super().__init__(user, page)
        if user.is_active and not is_cleared_for_page(user, page):
            self.permissions: set[str] = set()


class ClearedPagePolicy(PagePermissionPolicy):
    """Wagtail's policy on pages in the admin, without those that somebody is not cleared for."""

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Page) -> bool:
        """Ask for clearance besides the permission."""
        is_permitted = super().user_has_any_permission_for_instance(user, actions, instance)
        return is_permitted and is_cleared_for_page(user, instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Page]:
        """Leave out what they are not cleared for."""
        return self._cleared(super().instances_user_has_any_permission_for(user, actions), user)

    def explorable_instances(self, user: Any) -> QuerySet[Page]:
        """Leave out what they are not cleared for."""
        return self._cleared(super().explorable_instances(user), user)

    @staticmethod
    def _cleared(pages: QuerySet[Page], user: Any) -> QuerySet[Page]:
        if not user.is_active or not closed_audience_ids(user):
            return pages
        return pages.exclude(pk__in=uncleared_pages(user).values("page_id"))


class ClearedFilePolicy(CollectionOwnershipPermissionPolicy):
    """Wagtail's policy on images, documents and media in the admin, with clearance for their own markings."""

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        """Ask for clearance besides the permission."""
        is_permitted = super().user_has_any_permission_for_instance(user, actions, instance)
        return is_permitted and is_cleared_for_file(user, instance)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Ask for clearance besides the permission."""
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Model]:
        """Leave out what they are not cleared for."""
        files = super().instances_user_has_any_permission_for(user, actions)
        closed = sorted(closed_audience_ids(user)) if user.is_active else []
        # By their keys: Wagtail's search of files filters by nothing else.
        return files.exclude(pk__in=self.model.objects.filter(audience_id__in=closed).values("pk")) if closed else files
