"""Reports for editors: what is due for review, and what readers found useful."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, DateField, F, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.reports import PageReportView
from wagtail.coreutils import get_content_type_label
from wagtail.models import Page, PageViewRestriction, get_page_content_types, get_page_models
from wagtail.permissions import policy_registry

from access.languages import language_name
from access.rows import JSONRows
from access.spreadsheets import plain_cell
from knowledge.models import ReadablePage, Usefulness
from members.models import User

REVIEW_NOTICE = datetime.timedelta(days=30)
# What somebody may who edits a page, in the words of Wagtail's policy.
EDITING = frozenset({"change", "publish"})
# Of the comments on a page, the latest.
SHOWN_COMMENTS = 50


def editable_pages(user: User | AnonymousUser) -> QuerySet[Page]:
    """Return the pages a user may edit or publish, is cleared for, and is not kept from by a privacy setting."""
    pages = policy_registry.get_by_type(Page).instances_user_has_any_permission_for(user, EDITING)
    for path in _paths_kept_from(user):
        pages = pages.exclude(path__startswith=path)
    return pages


def is_editable_page(user: User | AnonymousUser, page: Page) -> bool:
    """Tell whether a page is among `editable_pages` (two queries, and what clearance asks, once per user object)."""
    if not policy_registry.get_by_type(Page).user_has_any_permission_for_instance(user, EDITING, page):
        return False
    return not any(page.path.startswith(path) for path in _paths_kept_from(user))


def _paths_kept_from(user: User | AnonymousUser) -> list[str]:
    """Return where the parts of the tree begin that privacy settings keep from somebody."""
    if user.is_superuser:
        return []
    closed = PageViewRestriction.objects.filter(restriction_type=PageViewRestriction.GROUPS)
    return list(closed.exclude(groups__user=user.pk).values_list("page__path", flat=True))


def readable_page_tables() -> list[str]:
    """Return the names by which a query for pages reaches the tables of the pages that people read.

    The types are in apps that this one does not know.
    """
    return [
        model._meta.parents[Page].remote_field.name
        for model in get_page_models()
        if issubclass(model, ReadablePage) and Page in model._meta.parents
    ]


def originals(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Limit pages of any type to those people read, in the language they were written in."""
    is_original = Q()
    for table in readable_page_tables():
        is_original |= Q(**{f"{table}__source_language": F("locale__language_code")})
    return pages.filter(is_original, alias_of__isnull=True)


