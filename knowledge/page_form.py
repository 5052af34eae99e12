"""The editor's form for pages that people read. The page models need it, so it stands apart from `forms`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from access.audiences import widens
from members.sharing import SharedWithField, named_by

# Buttons of Wagtail's editor that bring a page to its readers or to those who decide on it.
GATED_ACTIONS = ("action-publish", "action-submit", "action-restart-workflow")


class ReadablePageForm(WagtailAdminPageForm):
    """The editor of a page that people read: asks at the publishing gate before it is too late to mend."""

    shared_with = SharedWithField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A reason is for one publication, not for all that follow.
        for name in ("publishing_reason", "marking_reason"):
            if name in self.fields:
                self.initial[name] = ""
        if "marking" in self.fields:
            field: Any = self.fields["marking"]
            field.choices = [(value, name if value else _("None yet (editors only)")) for value, name in field.choices]

    def clean(self) -> dict[str, Any]:
        """Keep of those whom the page is shared with what its marking names."""
        cleaned = super().clean() or self.cleaned_data
        if "shared_with" in cleaned:
            cleaned["shared_with"] = named_by(cleaned.get("marking", ""), cleaned["shared_with"])
        return cleaned

    def _post_clean(self) -> None:
        """Once the page is built from the form, say what is missing, at the field it is missing in."""
        super()._post_clean()
        if "action-publish" in self.data and not self.instance.pk:
            self._require_review()
        if not any(action in self.data for action in GATED_ACTIONS):
            return
        if self._opens_up_without_reason():
            self.add_error(
                "marking_reason" if "marking_reason" in self.fields else None,
                _("More people could read this than can now. Say why."),
            )
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

    def _opens_up_without_reason(self) -> bool:
        is_marked = "marking" in self.fields and not self.errors.keys() & {"marking", "shared_with"}
        reason = (self.cleaned_data.get("marking_reason") or "").strip()
        return is_marked and not reason and widens(self.instance, self.parent_page)
