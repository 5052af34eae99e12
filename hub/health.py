"""Whether the process is up, and whether what it needs is."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from search.index import search_state, seconds_behind


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Tell that the process answers (public view)."""
    return JsonResponse({"status": "up"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Tell whether database, cache and search answer, each by name (public view; says no more than that).

    503 when the database or the cache is away. With Elasticsearch away the site still works, on the database
    engine, so `search` says `degraded` and the answer is 200. `search_seconds_behind` is for how long the oldest
    change has waited that Elasticsearch does not have yet; 0 when it has all.
    """
    parts = {"database": _database_state(), "cache": _cache_state(), "search": search_state()}
    is_ready = parts["database"] == "up" and parts["cache"] == "up"
    answer: dict[str, str | int] = {"status": "up" if is_ready else "down", **parts}
    if parts["database"] == "up":
        answer["search_seconds_behind"] = seconds_behind()
    return JsonResponse(answer, status=200 if is_ready else 503)


def _database_state() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return "down"
    return "up"


def _cache_state() -> str:
    try:
        cache.set("readyz", 1, 5)
        return "up" if cache.get("readyz") == 1 else "down"
    except Exception:
        return "down"