def due_for_review(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Limit pages to live originals whose review is overdue or due soon, with their date as `review_by`.

    Translations have the date of their source, which is what somebody reviews.
    """
    dates = [F(f"{table}__review_by") for table in readable_page_tables()]
    return (
        originals(pages)
        .filter(live=True)
        .annotate(review_by=Coalesce(*dates, Value(None), output_field=DateField()))
        .filter(review_by__lte=timezone.localdate() + REVIEW_NOTICE)
    )


class DueForReviewFilterSet(WagtailFilterSet):
    """Filters of the report: state, type, and (added by Wagtail) language."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("overdue", _("Overdue")), ("soon", _("Due in the next 30 days"))],
        method="filter_state",
    )
    content_type = ContentTypeFilter(
        label=_("Type"),
        queryset=lambda request: get_page_content_types(include_base_page_type=False),
    )

    class Meta:
        model = Page
        fields = ["state", "content_type"]

    def filter_state(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        """Split what is due at today."""
        today = timezone.localdate()
        return pages.filter(review_by__lt=today) if value == "overdue" else pages.filter(review_by__gte=today)


def type_of(page: Page) -> str:
    """Return what kind of page it is, in the active language."""
    return get_content_type_label(page.cached_content_type)


def language_of(page: Page) -> str:
    """Return the name of a page's language in the active language."""
    return language_name(page.locale.language_code)


# How spreadsheets of pages write what is not a text.
CELLS_OF_PAGES: dict[str, Callable[[Any], str]] = {
    "content_type": get_content_type_label,
    "locale": lambda locale: language_name(locale.language_code),
}


class DueForReviewView(PageReportView):
    """Live pages that somebody should check, the longest overdue first (those who may edit them)."""

    page_title = _("Due for review")
    header_icon = "date"
    results_template_name = "knowledge/admin/due_for_review_results.html"
    index_url_name = "due_for_review"
    index_results_url_name = "due_for_review_results"
    filterset_class = DueForReviewFilterSet
    any_permission_required = ["change", "publish"]
    default_ordering = "review_by"
    columns = [
        TitleColumn("title", label=_("Title"), url_name="wagtailadmin_pages:edit"),
        Column("type", label=_("Type"), accessor=type_of),
        Column("language", label=_("Language"), accessor=language_of),
        DateColumn("review_by", label=_("Review by"), sort_key="review_by"),
        Column("owner", label=_("Owner")),
    ]
    list_export = ["title", "content_type", "locale", "review_by", "owner"]
    export_headings = {
        "title": _("Title"),
        "content_type": _("Type"),
        "locale": _("Language"),
        "review_by": _("Review by"),
        "owner": _("Owner"),
    }
    custom_field_preprocess = {
        name: {"csv": preprocess, "xlsx": preprocess}
        for name, preprocess in {
            "title": plain_cell,
            **CELLS_OF_PAGES,
            "owner": lambda owner: plain_cell(owner or ""),
        }.items()
    }

    def get_filename(self) -> str:
        """Return the name of the spreadsheet."""
        return f"due-for-review-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Page]:
        """Return what is due among what the user may edit."""
        pages = due_for_review(editable_pages(self.request.user))
        return pages.select_related("locale", "owner", "content_type")


def comments_in_table(page: Page) -> SafeString:
    """Return the latest comments of readers on a page, one below the other."""
    return format_html_join("", "<p>{}: {}</p>", ((_yes_or_no(row[0]), row[1]) for row in page.comment_rows))


def comments_in_cell(rows: list[list[Any]]) -> str:
    """Return comments for a spreadsheet: what begins with a word of ours is no formula."""
    return "\n".join(f"{_yes_or_no(is_useful)}: {comment}" for is_useful, comment in rows)


def _yes_or_no(is_useful: Any) -> str:
    return gettext("Yes") if is_useful else gettext("No")


class UsefulnessView(PageReportView):
    """What readers answered to "Was this useful?", a row for each page that the user may edit."""

    page_title = _("Usefulness")
    header_icon = "help"
    results_template_name = "knowledge/admin/usefulness_results.html"
    index_url_name = "usefulness"
    index_results_url_name = "usefulness_results"
    any_permission_required = ["change", "publish"]
    default_ordering = "-answered_at"
    columns = [
        TitleColumn("title", label=_("Title"), url_name="wagtailadmin_pages:edit"),
        Column("type", label=_("Type"), accessor=type_of),
        Column("language", label=_("Language"), accessor=language_of),
        Column("yes_count", label=_("Yes"), sort_key="yes_count"),
        Column("no_count", label=_("No"), sort_key="no_count"),
        DateColumn("answered_at", label=_("Last answer"), sort_key="answered_at"),
        Column("comments", label=_("Comments"), accessor=comments_in_table),
    ]
    list_export = ["title", "content_type", "locale", "yes_count", "no_count", "answered_at", "comment_rows"]
    export_headings = {
        "title": _("Title"),
        "content_type": _("Type"),
        "locale": _("Language"),
        "yes_count": _("Yes"),
        "no_count": _("No"),
        "answered_at": _("Last answer"),
        "comment_rows": _("Comments"),
    }
    custom_field_preprocess = {
        name: {"csv": preprocess, "xlsx": preprocess}
        for name, preprocess in {
            "title": plain_cell,
            **CELLS_OF_PAGES,
            "answered_at": lambda time: time.date().isoformat(),
            "comment_rows": lambda rows: plain_cell(comments_in_cell(rows)),
        }.items()
    }

    def get_filename(self) -> str:
        """Return the name of the spreadsheet."""
        return f"usefulness-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Page]:
        """Return the pages with answers among those that the user may edit; who answered is not asked."""
        answers = "knowledgepage__usefulness_answers"
        comments = Usefulness.objects.filter(page=OuterRef("pk")).exclude(comment="")[:SHOWN_COMMENTS]
        pages = editable_pages(self.request.user).filter(pk__in=Usefulness.objects.values("page"))
        return pages.annotate(
            yes_count=Count(answers, filter=Q(**{f"{answers}__is_useful": True})),
            no_count=Count(answers, filter=Q(**{f"{answers}__is_useful": False})),
            answered_at=Max(f"{answers}__answered_at"),
            comment_rows=JSONRows(comments, "is_useful", "comment"),
        ).select_related("locale", "content_type")


def waiting_for(request: HttpRequest) -> dict[str, Any]:
    """Return what waits for an editor: how many reviews are due, and their latest drafts (four queries)."""
    pages = editable_pages(request.user)
    drafts = pages.filter(has_unpublished_changes=True, latest_revision__user=request.user)
    drafts = drafts.select_related("locale", "content_type").order_by("-latest_revision_created_at")
    return {
        "due_count": due_for_review(pages).count(),
        "draft_count": drafts.count(),
        "drafts": list(drafts[:5]),
    }
