"""The audit as a report in Wagtail's admin, to search and to take along as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

import django_filters
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page
from wagtail.permissions import policy_registry

from access.audit import record
from access.models import AuditEntry, Marking
from access.policy import readable_pages
from access.readers import Reader, reader_of
from access.spreadsheets import plain_cell

BATCH = 500

ACTIONS = {
    "page.read": _("Page read"),
    "page.taken": _("Page taken as a file"),
    "page.opened": _("Page opened in the admin"),
    "file.taken": _("File taken"),
    "page.marked": _("Marking changed"),
    "file.marked": _("Own marking of a file changed"),
    "section.marking-asked": _("Marking of a whole section asked for"),
    "section.marking-approved": _("Marking of a whole section approved"),
    "section.marking-declined": _("Marking of a whole section declined"),
    "page.restricted": _("Privacy setting of a page changed"),
    "collection.restricted": _("Privacy setting of a collection changed"),
    "review.approved": _("Sensitivity review: approved"),
    "review.rejected": _("Sensitivity review: changes requested"),
    "page.lost-readers": _("Page without readers, as its group or organisation was deleted"),
    "account.added": _("Account added"),
    "account.opened": _("Account opened"),
    "account.closed": _("Account closed"),
    "account.deleted": _("Account deleted"),
    "address.changed": _("E-mail address of an account changed"),
    "password.changed": _("Password changed"),
    "second-factor.added": _("Second factor added"),
    "second-factor.removed": _("Second factor removed"),
    "second-factor.reset": _("Second factor reset"),
    "session.revoked": _("Session ended"),
    "administrator.added": _("Made a superuser"),
    "administrator.removed": _("No superuser any more"),
    "application.submitted": _("Application submitted"),
    "application.attested": _("Application attested by a sponsor"),
    "application.approved": _("Application approved"),
    "application.declined": _("Application declined"),
    "application.withdrawn": _("Application withdrawn"),
    "invitation.made": _("Invitation made"),
    "invitation.resent": _("Invitation sent again"),
    "invitation.revoked": _("Invitation revoked"),
    "invitation.used": _("Invitation used"),
    "member.added": _("Made a member"),
    "member.ended": _("Membership ended"),
    "member.paused": _("Membership paused"),
    "member.unpaused": _("Membership taken up again"),
    "member.until_changed": _("Last day of a membership changed"),
    "member.organisation_changed": _("Organisation of a person changed"),
    "member.exported": _("Personal data exported"),
    "member.erased": _("Personal data erased"),
    "group.changed": _("Groups of a person changed"),
    "group.added": _("Group added"),
    "group.renamed": _("Group renamed"),
    "group.deleted": _("Group deleted"),
    "group.permitted": _("Permission given to a group"),
    "group.forbidden": _("Permission taken from a group"),
    "audit.exported": _("Audit exported"),
    "audit.purged": _("Old entries of the audit deleted"),
}


def action_label(action: str) -> str:
    """Return what an action is called in the active language; what has no name yet is called as it is kept."""
    return str(ACTIONS.get(action, action))


def name_of_person(key: int | None, people: dict[int, Any]) -> str:
    """Return who an entry is about, in the active language."""
    if key is None:
        return gettext("The hub itself")
    person = people.get(key)
    return str(person) if person is not None else gettext("Former member")


def details_as_text(details: dict[str, Any]) -> str:
    """Return what else an entry says, as one line."""
    parts = []
    for name, value in details.items():
        if isinstance(value, dict):
            value = value.values()
        text = ", ".join(map(str, value)) if not isinstance(value, str) and isinstance(value, Iterable) else str(value)
        if text:
            parts.append(f"{name}: {text}")
    return "; ".join(parts)


@dataclass(frozen=True)
class Line:
    """An entry as the report shows it."""

    at: Any
    action: str
    person: str
    subject: str
    marking: str
    details: str


def lines_of(entries: Iterable[AuditEntry], reader: Reader) -> Iterator[Line]:
    """Yield entries with the names of whom and what they are about (three queries for each 500).

    A page is named to those who may read it or work on it; to others it is a number.
    """
    for batch in batched(entries, BATCH):
        subjects = {(entry.subject_type, entry.subject_key) for entry in batch}
        user_model = get_user_model()._meta.label_lower
        keys = {entry.actor_key for entry in batch if entry.actor_key}
        keys |= {int(key) for kind, key in subjects if kind == user_model}
        people = get_user_model()._default_manager.in_bulk(keys)
        titles = _titles_for(reader, {int(key) for kind, key in subjects if kind == Page._meta.label_lower})
        for entry in batch:
            yield Line(
                at=entry.at,
                action=action_label(entry.action),
                person=name_of_person(entry.actor_key, people),
                subject=_subject_of(entry, people, titles),
                marking=f"TLP:{entry.marking}" if entry.marking else "",
                details=details_as_text(entry.details),
            )


def _titles_for(reader: Reader, keys: set[int]) -> dict[int, str]:
    if not keys:
        return {}
    workable = policy_registry.get_by_type(Page).instances_user_has_any_permission_for(
        reader.user, ["change", "publish"]
    )
    readable = readable_pages(Page.objects.order_by(), reader)
    known = Q(pk__in=readable.values("pk")) | Q(pk__in=workable.order_by().values("pk"))
    return dict(Page.objects.filter(known, pk__in=keys).values_list("pk", "title"))


def _subject_of(entry: AuditEntry, people: dict[int, Any], titles: dict[int, str]) -> str:
    if not entry.subject_type:
        return ""
    if entry.subject_type == get_user_model()._meta.label_lower:
        return name_of_person(int(entry.subject_key), people)
    if entry.subject_type == Page._meta.label_lower:
        number = gettext("Page %(number)s") % {"number": entry.subject_key}
        return titles.get(int(entry.subject_key), number)
    return f"{_kind_label(entry.subject_type)} {entry.subject_key}"


def _kind_label(kind: str) -> str:
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind


def _existing_actions() -> list[tuple[str, str]]:
    actions = AuditEntry.objects.order_by().values_list("action", flat=True).distinct()
    return sorted(((action, action_label(action)) for action in actions), key=lambda choice: choice[1])


def _existing_kinds() -> list[tuple[str, str]]:
    kinds = AuditEntry.objects.order_by().exclude(subject_type="").values_list("subject_type", flat=True).distinct()
    return sorted(((kind, _kind_label(kind)) for kind in kinds), key=lambda choice: choice[1])


class AuditFilterSet(WagtailFilterSet):
    """Who did what, to what kind of thing, of what marking, and when."""

    person = django_filters.CharFilter(label=_("Person (name or e-mail address)"), method="filter_person")
    action = django_filters.ChoiceFilter(label=_("What was done"), choices=_existing_actions)
    subject_type = django_filters.ChoiceFilter(label=_("To what"), choices=_existing_kinds)
    subject_key = django_filters.CharFilter(label=_("Its number"))
    marking = django_filters.ChoiceFilter(label=_("Marking"), choices=Marking.choices)
    at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)

    class Meta:
        model = AuditEntry
        fields = ["person", "action", "subject_type", "subject_key", "marking", "at"]

    def filter_person(self, entries: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        """Find what people with this in their name did, and what was done with them."""
        people = get_user_model()._default_manager.all()
        for word in value.split():
            people = people.filter(
                Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
            )
        keys = list(people.values_list("pk", flat=True)[:BATCH])
        of_them = Q(subject_type=get_user_model()._meta.label_lower, subject_key__in=[str(key) for key in keys])
        return entries.filter(Q(actor_key__in=keys) | of_them)


class AuditReportView(ReportView):
    """The audit (those who have the permission to see it: administrators and the secretariat)."""

    page_title = _("Audit")
    header_icon = "history"
    model = AuditEntry
    index_url_name = "audit_report"
    index_results_url_name = "audit_report_results"
    filterset_class = AuditFilterSet
    permission_required = "view"  # `access.view_auditentry`
    default_ordering = ["-at", "-pk"]
    columns = [
        DateColumn("at", label=_("When")),
        Column("person", label=_("Who")),
        Column("action", label=_("What was done")),
        Column("subject", label=_("To what")),
        Column("marking", label=_("Marking")),
        Column("details", label=_("Details")),
    ]
    list_export = ["at", "person", "action", "subject", "marking", "details"]
    export_headings = {column.name: column.label for column in columns}
    custom_field_preprocess = {
        name: {"csv": plain_cell, "xlsx": plain_cell} for name in ("person", "action", "subject", "details")
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, and keep no copy anywhere."""
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def get_filename(self) -> str:
        """Return the name of the spreadsheet."""
        return f"audit-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[AuditEntry]:
        """Return all entries, the latest first."""
        return AuditEntry.objects.order_by(*self.default_ordering)

    def get_table(self, object_list: Any, **kwargs: Any) -> Any:
        """Name people and pages in what is shown."""
        return super().get_table(list(lines_of(object_list, reader_of(self.request))), **kwargs)

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Name them in a spreadsheet as it is written."""
        if self.is_export:
            return lines_of(object_list.iterator(chunk_size=BATCH), reader_of(self.request))
        return object_list

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> HttpResponse:
        """Record who takes it along, and what it was filtered by, before a byte is sent.

        Not what was typed: it may be somebody's name or address.
        """
        details = {"export": spreadsheet_format, "filters": sorted(self.filters.form.changed_data)}
        record("audit.exported", actor=self.request.user, details=details)
        return super().as_spreadsheet(queryset, spreadsheet_format)
