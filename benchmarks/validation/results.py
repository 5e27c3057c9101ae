"""Counting what held in simulated studies, and the bands in which the counts must lie.

Here: outcomes, their sums, and JSON. Not here: the trials themselves (`trials`), or words for
readers (`document`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# By kind of question: the lowest and highest share of studies that is in order.
BANDS: dict[str, tuple[float, float]] = {
    # A 95 % interval holds the truth.
    "coverage": (0.92, 0.98),
    # The same for tests that promise no more than 5 % and may stay well below it.
    "coverage_at_least": (0.92, 1.0),
    # The same for shares of categories, of which more was promised.
    "coverage_strict": (0.93, 0.975),
    "coverage_strict_at_least": (0.93, 1.0),
    # What is printed without an interval, because the usual one would not hold.
    "not_covered": (0.0, 0.85),
    # A verdict is given somewhere in a family where nothing is true.
    "false_verdict": (0.0, 0.06),
    # What was planted is reported.
    "found": (0.8, 1.0),
    # Told, and nothing is demanded of it.
    "shown": (0.0, 1.0),
}

# From so many on a rate is held against its band as it is; below, chance is allowed for.
MANY_STUDIES = 500
CHANCE = 1e-4


@dataclass(frozen=True, order=True)
class Question:
    """What is asked of each study.

    `scenario` is what was planted, `subject` the statistic, factor or family, `detail` the rest
    that names the row (population, metric, level).
    """

    kind: str
    scenario: str
    model: str
    table: str
    subject: str
    detail: str = ""
    method: str = ""


@dataclass(frozen=True)
class Outcome:
    """One study's answer: whether it held, and estimate and truth where these are numbers."""

    question: Question
    holds: bool
    value: float | None = None
    truth: float | None = None


@dataclass
class Tally:
    """How many studies answered a question, and in how many it held."""

    studies: int = 0
    held: int = 0
    values: list[float] = field(default_factory=list)
    truths: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.studies += 1
        self.held += bool(outcome.holds)
        if outcome.value is not None and outcome.truth is not None:
            self.values.append(outcome.value)
            self.truths.append(outcome.truth)

    def row(self) -> dict[str, Any]:
        middle = len(self.values) // 2
        return {
            "studies": self.studies,
            "held": self.held,
            "rate": round(self.held / self.studies, 4),
            "median_value": _rounded(sorted(self.values)[middle]) if self.values else None,
            "median_truth": _rounded(sorted(self.truths)[middle]) if self.truths else None,
        }


class Results:
    """Outcomes of all studies, counted as they come."""

    def __init__(self) -> None:
        self._tallies: dict[Question, Tally] = {}

    def add(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self._tallies.setdefault(outcome.question, Tally()).add(outcome)

    def rows(self) -> list[dict[str, Any]]:
        """One row per question, sorted."""
        return [
            asdict(question) | self._tallies[question].row() for question in sorted(self._tallies)
        ]


def outside(rows: Iterable[dict[str, Any]], *, studies: int = MANY_STUDIES) -> list[str]:
    """The questions whose rate lies outside its band, as sentences.

    A question that fewer than `studies` studies have answered is outside only if a binomial count
    with the rate of the band's nearest end would be as extreme with less than CHANCE.
    """
    return [
        f"{row['kind']} of {row['table']}, {row['subject']} {row['detail']} ({row['scenario']}, "
        f"{row['model']}): {row['rate']:.1%} of {row['studies']:,}"
        for row in rows
        if not _is_in_order(row, studies)
    ]


def _is_in_order(row: dict[str, Any], many: int) -> bool:
    from scipy.stats import binom

    low, high = BANDS[row["kind"]]
    held, studies = row["held"], row["studies"]
    if studies >= many:
        return bool(low <= row["rate"] <= high)
    return bool(
        binom.cdf(held, studies, low) >= CHANCE and binom.sf(held - 1, studies, high) >= CHANCE
    )


def write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
