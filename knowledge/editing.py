"""Wagtail's editing views, where the publishing gate has something to say to a moderator.

Wagtail publishes inside the approval of a workflow's last task. What the gate refuses there would look like
a missing permission.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from access.audiences import source_of, widens
from knowledge.models import ReadablePage
from knowledge.publishing_gate import GateClosed, find_gaps


def closing_gaps(page: Page) -> list[str]:
    """Return what keeps a page's latest version from its readers; nothing if a reason was given for it."""
    latest = page.get_latest_revision_as_object()
    if not isinstance(latest, ReadablePage) or latest.publishing_reason.strip() or source_of(latest) is not None:
        return []
    opens_up = not latest.marking_reason.strip() and widens(latest)
    reason = [_("More people could read this than can now. Say why.")] if opens_up else []
    return reason + [gap.message for gap in find_gaps(latest)]


def explain_closed_gate(request: HttpRequest, title: str, gaps: str) -> None:
    """Tell an editor why a page stays as it is, and what to do."""
    messages.error(
        request,
        _(
            "“%(title)s” cannot be published yet. %(gaps)s Mend what is missing, or say under “Readers and "
            "publishing” why it must go out all the same."
        )
        % {"title": title, "gaps": gaps},
    )


class GatedEditView(EditView):
    """The page editor; an approval that the gate refuses leaves the changes as a draft, and says why."""

    def perform_workflow_action(self) -> HttpResponse:
        """Approve or reject from within the editor."""
        try:
            return super().perform_workflow_action()
        except GateClosed as closed:
            explain_closed_gate(self.request, self.page.get_admin_display_title(), str(closed))
            return self.redirect_and_remain()


class GatedWorkflowActionView(WorkflowActionView):
    """Approval from the dashboard or a list; one that the gate refuses leads to the editor, which says why."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Approve or reject a page in moderation."""
        try:
            return super().post(request, *args, **kwargs)
        except GateClosed as closed:
            explain_closed_gate(request, self.object.get_admin_display_title(), str(closed))
        self.redirect_url = reverse("wagtailadmin_pages:edit", args=[self.object.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(request, {"step": "success", "redirect": self.redirect_url})
        return redirect(self.redirect_url)


class EditingViewSet(PageViewSet):
    """Base of viewsets for a family of page types: its editing views, beside Wagtail's own lists."""

    parent_models: list[type[Page]] = []

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Have the views look pages up among all pages: the families' models have no table."""
        return super().get_common_view_kwargs(**{"model": Page, **kwargs})


class ReadablePageViewSet(EditingViewSet):
    """The editing views of all pages that people read."""

    model = ReadablePage
    edit_view_class = GatedEditView
    workflow_action_view_class = GatedWorkflowActionView


class ListingPagesAdminAPIViewSet(PagesAdminAPIViewSet):
    """The admin's internal API, for its page menu only.

    Its actions publish, copy and convert past the gate, past hooks and past translators' limits; none of the
    admin's own screens uses them.
    """

    actions: dict[str, type] = {}
