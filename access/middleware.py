"""Middleware of the access spine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail.models import Page, Revision
from wagtail_localize.models import Translation

from access.clearance import at_work, is_cleared_for_revision, uncleared_page_ids
from access.readers import reader_of
from access.reading import PAGE_OPENED, record_page_reading

# What Wagtail's admin calls the keys of revisions in its addresses; words such as "latest" stand for others.
ADMIN = "/admin/"
REVISION_KEYS = ("revision_id", "revision_id_a", "revision_id_b")
# And the keys of pages.
PAGE_KEYS = ("page_id", "page_pk", "page_to_move_id", "destination_id", "parent_page_id")
# The screens of the admin on which a page's text is read, by the names of their addresses.
OPENING = {
    f"wagtailadmin_pages:{name}"
    for name in (
        *("edit", "preview_on_edit", "view_draft", "workflow_preview"),
        *("revisions_view", "revisions_revert", "revisions_compare"),
    )
}


class ClearanceMiddleware:
    """Keeps from people in the admin the pages, and the earlier states of pages, that they are not cleared for.

    What they open of the others is told in the audit, if it is TLP:AMBER or stricter.

    Most of Wagtail's views ask what somebody may do with a page; some show its title first, such as the one that
    confirms a move.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; in the admin, have it known who works there."""
        if not request.path.startswith(ADMIN):
            return self.get_response(request)
        with at_work(request.user):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Know nothing of a page or a revision in an address of the admin that its reader is not cleared for."""
        if not request.path.startswith(ADMIN) or not request.user.is_authenticated:
            return
        named = {kwargs[key] for key in PAGE_KEYS if key in kwargs}
        if (named or "translation_id" in kwargs) and (uncleared := uncleared_page_ids(request.user)):
            pages = Page.objects.filter(pk__in=named)
            if "translation_id" in kwargs:
                translations = Translation.objects.filter(pk=kwargs["translation_id"])
                pages |= Page.objects.filter(translation_key__in=translations.values("source__object_id"))
            if any(pk in uncleared for pk in pages.values_list("pk", flat=True)):
                raise Http404
        if request.method == "GET" and request.resolver_match and request.resolver_match.view_name in OPENING:
            for page in Page.objects.filter(pk=kwargs.get("page_id") or kwargs.get("pk")).select_related("access"):
                record_page_reading(reader_of(request), page, PAGE_OPENED)
        states = {str(kwargs[key]) for key in REVISION_KEYS if key in kwargs}
        if "earliest" in states and (page_id := kwargs.get("pk")):
            # Only comparisons name it, and it was the first of the page.
            first = Revision.page_revisions.filter(object_id=str(page_id)).order_by("created_at").first()
            states.add(str(first.pk) if first else "")
        keys = [key for key in states if key.isdecimal()]
        for revision in Revision.objects.filter(pk__in=keys):
            if not is_cleared_for_revision(request.user, revision):
                raise Http404
