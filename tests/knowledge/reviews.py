"""Taking a page through the sensitivity review."""

from __future__ import annotations

import json

from wagtail.models import Page, Workflow

from knowledge.review_forms import CHECKLIST
from knowledge.sensitivity_review import digest_of

ALL = dict.fromkeys(CHECKLIST, True)


def submit(page: Page, user) -> Page:
    """Submit a page, as its latest version is, and return it anew."""
    Workflow.objects.get().start(page, user)
    return Page.objects.get(pk=page.pk).specific


def version_of(page: Page) -> str:
    """Return what a checklist remembers of the version it is shown for."""
    return digest_of(page.get_latest_revision())


def approve(page: Page, user, **changes):
    """Confirm everything, but for what is given, and approve."""
    state = page.current_workflow_task_state
    return state.task.specific.on_action(state, user, "approve", **{"version": version_of(page), **ALL, **changes})


def answers_of(page: Page) -> dict[str, str]:
    """Return a filled-in checklist as a form sends it."""
    return {**dict.fromkeys(CHECKLIST, "on"), "version": version_of(page)}


def editor_action(page: Page) -> dict[str, str]:
    """Return what the page editor sends with the page when its checklist was filled in."""
    answers = {**ALL, "comment": "", "version": version_of(page)}
    return {
        "action-workflow-action": "yes",
        "workflow-action-name": "approve",
        "workflow-action-extra-data": json.dumps(answers),
    }
