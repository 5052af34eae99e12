"""The bars: what search has to reach, by engine, language and class; a test holds it to them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from bench.relevance.measures import mean
from bench.relevance.report import Measured, groups
from bench.relevance.systems import HUB_DATABASE, HUB_ELASTICSEARCH

FILE = Path(__file__).with_name("bars.json")
# How far below what is reached a bar is: a question of a class may slip a little, but not be lost.
SLACK = 0.02
ENGINES = {"elasticsearch": HUB_ELASTICSEARCH, "database": HUB_DATABASE}
# By language, class and measure.
Bars = Mapping[str, Mapping[str, Mapping[str, float]]]


def read_bars(engine: str) -> Bars:
    """Read the bars of an engine, `elasticsearch` or `database`."""
    return json.loads(FILE.read_text(encoding="utf-8"))[engine]


def bars_of(measured: Measured, system: str) -> Bars:
    """Return bars a little below what a system reaches."""
    bars: dict[str, dict[str, dict[str, float]]] = {}
    for language, kind, scores in groups(measured[system]):
        means = mean(scores)
        bars.setdefault(language, {})[kind] = {"recall": _below(means.recall), "ndcg": _below(means.ndcg)}
    return bars


def bars_below(measured: Measured, system: str, bars: Bars) -> list[str]:
    """Return, in words, where a system does not reach the bars."""
    missed = []
    for language, kind, scores in groups(measured[system]):
        means = mean(scores)
        for measure, figure in (("recall", means.recall), ("ndcg", means.ndcg)):
            bar = bars[language][kind][measure]
            if figure < bar:
                missed.append(f"{language}, {kind}: {measure} {figure:.3f} < {bar}")
    return missed


def _below(figure: float) -> float:
    return max(0.0, math.floor(100 * (figure - SLACK)) / 100)


def write_bars(measured: Measured) -> None:
    """Keep bars a little below what the hub reaches on both engines."""
    bars = {engine: bars_of(measured, system) for engine, system in ENGINES.items()}
    FILE.write_text(f"{json.dumps(bars, indent=2)}\n", encoding="utf-8")
