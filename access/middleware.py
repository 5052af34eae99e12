"""Middleware of the access spine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail.models import Revision

from access.clearance import is_cleared_for_revision

# What Wagtail's admin calls the keys of revisions in its addresses; words such as "latest" stand for others.
REVISION_KEYS = ("revision_id", "revision_id_a", "revision_id_b")


class RevisionClearanceMiddleware:
    """Keeps earlier states of a page, which may have been more restricted, from those who are not cleared for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Know nothing of a revision in an address of the admin that its reader is not cleared for."""
        named = {str(kwargs[key]) for key in REVISION_KEYS if key in kwargs} if "/admin/" in request.path else set()
        if "earliest" in named and (page_id := kwargs.get("pk")):
            # Only comparisons name it, and it was the first of the page.
            first = Revision.page_revisions.filter(object_id=str(page_id)).order_by("created_at").first()
            named.add(str(first.pk) if first else "")
        keys = [key for key in named if key.isdecimal()]
        for revision in Revision.objects.filter(pk__in=keys):
            if not is_cleared_for_revision(request.user, revision):
                raise Http404
