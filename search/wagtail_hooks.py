"""What search adds to Wagtail's admin: what editors say of words and questions, and two reports."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from access.permissions import PermittedMenuItem
from access.policy import readable_pages
from access.readers import reader_of
from knowledge.models import KnowledgePage
from search.models import PromotedResult, StopWord, SynonymGroup
from search.question_report import VIEW_QUESTIONS, QuestionReportView
from search.state import VIEW_STATE, IndexStateView


class SynonymViewSet(SnippetViewSet):
    """List, edit and add synonyms (permissions: Django's on the model)."""

    model = SynonymGroup
    icon = "list-ul"
    menu_label = _("Synonyms")
    list_display = ["__str__", "get_language_display"]
    list_filter = ["language"]


class StopWordViewSet(SnippetViewSet):
    """List, edit and add words to leave out (permissions: Django's on the model)."""

    model = StopWord
    icon = "cross"
    menu_label = _("Words to leave out")
    list_display = ["__str__", "get_language_display"]
    list_filter = ["language"]


class PromotedResultViewSet(SnippetViewSet):
    """List, edit and add promoted results (permissions: Django's on the model; of pages that one may read)."""

    model = PromotedResult
    icon = "pick"
    menu_label = _("Promoted results")
    list_display = ["__str__", "page", "get_language_display", "until"]
    list_filter = ["language"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromotedResult]:
        """Leave out those of pages whose titles are not for this person."""
        readable = readable_pages(KnowledgePage.objects.all(), reader_of(request))
        return PromotedResult.objects.filter(page__in=readable.values("pk")).select_related("page")


class SearchViewSetGroup(SnippetViewSetGroup):
    """What editors say of words and questions."""

    items = (SynonymViewSet, StopWordViewSet, PromotedResultViewSet)
    menu_label = _("Search terms")
    menu_icon = "search"
    menu_order = 255


register_snippet(SearchViewSetGroup)


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    """Add the addresses of the reports."""
    return [
        path("reports/search-index/", IndexStateView.as_view(), name="index_state"),
        path("reports/searches/", QuestionReportView.as_view(), name="question_report"),
        path(
            "reports/searches/results/", QuestionReportView.as_view(results_only=True), name="question_report_results"
        ),
    ]


@hooks.register("register_reports_menu_item")
def register_question_report_menu_item() -> MenuItem:
    """Add the report to the menu."""
    return PermittedMenuItem(
        _("Searches"), reverse("question_report"), permission=VIEW_QUESTIONS, icon_name="search", order=720
    )


@hooks.register("register_reports_menu_item")
def register_index_state_menu_item() -> MenuItem:
    """Add the report to the menu."""
    return PermittedMenuItem(
        _("Search index"), reverse("index_state"), permission=VIEW_STATE, icon_name="search", order=950
    )
