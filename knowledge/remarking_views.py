"""Where a whole section is marked, and how far it is."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.models import Page

from access import audit
from access.audiences import conditions_around, source_of
from access.clearance import uncleared_pages
from access.models import Marking
from knowledge.models import Remarking
from knowledge.remarking import APPROVED, DECLINED, begin, pages_to_mark, would_open_up
from knowledge.tasks import mark_section
from members.models import User
from members.readership import readership_of
from members.sharing import NamingForm


class RemarkingForm(NamingForm):
    """The marking that a section and all below it will have, and why."""

    nobody_named = gettext_lazy("Name who may read this.")

    class Meta:
        model = Remarking
        fields = ["marking", "shared_with", "reason"]
        widgets = {"marking": forms.RadioSelect, "reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["marking"].choices = Marking.choices  # type: ignore[attr-defined]


def _section(request: HttpRequest, page_id: int) -> Page:
    """Return a section whose pages somebody may publish: its original, which translations follow.

    They must be cleared for all that is below it.
    """
    section = get_object_or_404(Page, pk=page_id).specific
    if not section.permissions_for_user(request.user).can_publish() or source_of(section) is not None:
        raise PermissionDenied
    if uncleared_pages(request.user).filter(page__in=pages_to_mark(section)).exists():
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


@transaction.atomic
def _approve(request: HttpRequest, asked: Remarking) -> None:
    """Agree to what waits, unless somebody else was quicker."""
    if Remarking.objects.filter(pk=asked.pk, needs_approval=True, approved_by=None).update(approved_by=request.user):
        audit.record(APPROVED, actor=request.user, subject=asked.section, marking=asked.marking)


@transaction.atomic
def _decline(request: HttpRequest, asked: Remarking) -> None:
    """End what waits for an agreement; what is agreed to stays."""
    if Remarking.objects.filter(pk=asked.pk, needs_approval=True, approved_by=None).delete()[0]:
        audit.record(DECLINED, actor=request.user, subject=asked.section, marking=asked.marking)


@require_admin_access
def remarking(request: HttpRequest, remarking_id: int) -> HttpResponse:
    """Show how far the marking of a section is; approve it, decline it, or go on (people who may publish the section).

    Whoever asked cannot approve it; they decline it to take it back.
    """
    asked = get_object_or_404(Remarking.objects.select_related("section", "asked_by", "approved_by"), pk=remarking_id)
    section = _section(request, asked.section_id)
    may_approve = asked.waits_for_approval and asked.asked_by_id != request.user.pk
    if request.method == "POST" and "decline" in request.POST:
        _decline(request, asked)
        return redirect("ask_for_marking", section.pk)
    if request.method == "POST":
        if asked.waits_for_approval:
            if not may_approve:
                messages.error(request, _("Somebody else has to agree: more people could read these pages than now."))
                return redirect("remarking", asked.pk)
            _approve(request, asked)
        mark_section.enqueue(asked.pk)
        return redirect("remarking", asked.pk)
    readership = readership_of(asked.conditions | conditions_around(section))
    context = {"asked": asked, "section": section, "may_approve": may_approve, "readership": readership}
    return render(request, "knowledge/admin/remarking.html", context)
