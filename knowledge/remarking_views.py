"""Where a whole section is marked, and how far it is."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.models import Page

from access import audit
from access.audiences import conditions_around, source_of
from access.models import Marking
from knowledge.models import Remarking
from knowledge.remarking import begin, pages_to_mark, would_open_up
from knowledge.tasks import mark_section
from members.models import User
from members.readership import readership_of
from members.sharing import SharedWithField, named_by


class RemarkingForm(forms.ModelForm):
    """The marking that a section and all below it will have, and why."""

    shared_with = SharedWithField()

    class Meta:
        model = Remarking
        fields = ["marking", "shared_with", "reason"]
        widgets = {"marking": forms.RadioSelect, "reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["marking"].choices = Marking.choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Keep of those whom it is shared with what the marking names; it must name somebody."""
        cleaned = super().clean() or self.cleaned_data
        marking = cleaned.get("marking", "")
        if marking and "shared_with" in cleaned:
            cleaned["shared_with"] = named_by(marking, cleaned["shared_with"])
            if Marking(marking).names and not cleaned["shared_with"]:
                self.add_error("shared_with", _("Name who may read this."))
        return cleaned


def _section(request: HttpRequest, page_id: int) -> Page:
    """Return a section whose pages somebody may publish: its original, which translations follow."""
    section = get_object_or_404(Page, pk=page_id).specific
    if not section.permissions_for_user(request.user).can_publish() or source_of(section) is not None:
        raise PermissionDenied
    return section


@require_admin_access
def ask_for_marking(request: HttpRequest, page_id: int) -> HttpResponse:
    """Mark a section and all below it (people who may publish it)."""
    section = _section(request, page_id)
    form = RemarkingForm(request.POST or None, instance=Remarking(section=section, asked_by=cast(User, request.user)))
    if request.method == "POST" and form.is_valid():
        remarking = form.save(commit=False)
        remarking.needs_approval = settings.SENSITIVITY_REVIEW_REQUIRED and would_open_up(remarking)
        begin(remarking)
        if not remarking.needs_approval:
            mark_section.enqueue(remarking.pk)
        return redirect("remarking", remarking.pk)
    count = pages_to_mark(section).count()
    return render(request, "knowledge/admin/ask_for_marking.html", {"section": section, "form": form, "count": count})


@require_admin_access
def remarking(request: HttpRequest, remarking_id: int) -> HttpResponse:
    """Show how far the marking of a section is; approve it, or go on with it (people who may publish the section)."""
    asked = get_object_or_404(Remarking.objects.select_related("section", "asked_by", "approved_by"), pk=remarking_id)
    section = _section(request, asked.section_id)
    may_approve = asked.waits_for_approval and asked.asked_by_id != request.user.pk
    if request.method == "POST":
        if asked.waits_for_approval:
            if not may_approve:
                messages.error(request, _("Somebody else has to agree: more people could read these pages than now."))
                return redirect("remarking", asked.pk)
            Remarking.objects.filter(pk=asked.pk, approved_by=None).update(approved_by=request.user)
            audit.record("section.marking-approved", actor=request.user, subject=section, marking=asked.marking)
        mark_section.enqueue(asked.pk)
        return redirect("remarking", asked.pk)
    readership = readership_of(asked.conditions | conditions_around(section))
    context = {"asked": asked, "section": section, "may_approve": may_approve, "readership": readership}
    return render(request, "knowledge/admin/remarking.html", context)
