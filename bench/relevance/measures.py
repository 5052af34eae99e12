"""nDCG, recall and reciprocal rank of one list of results; docs/search.md says where they come from."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.relevance.judged import JudgedQuery

DEPTH = 10


@dataclass(frozen=True)
class Scores:
    """Measures of one question, or their means over some: 1 is perfect."""

    ndcg: float
    recall: float
    reciprocal_rank: float


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def scores_of(query: JudgedQuery, found: Sequence[str]) -> Scores:
    """Return the measures of what was found, best first; a piece counts once."""
    top = list(dict.fromkeys(found))[:DEPTH]
    ideal = sorted(query.grades.values(), reverse=True)[:DEPTH]
    first = next((rank for rank, key in enumerate(top, start=1) if key in query.wanted), None)
    return Scores(
        ndcg=_gain(query.grades.get(key, 0) for key in top) / _gain(ideal),
        recall=len(query.wanted.intersection(top)) / min(DEPTH, len(query.wanted)),
        reciprocal_rank=1 / first if first else 0.0,
    )


def mean(scores: Sequence[Scores]) -> Scores:
    """Return the means of some measures."""
    return Scores(
        ndcg=statistics.fmean(each.ndcg for each in scores),
        recall=statistics.fmean(each.recall for each in scores),
        reciprocal_rank=statistics.fmean(each.reciprocal_rank for each in scores),
    )
