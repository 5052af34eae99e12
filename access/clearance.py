"""Clearance: which restricted pages and files somebody with a role in the admin does not even find there.

A role says what somebody may do and where; clearance takes away what names others. An editor is cleared for a page
unless its live text or its draft is for groups, organisations or people that they do not belong to. Whoever owns a
page stays cleared for it, and administrators are for all: they hold the keys to markings, groups and the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from wagtail.models import Page, PagePermissionTester, ReferenceIndex, Revision
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from access.models import GROUP, ORGANISATION, PERSON, Audience, Conditions, PageAccess, conditions_of_marking
from access.readers import facts_about

NAMING = (GROUP, ORGANISATION, PERSON)


def names_others(conditions: Conditions | Iterable[Iterable[str]], facts: frozenset[str]) -> bool:
    """Tell whether conditions name groups, organisations or people, and are not all met by these facts.

    To be named is not enough: who is no member any more, or has no second factor, reads nothing by it either. What
    names nobody at all (`NOBODY`) is left to roles: it is for editors only.
    """
    asked = [frozenset(clause) for clause in conditions if clause]
    names_somebody = any(fact.startswith(NAMING) for clause in asked for fact in clause)
    return names_somebody and not all(facts & clause for clause in asked)


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


def uncleared_page_ids(user: Any) -> frozenset[int]:
    """Return the keys of the pages that a user is not cleared for (a query, once per user object)."""
    if not closed_audience_ids(user):
        return frozenset()
    found = getattr(user, "_uncleared_page_ids", None)
    if found is None:
        found = user._uncleared_page_ids = frozenset(uncleared_pages(user).values_list("page_id", flat=True))
    return cast(frozenset[int], found)


def is_cleared_for_page(user: Any, page: Page) -> bool:
    """Tell whether a user may work with a page as far as its marking goes (a query, once per user object)."""
    return page.pk not in uncleared_page_ids(user)


def uncleared_file_ids(user: Any, model: type[Model]) -> frozenset[int]:
    """Return the files of a kind that pages use, all of which a user is not cleared for (two queries, once per user).

    What somebody uploaded themselves stays theirs to find.
    """
    closed = [str(pk) for pk in uncleared_page_ids(user)]
    if not closed:
        return frozenset()
    found = user.__dict__.setdefault("_uncleared_file_ids", {})
    if model not in found:
        references = ReferenceIndex.objects.filter(
            to_content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
            base_content_type=ContentType.objects.get_for_model(Page),
        )
        used = set(references.filter(object_id__in=closed).values_list("to_object_id", flat=True))
        elsewhere = references.filter(to_object_id__in=used).exclude(object_id__in=closed)
        used -= set(elsewhere.values_list("to_object_id", flat=True))
        files = model._default_manager.filter(pk__in=[int(pk) for pk in used]).exclude(uploaded_by_user=user.pk)
        found[model] = frozenset(files.values_list("pk", flat=True))
    return cast(frozenset[int], found[model])


def is_cleared_for_file(user: Any, file: Any) -> bool:
    """Tell whether a user may work with a file as far as its own marking goes, and those of the pages that use it."""
    if user.is_superuser:
        return True
    is_closed_by_itself = file.audience_id is not None and file.audience_id in closed_audience_ids(user)
    return not is_closed_by_itself and file.pk not in uncleared_file_ids(user, type(file))


def is_cleared_for_revision(user: Any, revision: Revision) -> bool:
    """Tell whether a user may see an earlier state of a page: it may have been more restricted than it is now."""
    content = revision.content
    conditions = conditions_of_marking(content.get("marking") or "", content.get("shared_with") or ())
    is_own = content.get("owner") == user.pk
    return user.is_superuser or is_own or not names_others(conditions, facts_about(user))


# Who works in the admin at this moment: what they are not cleared for has no name there.
_at_work: ContextVar[Any] = ContextVar("at_work", default=None)


@contextmanager
def at_work(user: Any) -> Iterator[None]:
    """Remember who works in the admin meanwhile, for what Wagtail names without asking who reads it."""
    token = _at_work.set(user)
    try:
        yield
    finally:
        _at_work.reset(token)


def may_name_page(page: Page) -> bool:
    """Tell whether whoever works in the admin now is cleared for a page; nobody does outside of it."""
    user = _at_work.get()
    return user is None or not user.is_authenticated or is_cleared_for_page(user, page)


def may_name_file(file: Any) -> bool:
    """Tell whether whoever works in the admin now is cleared for a file."""
    user = _at_work.get()
    return user is None or not user.is_authenticated or not file.pk or is_cleared_for_file(user, file)


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
    """Wagtail's policy on images, documents and media in the admin, with clearance for them and for their pages."""

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
        if not closed:
            return files
        # By their keys: Wagtail's search of files filters by nothing else.
        files = files.exclude(pk__in=self.model.objects.filter(audience_id__in=closed).values("pk"))
        return files.exclude(pk__in=sorted(uncleared_file_ids(user, self.model)))
