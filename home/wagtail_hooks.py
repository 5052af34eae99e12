"""How pages are served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.userbar import BaseItem
from wagtail.models import Page

from access.policy import may_read_page
from access.readers import reader_of
from access.reading import record_page_reading
from access.sharing import keep_nowhere, share_among_equals
from home.views import admin_help
from knowledge.links import DocumentReferenceHandler, PageReferenceHandler


class ViewAsItem(BaseItem):
    """The entry “View as…” in Wagtail's bar."""

    template_name = "home/admin/view_as_item.html"

    def __init__(self, *, is_known: bool) -> None:
        """Lead back to a page; what else somebody typed into an address is not repeated."""
        self.is_known = is_known

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Say whether to lead back."""
        return {**super().get_context_data(parent_context), "is_known": self.is_known}


@hooks.register("on_serve_page", order=-100)
def ask_the_policy(serve: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve a page only to readers who may read it; to others its address is unknown.

    Outermost of the hooks, so that Wagtail's own answer to a restricted page (a form, a redirect to the
    sign-in) cannot tell that the page exists.
    """

    def serve_to_reader(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponse:
        is_found_by_policy = getattr(request, "_found_by_policy", None) == page.pk
        if not is_found_by_policy and not may_read_page(page, reader_of(request)):
            raise Http404
        # The audience holds Wagtail's privacy settings already; asking for them again would cost two queries.
        page.get_view_restrictions = list
        if record_page_reading(reader_of(request), page):
            return keep_nowhere(serve(page, request, args, kwargs))  # Made anew for each, so that each is recorded.
        return share_among_equals(serve(page, request, args, kwargs))

    return serve_to_reader


@hooks.register("register_rich_text_features", order=100)
def register_references(features: Any) -> None:
    """Have links in rich text resolved by the page, through the policy (see `knowledge.links`)."""
    features.register_link_type(PageReferenceHandler)
    features.register_link_type(DocumentReferenceHandler)


@hooks.register("construct_wagtail_userbar")
def offer_view_as(request: HttpRequest, items: list[Any], page: Page | None) -> None:
    """Let an editor see the page as somebody else, from Wagtail's bar on it."""
    items.append(ViewAsItem(is_known=page is not None))


# --- The admin as part of the hub -------------------------------------------------------------------


@hooks.register("insert_global_admin_css")
def brand_the_admin() -> SafeString:
    """Give Wagtail's admin the installation's colour."""
    return format_html('<link rel="stylesheet" href="{}">', reverse("brand_admin_css"))


@hooks.register("insert_global_admin_js")
def start_without_scripts_in_pages() -> SafeString:
    """Start what Wagtail would start by scripts in its pages, which the hub's policy does not let run."""
    return format_html('<script src="{}" defer></script>', static("admin/starts.js"))


@hooks.register("register_admin_urls")
def register_help_url() -> list[URLPattern]:
    """Add the address of the help page."""
    return [path("help/", admin_help, name="admin_help")]


@hooks.register("register_help_menu_item")
def register_help_menu_item() -> MenuItem:
    """Add the help page to the menu."""
    return MenuItem(_("How this hub is edited"), reverse("admin_help"), icon_name="help", order=100)
