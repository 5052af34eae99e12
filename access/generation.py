"""The content generation: one number that every cached answer depends on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import F

from access.models import ContentGeneration

# Long enough to be useful, short enough that what time alone changes (dates) follows.
CACHE_SECONDS = 600


def current_generation() -> int:
    """Return the number of the present state of content, markings and people (one query)."""
    # By hand: it is asked on every request, and the query's making would take longer than its answer.
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM access_contentgeneration WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def start_new_generation() -> None:
    """Make everything cached so far unreachable, when the surrounding transaction commits."""
    if not ContentGeneration.objects.filter(pk=1).update(value=F("value") + 1):
        ContentGeneration.objects.get_or_create(pk=1, defaults={"value": 1})


def cached_for_generation[T](key: str, generation: int, compute: Callable[[], T]) -> T:
    """Return `compute()`, remembered under `key` until the content generation changes.

    Args:
        key: what is computed, with all that it depends on besides the generation.
        generation: the generation read at the beginning of the request, before `compute` reads.
        compute: makes the value; must not return None.
    """
    full_key = f"generation:{generation}:{key}"
    value: Any = cache.get(full_key)
    if value is None:
        value = compute()
        cache.set(full_key, value, CACHE_SECONDS)
    return value
