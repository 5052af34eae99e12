"""What is done in the background."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from django_tasks import default_task_backend, task

from search.contract import SearchEngineError
from search.index import is_resting, push_pending

logger = logging.getLogger("hub.search")

# After a push that failed the next one is tried so much later; each failure has at most one.
RETRY_SECONDS = 60


@task()
def push_search_entries() -> int:
    """Push what Elasticsearch does not have yet; return how many entries were pushed.

    When it is away the entries wait, and another try is put into the queue, where there is one.
    """
    try:
        if not is_resting():
            return push_pending()
    except SearchEngineError as error:
        logger.warning("Elasticsearch is away; search entries wait: %s", error)
    try_again_later()
    return 0


def try_again_later() -> None:
    """Put another push into the queue, unless one waits there already."""
    if default_task_backend.supports_defer and cache.add("search:push-again", True, RETRY_SECONDS):
        push_search_entries.using(run_after=timezone.now() + timedelta(seconds=RETRY_SECONDS)).enqueue()
