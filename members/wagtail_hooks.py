"""Organisations, applications, invitations, and what is done with people, in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import ObjectList
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from members.admin_views import reset_second_factor
from members.forms import OrganisationForm
from members.models import Organisation, User
from members.roles import MEMBERS, may_assign, may_manage
from members.vetting import ApplicationViewSet, InvitationViewSet


class OrganisationViewSet(SnippetViewSet):
    """List, edit, and add organisations (permissions: Django's on the model)."""

    model = Organisation
    icon = "group"
    menu_label = _("Organisations")
    add_to_admin_menu = True
    menu_order = 260
    edit_handler = ObjectList(Organisation.panels, base_form_class=OrganisationForm)
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


@hooks.register("register_admin_viewset")
def register_ways_in() -> list[ViewSet]:
    """Put the queue of applications and the invitations into the admin."""
    return [ApplicationViewSet(), InvitationViewSet()]


@hooks.register("register_permissions")
def register_permissions_of_ways_in() -> QuerySet[Permission]:
    """Let administrators give these permissions to groups."""
    return Permission.objects.filter(content_type__app_label="members", codename__in=["vet_application", "invite"])


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Give the admin the screen that takes a lost second factor off an account."""
    return [
        path("users/<int:user_id>/second-factor/", reset_second_factor, name="reset_second_factor"),
    ]


@hooks.register("register_user_listing_buttons")
def add_reset_button(user: User, request_user: User) -> Iterator[Button]:
    """Offer that screen to administrators, in the list of people."""
    if request_user.is_superuser:
        address = reverse("reset_second_factor", args=[user.pk])
        yield Button(_("Reset the second factor"), address, icon_name="key", priority=40)
