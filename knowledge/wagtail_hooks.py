"""The knowledge in Wagtail's admin: reports, what waits for an editor, and the publishing gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.forms import CheckboxInput
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
from wagtail.admin.action_menu import ActionMenuItem, PublishMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.widgets.button import Button
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry
from wagtail.permissions import policy_registry

from access.audiences import source_of
from access.clearance import uncleared_pages
from access.files import MarkedFile, is_its_author, is_used_live, opens_in_collection
from access.models import MarkedPage
from access.readers import reader_of
from access.reading import PAGE_OPENED, record_page_reading
from access.strictness import opens_when_moved, opens_when_parted
from knowledge import captions
from knowledge.editing import (
    ListingPagesAdminAPIViewSet,
    ReadablePageViewSet,
    closing_gaps,
    explain_closed_gate,
)
from knowledge.forms import OPENS_FILE
from knowledge.marking_panel import check_readership, list_readers
from knowledge.models import KnowledgeIndexPage, ReadablePage, WebinarRecording
from knowledge.publishing_gate import LOG_ACTION, GateClosed, pass_gate
from knowledge.remarking_views import ask_for_marking, remarking
from knowledge.reports import DueForReviewView, UsefulnessView, waiting_for
from knowledge.sensitivity_review import (
    ReviewRequiredError,
    approval_of,
    is_reviewed_type,
    needs_review,
    pass_review,
)


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


def _pages_to_publish(objects: Sequence[Page], action: BulkAction) -> list[Page]:
    pages = list(objects)
    if action.cleaned_form.cleaned_data.get("include_descendants"):
        for page in objects:
            pages.extend(page.get_descendants().not_live())
    return pages


@hooks.register("before_bulk_action")
def pass_gate_in_bulk(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Publish several pages together only if the gate is open to each of them."""
    if action_type != "publish" or action.model is not Page:
        return None
    is_closed = False
    for page in _pages_to_publish(objects, action):
        if gaps := closing_gaps(page):
            is_closed = True
            explain_closed_gate(request, page.get_admin_display_title(), " ".join(gaps))
    return redirect(action.next_url) if is_closed else None


@hooks.register("before_edit_page", order=10)
def record_opened_page(request: HttpRequest, page: Page) -> None:
    """Tell in the audit who opened what is TLP:AMBER or stricter in the editor."""
    if request.method == "GET" and isinstance(page, MarkedPage):
        record_page_reading(reader_of(request), page, PAGE_OPENED)


# --- The sensitivity review -------------------------------------------------------------------------


@hooks.register("before_publish_page")
def pass_review_in_editor(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Keep as a draft what somebody publishes alone in the editor, and say what to do."""
    if not isinstance(page, MarkedPage):
        return None
    try:
        pass_review(page, page.get_latest_revision(), request.user)
    except ReviewRequiredError as required:
        messages.error(request, gettext("Your changes were saved as a draft.") + " " + str(required))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None


@hooks.register("before_bulk_action")
def pass_review_in_bulk(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Publish several pages together only if each of them was reviewed as it is."""
    if action_type != "publish" or action.model is not Page:
        return None
    titles = []
    for page in _pages_to_publish(objects, action):
        revision = page.get_latest_revision()
        version = revision.as_object() if revision else page.specific
        if needs_review(version) and (revision is None or approval_of(revision) is None):
            titles.append(page.get_admin_display_title())
    if not titles:
        return None
    message = gettext("Nothing was published. Please submit these pages for review first: %(titles)s.")
    messages.error(request, message % {"titles": ", ".join(titles)})
    return redirect(action.next_url)


def _move_refusal(titles: str) -> str:
    return gettext(
        "Nothing was moved. More people could read %(titles)s there. Give what is moved a marking that keeps it "
        "closed first; a wider marking can then be submitted for review."
    ) % {"titles": titles}


@hooks.register("before_move_page")
def move_nothing_into_the_open(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Refuse a move after which more people could read something: a move has no draft that could be reviewed."""
    if request.method != "POST" or not settings.SENSITIVITY_REVIEW_REQUIRED or not opens_when_moved(page, destination):
        return None
    messages.error(request, _move_refusal(page.get_admin_display_title()))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def move_nothing_into_the_open_in_bulk(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Refuse such moves of several pages, too."""
    if action_type != "move" or action.model is not Page or not settings.SENSITIVITY_REVIEW_REQUIRED:
        return None
    destination = action.cleaned_form.cleaned_data["chooser"]
    titles = [page.get_admin_display_title() for page in objects if opens_when_moved(page, destination)]
    if not titles:
        return None
    messages.error(request, _move_refusal(", ".join(titles)))
    return redirect(action.next_url)


@hooks.register("before_bulk_action")
def collect_nothing_into_the_open(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponse | None:
    """Refuse to put files that live pages use into a more open collection, as their forms do."""
    if action_type != "add_to_collection" or not settings.SENSITIVITY_REVIEW_REQUIRED:
        return None
    collection = action.cleaned_form.cleaned_data["collection"]
    for file in objects:
        if not isinstance(file, MarkedFile) or not is_its_author(request.user, file) or not is_used_live(file):
            continue
        if opens_in_collection(file, collection):
            messages.error(request, f"{file}: {OPENS_FILE}")
            return redirect(action.next_url)
    return None


def _is_ticked(request: HttpRequest, name: str) -> bool:
    """Tell whether a form's checkbox is on, as its field reads it: "false" is not."""
    return bool(CheckboxInput().value_from_datadict(request.POST, request.FILES, name))


@hooks.register("before_copy_page")
def copy_what_one_is_cleared_for(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to copy a section with pages that somebody is not cleared for: who copies a page owns the copy."""
    if not _is_ticked(request, "copy_subpages"):
        return None
    if not uncleared_pages(request.user).filter(page__in=page.get_descendants()).exists():
        return None
    messages.error(request, gettext("You may not do this"))
    return redirect("wagtailadmin_explore", page.pk)


@hooks.register("before_copy_page")
def copy_drafts_only(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse live copies: nobody has reviewed them where they would stand. Aliases stay as closed as their original."""
    is_live_copy = _is_ticked(request, "publish_copies") and not _is_ticked(request, "alias")
    if not is_live_copy or not settings.SENSITIVITY_REVIEW_REQUIRED:
        return None
    _ask_for_a_draft(request)
    return redirect("wagtailadmin_pages:copy", page.pk)


def _ask_for_a_draft(request: HttpRequest) -> None:
    messages.error(request, gettext("Please copy the page as a draft, and submit the copy for review."))


@hooks.register("before_convert_alias_page")
def keep_alias_as_closed_as_its_original(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to part a live alias from its original where the original alone keeps it closed."""
    if not settings.SENSITIVITY_REVIEW_REQUIRED or not opens_when_parted(page):
        return None
    _ask_for_a_draft(request)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


class PublishStricterItem(PublishMenuItem):
    """The button that publishes, where it publishes stricter markings only."""

    label = _("Publish stricter marking")


@hooks.register("construct_page_action_menu")
def offer_what_is_not_refused(menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Hide *Publish* where a review comes first, and say what it is for where it closes live pages."""
    page = context.get("page")  # Without one, it is about to be made.
    is_reviewed = page is None or (isinstance(page, ReadablePage) and is_reviewed_type(page))
    if not settings.SENSITIVITY_REVIEW_REQUIRED or not is_reviewed:
        return
    for place, item in enumerate(menu_items):
        if item.name == "action-publish":
            menu_items[place : place + 1] = [PublishStricterItem(item.order)] if page and page.live else []
            return
