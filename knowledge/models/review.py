"""The sensitivity review as a step of Wagtail's workflows, and what was decided in it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import AbstractGroupApprovalTask, GroupApprovalTask, Page, TaskState, Workflow, WorkflowTask

from access.audit import record
from access.clearance import is_cleared_for_page, uncleared_pages
from access.models import MarkedPage
from knowledge.review_forms import CHECKLIST, RejectionForm, SensitivityReviewForm
from knowledge.sensitivity_review import ReviewRefusedError, authors_of_change, digest_of, pass_review

REVIEWERS = "Moderators"
TASK_NAME = "Sensitivity review"
# The workflow that Wagtail's own migrations make.
DEFAULT_WORKFLOW = "Moderators approval"


class ReviewedPublishingMixin:
    """A page that is published by two people (see `knowledge.sensitivity_review`)."""

    def publish(self, revision: Any, user: Any = None, **kwargs: Any) -> Any:
        """Publish a version, unless it needs a review that it did not have."""
        pass_review(revision.as_object(), revision, user)
        return super().publish(revision, user=user, **kwargs)  # type: ignore[misc]


class SensitivityReviewState(TaskState):
    """One review: the answers to the checklist, and which content they were given for.

    Comment, reviewer and time are Wagtail's own columns.
    """

    answers = models.JSONField(gettext_lazy("answers"), default=dict)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("sensitivity review")
        verbose_name_plural = gettext_lazy("sensitivity reviews")

    def _check_reviewer(self, user: Any, version: str) -> Page:
        """Return the page under review, once it is sure that `user` may decide on its latest version."""
        page = self.workflow_state.content_object
        latest = page.get_latest_revision()
        if user is None or user.pk in authors_of_change(page):
            raise ReviewRefusedError(_("You took part in this change, so somebody else must review it."))
        if version != digest_of(latest):
            raise ReviewRefusedError(_("The page was changed while you read it. Please read it again."))
        self.revision = latest
        self.digest = version
        return page

    @transaction.atomic
    def approve(
        self, user: Any = None, update: bool = True, comment: str = "", version: str = "", **answers: Any
    ) -> TaskState:
        """Approve the version that the reviewer read, if they say yes to all of the checklist.

        Args:
            user: the reviewer.
            update: whether the workflow goes on, that is, publishes.
            comment: the reviewer's remark.
            version: the digest of what they read.
            answers: whether each statement of the checklist is true.

        Raises:
            ReviewRefusedError: when they are an author, read something else, or left a statement open.
        """
        page = self._check_reviewer(user, version)
        if not all(answers.get(name) is True for name in CHECKLIST):
            raise ReviewRefusedError(_("Approve only what every statement of the checklist is true of."))
        self.answers = dict.fromkeys(CHECKLIST, True)
        record("review.approved", actor=user, subject=page, details=self._details(comment), marking=self._marking())
        return super().approve(user=user, update=update, comment=comment)

    @transaction.atomic
    def reject(self, user: Any = None, update: bool = True, comment: str = "", **details: Any) -> TaskState:
        """Ask for changes, saying which."""
        if not comment.strip():
            raise ReviewRefusedError(_("Please say what should be changed."))
        page = self.workflow_state.content_object
        record("review.rejected", actor=user, subject=page, details=self._details(comment), marking=self._marking())
        return super().reject(user=user, update=update, comment=comment)

    def _details(self, comment: str) -> dict[str, Any]:
        # The remark itself may quote a restricted text: it stays with the page, whose readers are known.
        return {"review": self.pk, "version": self.revision_id, "has_comment": bool(comment.strip())}

    def _marking(self) -> str:
        page = self.revision.as_object()
        return page.marking if isinstance(page, MarkedPage) else ""

    def get_comment(self) -> str:
        """Return what Wagtail's histories show of a review: the statements that were confirmed, and the remark."""
        confirmed = [str(CHECKLIST[name]) for name, answer in self.answers.items() if answer and name in CHECKLIST]
        return "\n".join([*([self.comment] if self.comment else []), *confirmed])


class SensitivityReviewTask(AbstractGroupApprovalTask):
    """A step at which somebody of the chosen groups, who is no author of the change, goes through a checklist."""

    task_state_class = SensitivityReviewState

    class Meta:
        verbose_name = gettext_lazy("sensitivity review task")
        verbose_name_plural = gettext_lazy("sensitivity review tasks")

    @classmethod
    def get_description(cls) -> str:
        """Say in the admin what it is for."""
        return _("Members of the chosen groups who took no part in a change check that it may be read")

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str, bool]]:
        """Offer the review to those who may take it and read the page; administrators are no exception."""
        is_reviewer = super().get_actions(obj, user) and is_cleared_for_page(user, obj)
        if not is_reviewer or user.pk in authors_of_change(obj):
            return []
        return [("approve", _("Approve"), True), ("reject", _("Request changes"), True)]

    def user_can_access_editor(self, obj: Page, user: Any) -> bool:
        """Let reviewers in who may read the page."""
        return super().user_can_access_editor(obj, user) and is_cleared_for_page(user, obj)

    def get_form_for_action(self, action: str) -> type:
        """Return the checklist, or the form for what should be changed."""
        return SensitivityReviewForm if action == "approve" else RejectionForm

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet[TaskState]:
        """Leave out what somebody wrote or submitted themselves, or may not read."""
        states = super().get_task_states_user_can_moderate(user, **kwargs)
        if not user.is_superuser:
            closed = [str(pk) for pk in uncleared_pages(user).values_list("page_id", flat=True)]
            states = states.exclude(workflow_state__object_id__in=closed)
        own = models.Q(revision__user=user) | models.Q(workflow_state__requested_by=user)
        return states.exclude(pk__in=TaskState.objects.filter(own).values("pk"))


@transaction.atomic
def put_review_into_workflow() -> SensitivityReviewTask:
    """Make the review, and put it into the default workflow in the place of Wagtail's bare approval. Can run again.

    What was submitted before is approved in the old way first, and then comes to the review.
    """
    task = SensitivityReviewTask.objects.filter(name=TASK_NAME).first() or SensitivityReviewTask.objects.create(
        name=TASK_NAME
    )
    reviewers, _created = Group.objects.get_or_create(name=REVIEWERS)
    if not task.groups.exists():
        task.groups.add(reviewers)
    for workflow in Workflow.objects.filter(name=DEFAULT_WORKFLOW):
        bare = GroupApprovalTask.objects.filter(name=DEFAULT_WORKFLOW)
        places = WorkflowTask.objects.filter(workflow=workflow)
        if places.filter(task=task).exists():
            continue
        if not places.filter(task__in=bare.values("pk")).update(task=task):
            WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=places.count())
    return task
