"""Wagtail's editing views, where the publishing gate or the sensitivity review has something to say.

Wagtail publishes inside the approval of a workflow's last task. What is refused there would look like a missing
permission.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.admin.views.page_privacy import SetPrivacyView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.workflow import CollectWorkflowActionDataView, WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from access.audiences import conditions_of_privacy, is_stopped_translation, source_of, widens
from access.strictness import opens_when_restricted
from knowledge.models import ReadablePage, SensitivityReviewTask
from knowledge.publishing_gate import GateClosed, find_gaps
from knowledge.sensitivity_review import ReviewRefusedError, ReviewRequiredError, differs, opens_unreviewed


def closing_gaps(page: Page) -> list[str]:
    """Return what keeps a page's latest version from its readers; nothing if a reason was given for it."""
    latest = page.get_latest_revision_as_object()
    if not isinstance(latest, ReadablePage) or latest.publishing_reason.strip():
        return []
    is_original = source_of(latest) is None
    if not is_original and not is_stopped_translation(latest):
        return []
    opens_up = is_original and not latest.marking_reason.strip() and widens(latest)
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


class ReviewedEditView(EditView):
    """The editor of home pages and sections, and the base of the others: it opens nothing without a review.

    What is not live is saved with its marking at once, and pages below a section may be live when it is not.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        """Save, publish or submit the page, unless saving it would open something; then show the form again."""
        if not self.page.live and opens_unreviewed(form.instance):
            return self.refuse(
                _(
                    "Nothing was saved. Pages below this one, or in other languages, would be opened to more people at "
                    "once. Unpublish them first, or publish this page with the marking that it has."
                )
            )
        return super().form_valid(form)

    def refuse(self, message: str) -> HttpResponse:
        """Show the form with what was entered, and say why it was not saved."""
        messages.error(self.request, message)
        self.has_unsaved_changes = True
        return self.render_to_response(self.get_context_data())

    def perform_workflow_action(self) -> HttpResponse:
        """Review from within the editor: the version that was submitted, not what the reviewer made of it."""
        if isinstance(self.page.current_workflow_task, SensitivityReviewTask):
            # The form takes a text that its editor wrote in another way for a changed one.
            self.has_content_changes = differs(self.form.instance, self.page.get_latest_revision())
            if self.has_content_changes:
                return self.refuse(
                    _("You changed the page. Review it as it is, or save your changes and let somebody else review it.")
                )
        try:
            return super().perform_workflow_action()
        except (ReviewRefusedError, ReviewRequiredError) as refusal:
            messages.error(self.request, str(refusal))
            return self.redirect_and_remain()


class GatedEditView(ReviewedEditView):
    """The page editor; an approval that the gate refuses leaves the page as it is, and says why."""

    def perform_workflow_action(self) -> HttpResponse:
        """Approve or reject from within the editor."""
        try:
            return super().perform_workflow_action()
        except GateClosed as closed:
            explain_closed_gate(self.request, self.page.get_admin_display_title(), str(closed))
            return self.redirect_and_remain()


class ReviewFormMixin:
    """Gives the form of a review the state it is about, so that it remembers the version it was shown for."""

    def get_form_class(self) -> type[Form] | partial:
        """Return the form of the step, bound to its state if it is a review."""
        form_class = super().get_form_class()  # type: ignore[misc]
        task_state = self.task_state  # type: ignore[attr-defined]
        if isinstance(self.task, SensitivityReviewTask):  # type: ignore[attr-defined]
            return partial(form_class, task_state=task_state)
        return form_class


class ReviewDataView(ReviewFormMixin, CollectWorkflowActionDataView):
    """The checklist in a dialog of the editor, which then sends it together with the page."""


class GatedWorkflowActionView(ReviewFormMixin, WorkflowActionView):
    """Approval from the dashboard or a list; one that is refused leads to the editor, which says why."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Approve or reject a page in moderation."""
        try:
            return super().post(request, *args, **kwargs)
        except GateClosed as closed:
            explain_closed_gate(request, self.object.get_admin_display_title(), str(closed))
        except (ReviewRefusedError, ReviewRequiredError) as refusal:
            messages.error(request, str(refusal))
        self.redirect_url = reverse("wagtailadmin_pages:edit", args=[self.object.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(request, {"step": "success", "redirect": self.redirect_url})
        return redirect(self.redirect_url)


class ReviewedPrivacyView(SetPrivacyView):
    """Wagtail's privacy settings, which have no draft that could be reviewed: they may close, and not open.

    The way to open is to mark the page as it is to be kept, to loosen the setting, and to have the wider marking
    reviewed.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        """Change the setting, unless more people could read the page, or one below it, because of that."""
        asked = conditions_of_privacy(form.cleaned_data["restriction_type"], form.cleaned_data.get("groups") or ())
        if settings.SENSITIVITY_REVIEW_REQUIRED and opens_when_restricted(self.page, asked):
            form.add_error(
                "restriction_type",
                _(
                    "More people could read this page, or pages below it. Give them a marking that keeps them closed "
                    "first; a wider marking can then be submitted for review."
                ),
            )
            return self.form_invalid(form)
        return super().form_valid(form)


class EditingViewSet(PageViewSet):
    """Base of viewsets for a family of page types: its editing views, beside Wagtail's own lists."""

    parent_models: list[type[Page]] = []
    edit_view_class = ReviewedEditView
    workflow_action_view_class = GatedWorkflowActionView
    collect_workflow_action_data_view_class = ReviewDataView
    set_privacy_view_class = ReviewedPrivacyView

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Have the views look pages up among all pages: the families' models have no table."""
        return super().get_common_view_kwargs(**{"model": Page, **kwargs})


class ReadablePageViewSet(EditingViewSet):
    """The editing views of all pages that people read."""

    model = ReadablePage
    edit_view_class = GatedEditView


class ListingPagesAdminAPIViewSet(PagesAdminAPIViewSet):
    """The admin's internal API, for its page menu only.

    Its actions publish, copy and convert past the gate, past hooks and past translators' limits; none of the
    admin's own screens uses them.
    """

    actions: dict[str, type] = {}
