"""The logarithmic axis of a metric that may be 0: positions, domain and ticks.

Here: pure arithmetic. A logarithm has no place for 0, so the zeros' bin stands to the left of
the smallest positive value, apart from it and labelled 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_ZERO_LEFT, _ZERO_MIDDLE, _ZERO_RIGHT = 10**-0.5, 10**-0.4, 10**-0.3


@dataclass(frozen=True)
class LogAxis:
    """A log axis from `low` to `high`; `start` is the smallest positive bound (axis units)."""

    start: float
    high: float
    has_zero: bool

    @property
    def zero_position(self) -> float:
        """Where 0 is drawn and labelled."""
        return self.start * _ZERO_MIDDLE

    @property
    def domain(self) -> list[float]:
        return [self.start * 10**-0.6 if self.has_zero else self.start, self.high]

    @property
    def ticks(self) -> list[float]:
        """Powers of ten, with 2 and 5 times them where the axis spans few, and 0 if it is shown."""
        few = math.log10(self.high / self.start) < 3.5
        powers = range(math.floor(math.log10(self.start)), math.ceil(math.log10(self.high)) + 1)
        steps = [m * 10.0**power for power in powers for m in ((1, 2, 5) if few else (1,))]
        shown = [step for step in steps if self.start <= step <= self.high]
        return [self.zero_position, *shown] if self.has_zero else shown

    @property
    def power_ticks(self) -> list[float]:
        """Powers of ten alone, and 0 if it is shown: for an axis with little room."""
        powers = range(round(math.log10(self.start)), round(math.log10(self.high)) + 1)
        return [*([self.zero_position] if self.has_zero else []), *(10.0**p for p in powers)]

    @property
    def label_expression(self) -> str:
        """Vega expression for a tick's label."""
        # Between 0's place and the first positive value there are no ticks.
        return f"datum.value < {self.start * 0.999!r} ? '0' : format(datum.value, ',~r')"

    def position(self, value: float) -> float:
        """Where a value is drawn: itself, or 0's place if it is below all positive bounds."""
        return value if value >= self.start else self.zero_position

    def bin_span(self, lower: float, upper: float) -> tuple[float, float]:
        """Left and right edge of a bin; the zeros' bin [0, 1) gets its place apart."""
        if lower > 0:
            return lower, upper
        return self.start * _ZERO_LEFT, self.start * _ZERO_RIGHT

    def is_in_right_part(self, value: float) -> bool:
        """Whether little room is left to the right of the value."""
        low, high = (math.log10(bound) for bound in self.domain)
        return (math.log10(self.position(value)) - low) / (high - low) > 0.62


def log_axis(bins: Iterable[tuple[float, float]], values: Iterable[float] = ()) -> LogAxis:
    """The axis that holds the bins (lower, upper), of which there must be one, and the values."""
    bounds, marked = list(bins), [value for value in values if value > 0]
    has_zero = any(lower <= 0 for lower, _ in bounds)
    positive = [*(lower for lower, _ in bounds if lower > 0), *marked]
    return LogAxis(
        start=min([*positive, 1.0] if has_zero else positive),
        high=max([upper for _, upper in bounds] + marked),
        has_zero=has_zero,
    )


def whole_powers(values: Iterable[float]) -> LogAxis:
    """The axis from the power of ten below the values to the one above, with a place for 0."""
    known = list(values)
    positive = [value for value in known if value >= 1] or [1.0]
    low = 10.0 ** math.floor(math.log10(min(positive)))
    high = 10.0 ** math.ceil(math.log10(max(*positive, 10 * low)) + 0.02)
    return LogAxis(start=low, high=high, has_zero=any(value < 1 for value in known))
