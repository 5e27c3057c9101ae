"""How many tasks each stratum gives to a coding sample: expected numbers, and whole ones.

Here: arithmetic of whole numbers and fractions, exact. Not here: which videos are drawn
(`sampling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor, lcm, sqrt
from typing import Protocol

# Where there are fewer tasks than categories, expected numbers are multiples of 1 / this.
_FINE = 1000


class Chance(Protocol):
    """What is needed of a `numpy.random.Generator`."""

    def random(self) -> float: ...


def expected_by_category(sizes: Sequence[int], sample_size: int, minimum: int) -> list[Fraction]:
    """Expected tasks of each category, given the number of its videos; they sum to `sample_size`.

    A compromise between equal and proportional allocation: proportional to the square root of the
    size (power allocation with exponent 1/2, Bankier 1988, The American Statistician 42), at least
    `minimum` or an equal part of the sample if that is less, at most the size. Whole numbers (by
    largest remainders), unless there are fewer tasks than categories; always positive.
    `sizes` are positive and sum to at least `sample_size`.
    """
    unit = 1 if sample_size >= len(sizes) else _FINE * len(sizes)
    floor_ = min(float(minimum), sample_size / len(sizes))
    least = [min(float(size), floor_) for size in sizes]

    def allocated(scale: float) -> list[float]:
        return [
            min(max(scale * sqrt(size), low), float(size))
            for size, low in zip(sizes, least, strict=True)
        ]

    low, high = 0.0, float(max(sizes))
    for _ in range(100):  # halves the bracket to less than a float's precision
        middle = (low + high) / 2
        low, high = (middle, high) if sum(allocated(middle)) < sample_size else (low, middle)
    wanted = [value * unit for value in allocated(high)]
    whole = [
        max(1, min(floor(value + 1e-9), size * unit))
        for value, size in zip(wanted, sizes, strict=True)
    ]
    while sum(whole) != sample_size * unit:
        step = 1 if sum(whole) < sample_size * unit else -1
        open_ = [i for i, n in enumerate(whole) if 1 <= n + step <= sizes[i] * unit]
        place = max(open_, key=lambda i: (step * (wanted[i] - whole[i]), sizes[i], -i))
        whole[place] += step
    return [Fraction(value, unit) for value in whole]


def rounded_at_random(expected: Sequence[Sequence[Fraction]], chance: Chance) -> list[list[int]]:
    """Whole numbers whose expectation is `expected` exactly, cell by cell.

    Every cell, row sum and column sum is its expected value rounded up or down, and the grand total
    (a whole number) is kept. Source: Cox 1987, A constructive procedure for unbiased controlled
    rounding, Journal of the American Statistical Association 82: fractional cells that form a cycle
    are moved up and down in turn, one way or the other with probabilities that leave every
    expectation as it is, until none is left.
    """
    rows, columns = len(expected), len(expected[0])
    one = lcm(*(value.denominator for row in expected for value in row))
    cells = [[int(value * one) for value in row] for row in expected]
    # A further row and column fill the sums up to whole numbers.
    for row in cells:
        row.append(-sum(row) % one)
    cells.append([-sum(row[j] for row in cells) % one for j in range(columns)] + [0])
    in_row = [{j for j, value in enumerate(row) if value % one} for row in cells]
    in_column = [{i for i in range(rows + 1) if cells[i][j] % one} for j in range(columns + 1)]
    for start in range(rows + 1):
        while in_row[start]:
            cycle = _cycle(start, in_row, in_column)
            up = min(_room(cells[i][j], one, k % 2 == 0) for k, (i, j) in enumerate(cycle))
            down = min(_room(cells[i][j], one, k % 2 == 1) for k, (i, j) in enumerate(cycle))
            step = up if chance.random() * (up + down) < down else -down
            for k, (i, j) in enumerate(cycle):
                cells[i][j] += step if k % 2 == 0 else -step
                if cells[i][j] % one == 0:
                    in_row[i].discard(j)
                    in_column[j].discard(i)
    return [[value // one for value in row[:columns]] for row in cells[:rows]]


def _room(value: int, one: int, is_up: bool) -> int:
    """How far a fractional cell can go until it is a whole number."""
    return one - value % one if is_up else value % one


def _cycle(
    start: int, in_row: Sequence[set[int]], in_column: Sequence[set[int]]
) -> list[tuple[int, int]]:
    """Fractional cells that share a row and a column with their neighbours in turn.

    Rows and columns sum to whole numbers, so each with one fractional cell has another: a walk
    along them comes back to where it has been.
    """
    path: list[tuple[int, int]] = []
    row, column, rows, columns = start, -1, {start: 0}, dict[int, int]()
    while True:
        column = next(j for j in in_row[row] if j != column)
        path.append((row, column))
        if column in columns:
            return path[columns[column] :]
        columns[column] = len(path)
        row = next(i for i in in_column[column] if i != row)
        path.append((row, column))
        if row in rows:
            return path[rows[row] :]
        rows[row] = len(path)
