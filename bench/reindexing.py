"""How fast Elasticsearch's indexes are filled anew, against the least that could be done, and in how much memory.

`python -m bench.reindexing` is the hub's side alone, in a process of its own, so that its memory is only its own;
it prints what it measured as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

from bench.figures import Figure, resident_mebibytes

LEAST_RATE = 0.5
# Memory is looked at every so many pages; after the first ones it may grow no more than so much.
STEP, FIRST = 500, 5_000
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
    from search.index import stored_documents

    documents = []
    for each in stored_documents():
        document = asdict(each)
        del document["version"]
        documents.append(document)
    return documents


def rebuild_by_hub() -> dict[str, float]:
    """Do what `manage.py search_index` does to Elasticsearch, and measure it."""
    from search import index

    early, late = [0.0], [0.0]
    stored = index.stored_documents

    def watched() -> Iterator[Any]:
        for number, document in enumerate(stored(), 1):
            if number % STEP == 0:
                (early if number <= FIRST else late).append(resident_mebibytes())
            yield document

    begin = time.perf_counter()
    with patch.object(index, "stored_documents", watched):
        count = index.rebuild_elasticsearch()
    seconds = time.perf_counter() - begin
    late.append(resident_mebibytes())
    return {"count": count, "seconds": seconds, "early_mib": max(early), "late_mib": max(late)}


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
    return figures, {**hub, "ready_seconds": ready}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(rebuild_by_hub()))
