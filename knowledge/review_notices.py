"""The e-mail to those who may take a sensitivity review; Wagtail writes it for its own kind of review only."""

from __future__ import annotations

from typing import Any

from wagtail.admin.mail import GroupApprovalTaskStateSubmissionEmailNotifier


class ReviewSubmissionNotifier(GroupApprovalTaskStateSubmissionEmailNotifier):
    """Wagtail's letter, under the name of the templates that it has for its own."""

    def get_template_base_prefix(self, instance: Any) -> str:
        """Return the beginning of the templates' names."""
        return "task_state_"
