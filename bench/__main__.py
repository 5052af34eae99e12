"""Measures what docs/performance.md promises; prints a table and writes bench/results.json.

    python -m bench [--pages 20000]

Ends with 1 when a figure misses its bar.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.figures import Figure, table
from bench.stage import stage

RESULTS = Path(__file__).with_name("results.json")
# How many pages have their entries written anew for the rate of that; all of them would take minutes.
SAMPLE = 1_000


class Clock:
    """Says what is done and how long it took."""

    def __init__(self) -> None:
        self.begin = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line with the time since the beginning."""
        print(f"{time.monotonic() - self.begin:6.0f} s  {text}", flush=True)


def load(count: int, clock: Clock) -> None:
    """Load the demo, and pages beside it until there are `count`, with their search entries."""
    from bench.corpus import Corpus, write_entries
    from demo.loader import DemoLoader
    from search.documents import findable_page_ids
    from search.index import recording_paused

    with recording_paused():
        clock.say("loading the demo")
        DemoLoader(lambda step: None).load()
        missing = max(0, count - sum(1 for _ in findable_page_ids()))
        clock.say(f"writing {missing:,} pages more, of the demo's sentences")
        Corpus(missing).write()
    clock.say("writing their search entries")
    write_entries()


def measure_entries() -> list[Figure]:
    """Measure how fast entries are written anew from pages, on some of them."""
    from search.documents import documents_of, findable_page_ids
    from search.index import write_entries

    ids = list(findable_page_ids())[-SAMPLE:]
    begin = time.perf_counter()
    write_entries(documents_of(ids))
    return [Figure("writing entries anew from pages: rate", len(ids) / (time.perf_counter() - begin), "pages/s")]


def surroundings() -> dict[str, Any]:
    """Return what the figures were measured on."""
    from django.db import connection

    from search.engines.elasticsearch import connect

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    return {
        "measured_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "postgresql": postgresql,
        "elasticsearch": connect().info()["version"]["number"],
        "elasticsearch_nodes": len(connect().nodes.info()["nodes"]),
    }


def main() -> int:
    """Run the benchmark; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=20_000, help="how many pages the hub has")
    parser.add_argument("--documents", type=int, default=100_000, help="up to how many documents search is measured")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-recordings", action="store_true", help="measure recordings, and nothing else")
    only.add_argument("--only-policy", action="store_true", help="measure what the policy adds, and nothing else")
    only.add_argument("--only-search", action="store_true", help="measure searching, and nothing else")
    only.add_argument("--only-indexing", action="store_true", help="measure filling the index, and nothing else")
    only.add_argument("--only-remarking", action="store_true", help="measure the marking of a section, nothing else")
    only.add_argument("--only-desk", action="store_true", help="measure the translators' desk, and nothing else")
    arguments = parser.parse_args()
    count = arguments.pages
    # Stopped from outside, it still tidies up.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    clock = Clock()
    clock.say("making a database")
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    with stage():
        from bench.desk import measure_desk
        from bench.first_load import measure_first_load
        from bench.latency import add_copies, measure_growth, measure_latency
        from bench.pages import measure_pages
        from bench.policy import measure_policy
        from bench.recordings import measure_recordings
        from bench.reindexing import measure_reindexing
        from bench.remarking import measure_remarking
        from bench.searching import measure_search

        if arguments.only_recordings:
            from home.tree import make_tree

            make_tree()
            figures = measure_recordings()
            print(f"\n{table(figures)}")
            return 0 if all(figure.is_met for figure in figures) else 1
        load(0 if arguments.only_remarking or arguments.only_desk else count, clock)
        if arguments.only_desk:
            clock.say("the translators' desk")
            figures, details = measure_desk()
            print(f"\n{json.dumps(details, indent=2)}\n\n{table(figures)}")
            return 0 if all(figure.is_met for figure in figures) else 1
        if arguments.only_policy or arguments.only_remarking:
            clock.say("policy" if arguments.only_policy else "marking a section")
            figures, details = measure_policy() if arguments.only_policy else measure_remarking(count // 4)
            print(f"\n{json.dumps(details, indent=2)}\n\n{table(figures)}")
            return 0 if all(figure.is_met for figure in figures) else 1
        if arguments.only_indexing:
            figures, _details = measure_reindexing()
            figures += measure_entries()
            print(f"\n{table(figures)}")
            return 0 if all(figure.is_met for figure in figures) else 1
        if arguments.only_search:
            from search.rebuilding import rebuild_elasticsearch

            rebuild_elasticsearch()
            for name, many in (("few documents", 0), ("many documents", arguments.documents)):
                clock.say(f"latency with {add_copies(many):,} documents")
                found, details[name] = measure_search()
                print(f"\n{table(found)}", flush=True)
                figures += found
                found, details[name]["latency"] = measure_latency()
                print(f"\n{table(found)}", flush=True)
                figures += found
            found = measure_growth(*(details[name]["latency"] for name in ("few documents", "many documents")))
            figures += found
            print(f"\n{json.dumps(details, indent=2)}\n\n{table(found)}")
            return 0 if all(figure.is_met for figure in figures) else 1
        clock.say("reindexing")
        found, details["reindexing"] = measure_reindexing()
        figures += [*found, *measure_entries()]
        clock.say("pages")
        found, costs = measure_pages()
        details["pages"] = [asdict(cost) for cost in costs]
        figures += found
        clock.say("search")
        found, details["search"] = measure_search()
        figures += found
        clock.say("latency")
        found, details["latency"] = measure_latency()
        figures += found
        clock.say("first load")
        found, details["first_load_bytes"] = measure_first_load()
        figures += found
        clock.say("recordings")
        figures += measure_recordings()
        # The last that asks for pages: afterwards many are restricted.
        clock.say("policy")
        found, details["policy"] = measure_policy()
        figures += found
        clock.say("marking a section")
        found, details["remarking"] = measure_remarking(count // 4)
        figures += found
        clock.say("the translators' desk")
        found, details["desk"] = measure_desk()
        figures += found
        on = surroundings()
    clock.say("done")
    kept = {**on, "pages": count, "figures": [figure.as_json() for figure in figures], "details": details}
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\n{table(figures)}\n\n{RESULTS.relative_to(Path.cwd())} holds more.")
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
