"""What was measured, as tables: for the terminal and for docs/search.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.relevance.judged import CLASSES, LANGUAGES, JudgedQuery
from bench.relevance.measures import DEPTH, Scores, mean, scores_of

# By system, what each question scored.
Measured = Mapping[str, Mapping[JudgedQuery, Scores]]
DOCS = Path(__file__).parents[2] / "docs" / "search.md"
BEGIN, END = "<!-- relevance: begin -->", "<!-- relevance: end -->"
HEADER = ("system", "language", "class", "questions", f"nDCG@{DEPTH}", f"recall@{DEPTH}", "MRR")
ALL = "all"


def groups(scored: Mapping[JudgedQuery, Scores]) -> Iterator[tuple[str, str, list[Scores]]]:
    """Yield language, class and scores: each class of each language, then all of each, then everything."""
    for language in (*LANGUAGES, ALL):
        for kind in (*CLASSES, ALL):
            scores = [
                score
                for query, score in scored.items()
                if language in (ALL, query.language) and kind in (ALL, query.kind)
            ]
            if scores:
                yield language, kind, scores


def _rows(measured: Measured) -> list[tuple[str, ...]]:
    rows = []
    for system, scored in measured.items():
        for language, kind, scores in groups(scored):
            means = mean(scores)
            figures = (means.ndcg, means.recall, means.reciprocal_rank)
            rows.append((system, language, kind, str(len(scores)), *(f"{figure:.3f}" for figure in figures)))
    return rows


def plain_table(measured: Measured) -> str:
    """Return all figures as a table for the terminal."""
    rows = [HEADER, *_rows(measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def docs_table(measured: Measured) -> str:
    """Return recall and nDCG of all systems side by side in Markdown: a line per language and class."""
    lines = [
        f"| Language | Class | Questions | {' | '.join(measured)} |",
        f"|---|---|--:|{'--:|' * len(measured)}",
    ]
    cells: dict[tuple[str, str], list[str]] = {}
    counts: dict[tuple[str, str], int] = {}
    for scored in measured.values():
        for language, kind, scores in groups(scored):
            means = mean(scores)
            cells.setdefault((language, kind), []).append(
                f"{means.recall:.2f} / {means.ndcg:.2f} / {means.reciprocal_rank:.2f}"
            )
            counts[language, kind] = len(scores)
    for (language, kind), values in cells.items():
        lines.append(f"| {language} | {kind} | {counts[language, kind]} | {' | '.join(values)} |")
    return "\n".join(lines)


def write_docs(measured: Measured) -> None:
    """Put the table between its marks in docs/search.md."""
    before, _mark, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    DOCS.write_text(f"{before}{BEGIN}\n\n{docs_table(measured)}\n\n{END}{after}", encoding="utf-8")


def failure(query: JudgedQuery, found: Sequence[str]) -> str:
    """Return what a question does not find, and what it finds instead; nothing when all that is wanted is there."""
    scores = scores_of(query, found)
    missing = sorted(query.wanted.difference(found), key=lambda key: -query.grades[key])
    if not missing and scores.reciprocal_rank == 1:
        return ""
    told = [f"{query.id} [{query.kind}] «{query.text}»  recall {scores.recall:.2f}  nDCG {scores.ndcg:.2f}"]
    told += [f"    missing {query.grades[key]} {key}" for key in missing]
    told += [f"    {rank:2} ({query.grades.get(key, 0)}) {key}" for rank, key in enumerate(found, start=1)]
    return "\n".join(told)
