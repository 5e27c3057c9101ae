"""What a rule of the audit says: a finding, and the numbers and intervals in its words.

Here: shapes and wording that all rules share. Not here: any rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sz_assets.study_published import Printed

Severity = Literal["impossible", "contradictory", "improbable", "unclear"]

_SLACK = 1e-12


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One defect.

    `impossible`: no data have these summaries; `contradictory`: two things printed disagree;
    `improbable`: data could have them, but hardly do; `unclear`: a reader can't tell what is meant.
    """

    rule: str
    subject: str
    severity: Severity
    section: str
    en: str
    zh: str
    arithmetic: str
    suggestion: str | None = None

    @property
    def id(self) -> str:
        """Rule and subject."""
        return f"{self.rule}_{self.subject}"


class Interval(NamedTuple):
    """All numbers from `low` to `high`, both included."""

    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        """Whether they share a number, with room for binary fractions."""
        ends = [abs(end) for end in (*self, *other) if math.isfinite(end)]
        slack = _SLACK * max(1.0, *ends)
        return self.low <= other.high + slack and other.low <= self.high + slack


def rounded(printed: Printed) -> Interval:
    """All numbers that are printed so: half a step on either side.

    Both ends are included, since a half may have been rounded up, down or to even.
    """
    return Interval(printed.value - printed.step / 2, printed.value + printed.step / 2)


def show(value: float) -> str:
    """A number for a sentence, with up to six significant digits after whole thousands."""
    if float(value).is_integer():
        return f"{int(value):,}"
    digits = 2 if abs(value) >= 1000 else 4
    if abs(value) < 0.001:
        return f"{value:.2g}"
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def show_interval(interval: Interval) -> str:
    """The interval for a sentence; a single number if that is all it holds."""
    if interval.low == interval.high:
        return show(interval.low)
    return f"{show(interval.low)} to {show(interval.high)}"


def percent(share: float) -> str:
    """A ratio for a sentence, in percent with one decimal."""
    return f"{100 * share:.1f} %"
