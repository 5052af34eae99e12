"""Organisations, applications and invitations in Wagtail's admin."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import ObjectList
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from members.forms import OrganisationForm
from members.models import Organisation
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


@hooks.register("register_admin_viewset")
def register_ways_in() -> list[ViewSet]:
    """Put the queue of applications and the invitations into the admin."""
    return [ApplicationViewSet(), InvitationViewSet()]


@hooks.register("register_permissions")
def register_permissions_of_ways_in() -> QuerySet[Permission]:
    """Let administrators give these permissions to groups."""
    return Permission.objects.filter(content_type__app_label="members", codename__in=["vet_application", "invite"])
