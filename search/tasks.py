"""What is done in the background."""

from __future__ import annotations

import logging

from django_tasks import task

from search.contract import SearchEngineError
from search.index import is_resting, push_pending

logger = logging.getLogger("hub.search")


@task()
def push_search_entries() -> int:
    """Push what Elasticsearch does not have yet. When it is away the entries wait for the next time."""
    if is_resting():
        return 0
    try:
        return push_pending()
    except SearchEngineError as error:
        logger.warning("Elasticsearch is away; search entries wait: %s", error)
        return 0
