"""The knowledge in Wagtail's admin: reports, what waits for an editor, and the publishing gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.widgets.button import Button
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry
from wagtail.permissions import policy_registry

from access.audiences import source_of
from knowledge import captions
from knowledge.editing import (
    ListingPagesAdminAPIViewSet,
    ReadablePageViewSet,
    closing_gaps,
    explain_closed_gate,
)
from knowledge.marking_panel import check_readership, list_readers
from knowledge.models import KnowledgeIndexPage, ReadablePage, WebinarRecording
from knowledge.publishing_gate import LOG_ACTION, GateClosed, pass_gate
from knowledge.remarking_views import ask_for_marking, remarking
from knowledge.reports import DueForReviewView, UsefulnessView, waiting_for


@hooks.register("register_log_actions")
def register_gate_log_action(actions: LogActionRegistry) -> None:
    """Name the log entry of a page that was published with gaps."""

    @actions.register_action(LOG_ACTION)
    class PublishWithGapsFormatter(LogFormatter):
        label = _("Publish with gaps")

        def format_message(self, log_entry: PageLogEntry) -> str:
            """Say why it went out, and what was missing."""
            return gettext("Published with gaps. Reason: %(reason)s Missing: %(gaps)s") % {
                "reason": log_entry.data.get("reason", ""),
                "gaps": " ".join(log_entry.data.get("gaps", [])),
            }


# --- Reports and the dashboard ----------------------------------------------------------------------


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    """Add the addresses of the reports, and of the lists of readers."""
    return [
        path("reports/due-for-review/", DueForReviewView.as_view(), name="due_for_review"),
        path(
            "reports/due-for-review/results/",
            DueForReviewView.as_view(results_only=True),
            name="due_for_review_results",
        ),
        path("reports/usefulness/", UsefulnessView.as_view(), name="usefulness"),
        path("mark-section/<int:page_id>/", ask_for_marking, name="ask_for_marking"),
        path("marking-of-section/<int:remarking_id>/", remarking, name="remarking"),
        path("readers/<int:page_id>/", list_readers, name="list_readers"),
        path("readership/", check_readership, name="check_readership"),
        path("reports/usefulness/results/", UsefulnessView.as_view(results_only=True), name="usefulness_results"),
    ]


class EditorsMenuItem(MenuItem):
    """A menu item for those who may edit or publish some page."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask Wagtail's page permissions."""
        return policy_registry.get_by_type(Page).user_has_any_permission(request.user, {"change", "publish"})


@hooks.register("register_reports_menu_item")
def register_due_for_review_menu_item() -> MenuItem:
    """Add the report of due reviews to the menu."""
    return EditorsMenuItem(_("Due for review"), reverse("due_for_review"), icon_name="date", order=700)


@hooks.register("register_reports_menu_item")
def register_usefulness_menu_item() -> MenuItem:
    """Add the report of what readers found useful to the menu."""
    return EditorsMenuItem(_("Usefulness"), reverse("usefulness"), icon_name="help", order=710)


@hooks.register("register_page_header_buttons")
def offer_to_mark_section(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Let those who may publish a section mark it whole."""
    permissions = page.permissions_for_user(user)
    if page.specific_class is KnowledgeIndexPage and permissions.can_publish() and source_of(page) is None:
        address = reverse("ask_for_marking", args=[page.pk])
        yield Button(_("Mark the whole section"), address, icon_name="lock", priority=90)


class WaitingPanel(Component):
    """What waits for somebody, beside Wagtail's own panel of what they can moderate."""

    name = "waiting"
    template_name = "knowledge/admin/waiting_panel.html"
    order = 50

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        """Count due reviews and list drafts."""
        return waiting_for(parent_context["request"])


@hooks.register("construct_homepage_panels")
def add_waiting_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Put what waits on the dashboard."""
    panels.append(WaitingPanel())


@hooks.register("insert_global_admin_js")
def show_character_guides() -> SafeString:
    """Show below each field with a limit how much of it is used."""
    return format_html('<script src="{}" defer></script>', static("knowledge/character_guide.js"))


@hooks.register("insert_global_admin_js")
def show_whom_a_marking_names() -> SafeString:
    """Say in the editor who could read a page with the marking that is being chosen."""
    return format_html('<script src="{}" defer></script>', static("knowledge/marking.js"))


MOST_REMARKS = 8


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def remark_on_captions(request: HttpRequest, page: Page) -> None:
    """Tell an editor what subtitlers would mend; it is saved all the same."""
    if not isinstance(page, WebinarRecording):
        return
    remarks = captions.find_remarks(captions.cues_from(page.cues))
    if not remarks:
        return
    left = len(remarks) - MOST_REMARKS
    more = [ngettext("And %(left)d more.", "And %(left)d more.", left) % {"left": left}] if left > 0 else []
    lines = format_html_join("", "<li>{}</li>", ((remark,) for remark in [*remarks[:MOST_REMARKS], *more]))
    introduction = gettext("The captions were saved. Some could be easier to read:")
    messages.warning(request, format_html("{}<ul>{}</ul>", introduction, lines))


# --- The publishing gate ----------------------------------------------------------------------------


@hooks.register("register_admin_viewset")
def register_readable_page_viewset() -> ReadablePageViewSet:
    """Use the editing views that know of the gate."""
    return ReadablePageViewSet()


@hooks.register("construct_admin_api")
def close_actions_of_admin_api(router: WagtailAPIRouter) -> None:
    """Leave the admin's internal API what the admin uses of it."""
    router.register_endpoint("pages", ListingPagesAdminAPIViewSet)


@hooks.register("before_publish_page")
def pass_gate_in_editor(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Ask the gate when the editor publishes: it does so without the page's own `publish`.

    The form has asked before, so this keeps the reason in the log. A new page is published by its own method.
    """
    if not isinstance(page, ReadablePage) or getattr(request.resolver_match, "url_name", "") == "add":
        return None
    try:
        pass_gate(page, request.user)
    except GateClosed as closed:
        explain_closed_gate(request, page.get_admin_display_title(), str(closed))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None


@hooks.register("before_bulk_action")
def pass_gate_in_bulk(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Publish several pages together only if the gate is open to each of them."""
    if action_type != "publish" or action.model is not Page:
        return None
    pages = list(objects)
    if action.cleaned_form.cleaned_data.get("include_descendants"):
        for page in objects:
            pages.extend(page.get_descendants().not_live())
    is_closed = False
    for page in pages:
        if gaps := closing_gaps(page):
            is_closed = True
            explain_closed_gate(request, page.get_admin_display_title(), " ".join(gaps))
    return redirect(action.next_url) if is_closed else None
