"""Organisations in Wagtail's admin, and the limits of those who see to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from members.models import Organisation, User
from members.roles import MEMBERS, may_assign, may_manage


class OrganisationViewSet(SnippetViewSet):
    """List, edit, and add organisations (permissions: Django's on the model)."""

    model = Organisation
    icon = "group"
    menu_label = _("Organisations")
    add_to_admin_menu = True
    menu_order = 260
    list_display = ["__str__", "slug", "country_name", "sector"]
    list_filter = ["country"]
    list_per_page = 100
    ordering = ["slug"]


register_snippet(OrganisationViewSet)


@hooks.register("before_bulk_action")
def limit_bulk_changes_of_accounts(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Change several accounts together only as each could be changed alone, and one's own not at all."""
    if action.model is not User:
        return None
    is_allowed = all(may_manage(request.user, account) for account in objects)
    if not request.user.is_superuser:
        is_allowed = is_allowed and request.user not in objects
    if action_type == "assign_role":
        role = action.cleaned_form.cleaned_data["role"]
        is_allowed = is_allowed and role.name != MEMBERS and may_assign(request.user, role)
    if is_allowed:
        return None
    messages.error(
        request, gettext("Nothing was changed: your own rights do not allow this for all of these accounts.")
    )
    return redirect(action.next_url)
