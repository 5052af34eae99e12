"""What Wagtail's admin shows of pages and files to somebody whose role is somewhere else.

Its lists and its search ask what a user may do. These do not: the page chooser and its search, the report of page
types, and the admin's internal API for images and documents give every title to everybody in the admin.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.rich_text.converters.html_to_contentstate import PageLinkElementHandler
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.models import Page
from wagtail.permissions import policy_registry

from access.audit_report import AuditReportView
from access.clearance import may_name_page
from access.permissions import PermittedMenuItem
from access.policy import readable_pages
from access.readers import reader_of


@hooks.register("construct_page_chooser_queryset")
def choose_among_known_pages(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Offer the pages that somebody works on or may read, and the way to them."""
    known = policy_registry.get_by_type(Page).explorable_instances(request.user)
    readable = readable_pages(Page.objects.order_by(), reader_of(request))
    return pages.filter(pk__in=known.order_by().values("pk")) | pages.filter(pk__in=readable.values("pk"))


class ClearedPageLinkHandler(PageLinkElementHandler):
    """A link to a page in the editor, whose address has the page's name in it: not for those who are not cleared."""

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, Any]:
        """Keep the link, without its address where it would name what its reader may not know."""
        found = super().get_attribute_data(attrs)
        page = Page.objects.filter(pk=found["id"]).first()
        return found if page is None or may_name_page(page) else {**found, "url": None}


@hooks.register("register_rich_text_features", order=100)
def name_cleared_links_only(features: Any) -> None:
    """Have the editor ask for clearance before it shows where a link leads."""
    rule = features.converter_rules_by_converter["contentstate"]["link"]  # Asking for it would look for hooks again.
    handlers = {**rule["from_database_format"], 'a[linktype="page"]': ClearedPageLinkHandler("LINK")}
    features.register_converter_rule("contentstate", "link", {**rule, "from_database_format": handlers})


# --- The internal API -------------------------------------------------------------------------------


class ChoosableFilesMixin:
    """Gives the files that somebody may choose or change, as the admin's own choosers do."""

    def get_queryset(self) -> QuerySet[Any]:
        """Ask Wagtail's permissions on collections."""
        files = super().get_queryset()  # type: ignore[misc]
        policy = policy_registry.get_by_type(files.model)
        user = self.request.user  # type: ignore[attr-defined]
        allowed = policy.instances_user_has_any_permission_for(user, ["add", "change", "choose"])
        return files.filter(pk__in=allowed.order_by().values("pk"))


class ChoosableImagesViewSet(ChoosableFilesMixin, ImagesAdminAPIViewSet):
    """Images in the admin's internal API."""


class ChoosableDocumentsViewSet(ChoosableFilesMixin, DocumentsAdminAPIViewSet):
    """Documents in the admin's internal API."""


# After the hooks of Wagtail's apps, whose entries these replace.
@hooks.register("construct_admin_api", order=10)
def limit_files_of_admin_api(router: WagtailAPIRouter) -> None:
    """Ask for permissions where Wagtail does not."""
    router.register_endpoint("images", ChoosableImagesViewSet)
    router.register_endpoint("documents", ChoosableDocumentsViewSet)


# --- The report of page types -----------------------------------------------------------------------


class AdministratorsPageTypesView(PageTypesUsageReportView):
    """Wagtail's report of page types; it names the page edited last, whoever asks (administrators only).

    `hub.urls` puts it before Wagtail's own addresses, which no hook can.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse everybody else."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


@hooks.register("construct_reports_menu")
def hide_limited_report(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Do not offer what is refused."""
    if not request.user.is_superuser:
        menu_items[:] = [item for item in menu_items if item.name != "page-types-usage"]


# --- The audit --------------------------------------------------------------------------------------


@hooks.register("register_admin_urls")
def register_audit_report_urls() -> list[URLPattern]:
    """Add the addresses of the report."""
    return [
        path("reports/audit/", AuditReportView.as_view(), name="audit_report"),
        path("reports/audit/results/", AuditReportView.as_view(results_only=True), name="audit_report_results"),
    ]


@hooks.register("register_reports_menu_item")
def register_audit_menu_item() -> MenuItem:
    """Add the report to the menu."""
    return PermittedMenuItem(
        _("Audit"), reverse("audit_report"), permission="access.view_auditentry", icon_name="history", order=900
    )


@hooks.register("register_permissions")
def offer_audit_permission() -> QuerySet[Permission]:
    """Let administrators give the permission to a group."""
    return Permission.objects.filter(content_type__app_label="access", codename="view_auditentry")
