"""Which answers readers with the same rights may share: only those that say so."""

from __future__ import annotations

from django.http import HttpResponse


def keep_nowhere[Response: HttpResponse](response: Response) -> Response:
    """Mark an answer whose reading is told in the audit: no copy of it is kept, not in its reader's browser either."""
    response["Cache-Control"] = "private, no-store"
    return response


def share_among_equals[Response: HttpResponse](response: Response) -> Response:
    """Mark an answer that depends on address and rights alone, and names nobody, so that it may be kept.

    Everything else is made anew for everyone: a page that forgets to say so is slow, not a leak.
    """
    response.is_shared_among_equals = True  # type: ignore[attr-defined]
    return response
