"""Organisations in Wagtail's admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from members.models import Organisation


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
