"""Wagtail's views for groups, which tell the audit where a group may do more."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import GroupCollectionPermission, GroupPagePermission
from wagtail.users.views.groups import CreateView, EditView, GroupViewSet

from access.audit import record

Given = set[tuple[str, int, str]]


def permissions_in_places(group: Group) -> Given:
    """Return what a group may do below pages and in collections: kind of place, its number, permission."""
    if not group.pk:
        return set()
    on_pages = GroupPagePermission.objects.filter(group=group).values_list("page", "permission__codename")
    in_collections = GroupCollectionPermission.objects.filter(group=group)
    return {("page", *row) for row in on_pages} | {
        ("collection", *row) for row in in_collections.values_list("collection", "permission__codename")
    }


class RecordedPermissionsMixin:
    """Wagtail adds these rows in bulk, of which no signal tells; that they go is told by `access.audit_receivers`."""

    object: Group

    @transaction.atomic
    def process_form(self) -> Any:
        """Save the form, and record what is new."""
        before = permissions_in_places(self.object)
        response = super().process_form()  # type: ignore[misc]
        if self.object.pk:
            for kind, place, codename in sorted(permissions_in_places(self.object) - before):
                details = {"permissions": [codename], kind: place}
                actor = self.request.user  # type: ignore[attr-defined]
                record("group.permitted", actor=actor, subject=self.object, details=details)
        return response


class RecordedCreateView(RecordedPermissionsMixin, CreateView):
    """Add a group (permission: Wagtail's)."""


class RecordedEditView(RecordedPermissionsMixin, EditView):
    """Change a group (permission: Wagtail's)."""


class HubGroupViewSet(GroupViewSet):
    """Groups (permission: Wagtail's)."""

    add_view_class = RecordedCreateView
    edit_view_class = RecordedEditView
