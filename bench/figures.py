"""What is measured: a figure with its bar, and how all of them are printed and kept."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        name: what was measured, in words.
        value: the number.
        unit: of the number, e.g. `queries` or `× round trip`.
        bar: what the number must not pass; None when it is told for information only.
        is_minimum: whether the bar is the least that is wanted, not the most.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    is_minimum: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the number is on the right side of its bar, or has none."""
        if self.bar is None:
            return True
        return self.value >= self.bar if self.is_minimum else self.value <= self.bar

    def as_row(self) -> tuple[str, str, str, str]:
        """Return the figure as a line of the table: name, number, bar, verdict."""
        if self.bar is None:
            return self.name, _number(self.value, self.unit), "", ""
        bar = f"{'≥' if self.is_minimum else '≤'} {_number(self.bar, self.unit)}"
        return self.name, _number(self.value, self.unit), bar, "pass" if self.is_met else "FAIL"

    def as_json(self) -> dict[str, Any]:
        """Return the figure as it is kept in the results."""
        return {**asdict(self), "is_met": self.is_met}


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value == int(value) or value >= 1000 else f"{value:.3g} {unit}"


def median_milliseconds(seconds: Sequence[float]) -> float:
    """Return the median of times in milliseconds."""
    return statistics.median(seconds) * 1000


def resident_mebibytes() -> float:
    """Return the memory this process has now."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], check=True, capture_output=True)
    return int(told.stdout) / 1024


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table of text."""
    rows = [("figure", "measured", "bar", ""), *(figure.as_row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * sum(widths, 6), *lines[1:]])
