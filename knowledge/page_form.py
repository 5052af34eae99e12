"""The editor's form for pages that people read. The page models need it, so it stands apart from `forms`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

# Buttons of Wagtail's editor that bring a page to its readers or to those who decide on it.
GATED_ACTIONS = ("action-publish", "action-submit", "action-restart-workflow")


class ReadablePageForm(WagtailAdminPageForm):
    """The editor of a page that people read: asks at the publishing gate before it is too late to mend."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A reason is for one publication, not for all that follow.
        if "publishing_reason" in self.fields:
            self.initial["publishing_reason"] = ""

    def _post_clean(self) -> None:
        """Once the page is built from the form, say what is missing, at the field it is missing in."""
        super()._post_clean()
        if "action-publish" in self.data and not self.instance.pk:
            self._require_review()
        if not any(action in self.data for action in GATED_ACTIONS):
            return
        if (self.cleaned_data.get("publishing_reason") or "").strip():
            return
        from knowledge.publishing_gate import find_gaps

        gaps = find_gaps(self.instance)
        for gap in gaps:
            self.add_error(gap.field if gap.field in self.fields else None, gap.message)
        if gaps and "publishing_reason" in self.fields:
            self.add_error(
                "publishing_reason",
                _("Mend what is missing, or say here why it must go out all the same."),
            )

    def _require_review(self) -> None:
        """Refuse to publish a page that was never saved: Wagtail would put it into the tree as a live one first."""
        from knowledge.sensitivity_review import explanation, needs_review

        if needs_review(self.instance):
            self.add_error(None, explanation(self.instance))
