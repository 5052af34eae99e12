"""How fast Elasticsearch's indexes are filled anew, against the least that could be done, and in how much memory.

`python -m bench.reindexing` is the hub's side alone, in a process of its own, so that its memory is only its own;
it prints what it measured as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from itertools import batched
from typing import Any

from bench.figures import Figure, resident_mebibytes

LEAST_RATE = 0.7
LEAST_TIMES_STOCK = 5
# Memory is looked at time and again; after the first so many pages it may grow no more than so much.
FIRST = 5_000
MOST_GROWTH = 1.1


def fill_ready(documents: list[dict[str, Any]]) -> float:
    """Send ready documents to new, empty indexes like the hub's with `streaming_bulk`; return the seconds."""
    from elasticsearch.helpers import streaming_bulk

    from bench.stage import PREFIX
    from search.engines.elasticsearch import LANGUAGES, connect, index_mappings, index_settings

    client = connect().options(request_timeout=60)
    names = {language: f"{PREFIX}-ready-{language}" for language in LANGUAGES}
    for language, name in names.items():
        client.indices.delete(index=name, ignore_unavailable=True)
        client.indices.create(index=name, settings=index_settings(language), mappings=index_mappings())
    actions = [
        {"_index": names[document["language"]], "_id": str(document["page_id"]), "_source": document}
        for document in documents
    ]
    begin = time.perf_counter()
    for _is_done, _answer in streaming_bulk(client, actions):
        pass
    client.indices.refresh(index=list(names.values()))
    seconds = time.perf_counter() - begin
    client.indices.delete(index=list(names.values()))
    return seconds


def ready_documents() -> list[dict[str, Any]]:
    """Return all documents as Elasticsearch takes them."""
    from search.index import documents_of_entries
    from search.models import SearchEntry

    documents = []
    entries = SearchEntry.objects.filter(is_removed=False).order_by("pk")
    for each in (document for rows in batched(entries.iterator(500), 500) for document in documents_of_entries(rows)):
        document = asdict(each)
        del document["version"]
        documents.append(document)
    return documents


def rebuild_by_hub() -> dict[str, float]:
    """Do what `manage.py search_index` does to Elasticsearch, and measure it."""
    from search.rebuilding import rebuild_elasticsearch

    early, late = [0.0], [0.0]

    def watch(phase: str, done: int, total: int) -> None:
        (early if done <= FIRST else late).append(resident_mebibytes())

    begin = time.perf_counter()
    count = rebuild_elasticsearch(watch, take_over=True)
    seconds = time.perf_counter() - begin
    late.append(resident_mebibytes())
    return {"count": count, "seconds": seconds, "early_mib": max(early), "late_mib": max(late)}


def measure_stock(hub_rate: float) -> list[Figure]:
    """Index the same pages as Wagtail does by itself, and compare."""
    from wagtail.models import Page

    from bench.relevance.systems import fill_stock

    begin = time.perf_counter()
    fill_stock(with_database=False)
    # Every page is in it, those that the hub's own index leaves out too.
    rate = Page.objects.count() / (time.perf_counter() - begin)
    return [
        Figure(
            "reindexing / stock wagtail_update_index", hub_rate / rate, "× rate", LEAST_TIMES_STOCK, is_minimum=True
        ),
        Figure("stock wagtail_update_index: rate", rate, "pages/s"),
    ]


def measure_reindexing() -> tuple[list[Figure], dict[str, float]]:
    """Fill indexes both ways, the ready half before and half after the hub's, and compare."""
    documents = ready_documents()
    half = len(documents) // 2
    fill_ready(documents[:2_000])  # The cluster's code is warm afterwards.
    ready = fill_ready(documents[:half])
    child = subprocess.run([sys.executable, "-m", "bench.reindexing"], check=True, stdout=subprocess.PIPE)
    hub: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    ready += fill_ready(documents[half:])
    if hub["count"] != len(documents):
        raise RuntimeError(f"The hub put {hub['count']} of {len(documents)} documents in.")
    ready_rate, hub_rate = len(documents) / ready, hub["count"] / hub["seconds"]
    figures = [
        Figure(
            f"reindexing {len(documents):,} pages / streaming_bulk of ready documents",
            hub_rate / ready_rate,
            "× rate",
            LEAST_RATE,
            is_minimum=True,
        ),
        Figure(
            f"reindexing: most memory afterwards / in the first {FIRST:,} pages",
            hub["late_mib"] / hub["early_mib"],
            "×",
            MOST_GROWTH,
        ),
        Figure("reindexing: rate", hub_rate, "pages/s"),
        Figure("streaming_bulk of ready documents: rate", ready_rate, "pages/s"),
        Figure("reindexing: most memory", hub["late_mib"], "MiB"),
    ]
    return [*figures, *measure_stock(hub_rate)], {**hub, "ready_seconds": ready}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(rebuild_by_hub()))
