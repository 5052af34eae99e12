"""What a reviewer answers. The models need these forms, so they stand apart from `forms`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.models import TaskState

from access.models import MarkedPage

# Names under which answers are kept, and the statements; a name never changes its meaning.
CHECKLIST = {
    "no_misuse": _("Nothing in it could help somebody misuse chemicals."),
    "no_personal_data": _("It has no personal data, or only with consent."),
    "sources_agree": _("Its sources may be named, and agree to this marking."),
    "marking_fits": _("The marking fits: whoever can read it should."),
}


class RejectionForm(forms.Form):
    """What should be changed before the page can be published."""

    comment = forms.CharField(label=_("What should be changed?"), widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, task_state: TaskState | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class SensitivityReviewForm(forms.Form):
    """The checklist: all of it must be true. It remembers which version it was shown for."""

    no_misuse = forms.BooleanField(label=CHECKLIST["no_misuse"])
    no_personal_data = forms.BooleanField(label=CHECKLIST["no_personal_data"])
    sources_agree = forms.BooleanField(label=CHECKLIST["sources_agree"])
    marking_fits = forms.BooleanField(label=CHECKLIST["marking_fits"])
    comment = forms.CharField(label=_("Comment"), required=False, widget=forms.Textarea({"rows": 2}))
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, task_state: TaskState | None = None, **kwargs: Any) -> None:
        from knowledge.sensitivity_review import digest_of

        super().__init__(*args, **kwargs)
        if task_state is None:
            return
        latest = task_state.workflow_state.content_object.get_latest_revision()
        self.initial["version"] = digest_of(latest)
        page = latest.as_object()
        if isinstance(page, MarkedPage) and page.marking:
            self.fields["marking_fits"].help_text = page.get_marking_display()
