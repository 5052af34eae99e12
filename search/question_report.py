"""The report of what is searched for, for those who make it findable."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView

from access.languages import language_name
from access.spreadsheets import plain_cell
from search.models import AskedQuestion

VIEW_QUESTIONS = "search.view_askedquestion"
# What was asked less often may be the wording of one person.
LEAST_ASKED = 3
PERIODS = {"7": _("7 days"), "30": _("30 days"), "365": _("A year")}
DAYS = 30
# Of those who ask, so few open a result.
FEW_CLICKS = 5


class QuestionFilterSet(WagtailFilterSet):
    """Filters of the report."""

    language = django_filters.ChoiceFilter(label=_("Language"), choices=lambda: settings.LANGUAGES)
    days = django_filters.ChoiceFilter(label=_("Period"), choices=list(PERIODS.items()), method="in_period")
    kind = django_filters.ChoiceFilter(
        label=_("Which"),
        choices=[("nothing", _("Without results")), ("few", _("Few clicks"))],
        method="of_kind",
    )

    class Meta:
        model = AskedQuestion
        fields = ["language", "days", "kind"]

    def in_period(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Leave the rows as they are: the view has added up those of the period."""
        return rows

    def of_kind(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep what mostly finds nothing, or what finds something that hardly anybody opens."""
        is_vain = Q(total_without__gt=F("total_asked") / 2)
        return (
            rows.filter(is_vain)
            if value == "nothing"
            else rows.filter(~is_vain, total_asked__gt=F("total_clicked") * FEW_CLICKS)
        )


def _search_link(row: dict[str, Any]) -> SafeString:
    return format_html('<a href="{}" lang="{}"><bdi>{}</bdi></a>', _search_address(row), row["language"], row["text"])


def _search_address(row: dict[str, Any]) -> str:
    with override(row["language"]):
        return reverse("search", query={"q": row["text"]})


def _language_of(row: dict[str, Any]) -> str:
    return language_name(row["language"])


class QuestionReportView(ReportView):
    """What is searched for, how often, what finds nothing, what is opened (a permission, which editors have)."""

    model = AskedQuestion
    page_title = _("Searches")
    header_icon = "search"
    results_template_name = "search/admin/questions_results.html"
    index_url_name = "question_report"
    index_results_url_name = "question_report_results"
    filterset_class = QuestionFilterSet
    permission_required = "view"  # `search.view_askedquestion`
    default_ordering = "-total_asked"
    is_searchable = False
    columns = [
        Column("text", label=_("Searched for"), accessor=_search_link),
        Column("language", label=_("Language"), accessor=_language_of),
        Column("total_asked", label=_("Times"), sort_key="total_asked"),
        Column("total_without", label=_("Without results"), sort_key="total_without"),
        Column("total_clicked", label=_("Opened"), sort_key="total_clicked"),
    ]
    list_export = ["text", "language", "total_asked", "total_without", "total_clicked"]
    export_headings = {column.name: column.label for column in columns}
    custom_field_preprocess = {"text": {"csv": plain_cell, "xlsx": plain_cell}}

    def get_filename(self) -> str:
        """Return the name of the spreadsheet."""
        return f"searches-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Any]:
        """Add up the days of the period, of what was asked often enough."""
        days = self.request.GET.get("days", "")
        since = timezone.localdate() - datetime.timedelta(days=int(days) if days in PERIODS else DAYS)
        rows = AskedQuestion.objects.filter(day__gt=since).order_by().values("language", "text")
        rows = rows.annotate(
            total_asked=Sum("asked"), total_without=Sum("without_results"), total_clicked=Sum("clicked")
        )
        return rows.filter(total_asked__gte=LEAST_ASKED)
