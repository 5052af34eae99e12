"""What search adds to Wagtail's admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from search.state import IndexStateView


@hooks.register("register_admin_urls")
def register_index_state_url() -> list[URLPattern]:
    """Add the address of the report."""
    return [path("reports/search-index/", IndexStateView.as_view(), name="index_state")]


class IndexStateMenuItem(MenuItem):
    """The report in the menu of those who may see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Administrators only."""
        return request.user.is_superuser


@hooks.register("register_reports_menu_item")
def register_index_state_menu_item() -> MenuItem:
    """Add the report to the menu."""
    return IndexStateMenuItem(_("Search index"), reverse("index_state"), icon_name="search", order=950)
