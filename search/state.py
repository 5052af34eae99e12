"""How the index is, for those who look after the hub: in numbers, and in a report of Wagtail's admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from access.permissions import PermissionMixin
from search.contract import SearchEngineError
from search.index import elasticsearch_engine, search_state, seconds_behind, uses_elasticsearch
from search.models import IndexRebuild, SearchEntry
from search.rebuilding import needs_rebuild

VIEW_STATE = "search.view_indexrebuild"


@dataclass(frozen=True)
class IndexState:
    """What the report shows.

    Attributes:
        is_up: whether the engine that is configured answers.
        entries: how many pages can be found.
        found: how many documents Elasticsearch has; nothing when it is not used, or away.
        waiting, seconds_behind: how many changes Elasticsearch does not have yet, and since when the oldest waits.
        needs_rebuild: whether the code makes another index; nothing when that cannot be asked now.
    """

    uses_elasticsearch: bool
    is_up: bool
    entries: int
    waiting: int
    seconds_behind: int
    found: int | None = None
    needs_rebuild: bool | None = None


def index_state() -> IndexState:
    """Look at the index now."""
    is_up = search_state() == "up"
    found: int | None = None
    is_old: bool | None = None
    if is_up:
        try:
            is_old = needs_rebuild()
            found = elasticsearch_engine().count() if uses_elasticsearch() else None
        except SearchEngineError:
            is_up = False
    return IndexState(
        uses_elasticsearch=uses_elasticsearch(),
        is_up=is_up,
        entries=SearchEntry.objects.filter(is_removed=False).count(),
        waiting=SearchEntry.objects.filter(is_pushed=False).count() if uses_elasticsearch() else 0,
        seconds_behind=seconds_behind(),
        found=found,
        needs_rebuild=is_old,
    )


class IndexStateView(PermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    """How the index is, and when it was rebuilt (those with the permission to see rebuilds: administrators)."""

    permission = VIEW_STATE
    page_title = _("Search index")
    header_icon = "search"
    template_name = "search/admin/index_state.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the state and the last rebuilds."""
        rebuilds = IndexRebuild.objects.order_by("-pk")[:10]
        return super().get_context_data(**kwargs) | {"state": index_state(), "rebuilds": rebuilds}
