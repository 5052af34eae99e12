"""Measures how well search finds, beside Wagtail's own search; docs/search.md says how.

python -m bench.relevance [--new] [--split tuning|held-out|all] [--hub-only]
python -m bench.relevance --failures [--language ar] [--kind typo] [--engine database]
python -m bench.relevance --set-bars
python -m bench.relevance --write-docs
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench.relevance.judged import CLASSES, LANGUAGES, JudgedQuery, read_queries

SPLITS = ("tuning", "held-out", "all")


def main() -> None:
    """Read the arguments, measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.relevance", description=__doc__)
    parser.add_argument("--new", action="store_true", help="make the database anew, after changes of the demo")
    parser.add_argument("--language", choices=LANGUAGES, help="only the questions in this language")
    parser.add_argument("--kind", choices=CLASSES, help="only the questions of this class")
    parser.add_argument("--split", choices=SPLITS, help="which questions (failures: tuning; otherwise all)")
    parser.add_argument("--engine", choices=("elasticsearch", "database"), default="elasticsearch")
    parser.add_argument("--hub-only", action="store_true", help="do not ask Wagtail's own search")
    parser.add_argument("--failures", action="store_true", help="list the questions that do not find everything")
    parser.add_argument("--set-bars", action="store_true", help="keep what is reached, less a little, as the bars")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/search.md")
    arguments = parser.parse_args()
    if arguments.set_bars or arguments.write_docs:
        if arguments.language or arguments.kind or arguments.split or arguments.failures:
            parser.error("The bars and the documents are of all questions.")
        if arguments.write_docs and arguments.hub_only:
            parser.error("The documents have Wagtail's own search too.")
    split = arguments.split or ("tuning" if arguments.failures else "all")
    queries = [
        query
        for language in LANGUAGES
        if arguments.language in (None, language)
        for query in read_queries(language)
        if arguments.kind in (None, query.kind) and split in ("all", "held-out" if query.is_held_out else "tuning")
    ]

    from bench.relevance.stage import set_up

    set_up(is_new=arguments.new)
    if arguments.failures:
        _list_failures(queries, arguments.engine)
    else:
        _measure(queries, arguments.hub_only, arguments.set_bars, arguments.write_docs)


def _list_failures(queries: Sequence[JudgedQuery], engine: str) -> None:
    from bench.relevance.report import failure
    from bench.relevance.systems import ask_hub, ask_hub_by_database

    ask = ask_hub if engine == "elasticsearch" else ask_hub_by_database
    lines = [line for query in queries if (line := failure(query, ask(query.text, query.language)))]
    print("\n".join(lines))
    print(f"\n{len(lines)} of {len(queries)} questions lack something.")


def _measure(queries: Sequence[JudgedQuery], is_hub_only: bool, sets_bars: bool, writes_docs: bool) -> None:
    from bench.relevance.bars import write_bars
    from bench.relevance.measures import scores_of
    from bench.relevance.report import plain_table, write_docs
    from bench.relevance.systems import systems

    measured = {
        name: {query: scores_of(query, ask(query.text, query.language)) for query in queries}
        for name, ask in systems(is_hub_only).items()
    }
    print(plain_table(measured))
    if sets_bars:
        write_bars(measured)
    if writes_docs:
        write_docs(measured)


if __name__ == "__main__":
    main()
