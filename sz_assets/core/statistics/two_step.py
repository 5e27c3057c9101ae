"""Two steps from videos to accounts: a slope within each account, then Student's t over accounts.

Here: arrays in, arrays out. Not here: which properties are asked about (`factors`), the test of a
U (`u_shape`), or words and verdicts (`effects`).

Step one is ordinary least squares within an account, so that everything that is the account's own
(its followers, its style) drops out. Step two takes the accounts' slopes for a sample of the
slopes of accounts like these. With normal slopes the t test keeps its level however much their
precision differs between accounts: R. Ibragimov and U. K. Müller, "t-statistic based correlation
and heterogeneity robust inference", Journal of Business & Economic Statistics 28 (2010) 453-468.

A video that has been seen for longer has had longer to collect engagement, and what accounts
publish changes over time, so each regression has controls: the logarithm of one plus the age in
days, and its square. One snapshot cannot tell age from the date of publication; a curve in one is
a curve in the other, so that the controls take out both. The square is there because counters
grow fast at first and hardly at all later. In an account whose videos are all of one age nothing
can be confounded by it: what of the controls is not identifiable is left out by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Below so many videos an account's regression says next to nothing.
FEWEST_VIDEOS = 10
# A number must vary within the account by so many of its units (standard deviation, after the
# controls): a slope over less is noise, and without a bound its exponential may not be finite.
SMALLEST_SPREAD = 0.1
# Share of a column's variance that must be left after the controls, beyond rounding.
_LEFT_OVER = 1e-8


@dataclass(frozen=True)
class AccountSlopes:
    """Shapes (accounts, properties, outcomes); `slopes` is NaN where an account is left out.

    `videos` counts the videos behind a slope, 0 where there is none.
    """

    slopes: Floats
    videos: Integers


@dataclass(frozen=True)
class OverAccounts:
    """Mean of the accounts' values, its 95 % interval, and the statistic; NaN below two accounts.

    `accounts` counts the values that are not NaN. Shapes are those of the input without its first
    axis.
    """

    mean: Floats
    low: Floats
    high: Floats
    t: Floats
    accounts: Integers

    @property
    def p_below(self) -> Floats:
        """One-sided p-value: small if the mean is established to be below 0."""
        return self._tail(self.t)

    @property
    def p_above(self) -> Floats:
        """One-sided p-value: small if the mean is established to be above 0."""
        return self._tail(-self.t)

    @property
    def p_two_sided(self) -> Floats:
        return 2.0 * self._tail(-np.abs(self.t))

    def _tail(self, t: Floats) -> Floats:
        from scipy.special import stdtr

        return np.asarray(stdtr(np.maximum(self.accounts - 1, 1), t), dtype=np.float64)


def over_accounts(values: Floats) -> OverAccounts:
    """One-sample Student's t over the first axis, NaN left out, with k-1 degrees of freedom."""
    from scipy.special import stdtrit

    used = np.isfinite(values)
    count = used.sum(axis=0)
    enough = count >= 2
    safe = np.maximum(count, 2)
    mean = np.where(used, values, 0.0).sum(axis=0) / safe
    deviations = np.where(used, values - mean, 0.0)
    error = np.sqrt((deviations**2).sum(axis=0) / (safe - 1) / safe)
    half = stdtrit(safe - 1, 0.975) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((error == 0) & (mean == 0), 0.0, mean / error)
    missing = np.where(enough, 0.0, np.nan)
    return OverAccounts(
        mean=mean + missing,
        low=mean - half + missing,
        high=mean + half + missing,
        t=t + missing,
        accounts=count.astype(np.int64),
    )


def slopes_within_accounts(
    accounts: Integers,
    age_days: Floats,
    values: Floats,
    outcomes: Floats,
    is_group: Flags,
    fewest: Integers,
) -> AccountSlopes:
    """Each account's least-squares slope of each outcome on each property alone, given the age.

    `accounts` (n) holds codes from 0 and `age_days` (n) ages; `values` (n, p) and `outcomes`
    (n, m) are NaN where missing. Of a property with `is_group` (p) the values are 0 and 1, and an
    account needs `fewest` (p) videos of either; of the others it needs SMALLEST_SPREAD. An account
    also needs FEWEST_VIDEOS, and an outcome that varies.
    """
    shape = (int(accounts.max(initial=-1)) + 1, values.shape[1], outcomes.shape[1])
    slopes, videos = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for account, rows in by_account(accounts):
        own_values, own_outcomes, age = values[rows], outcomes[rows], age_days[rows]
        for columns, has_value in same_gaps(own_values):
            for metrics, has_outcome in same_gaps(own_outcomes):
                kept = has_value & has_outcome
                found = _slopes(
                    age_controls(age[kept]),
                    own_values[np.ix_(kept, columns)],
                    own_outcomes[np.ix_(kept, metrics)],
                    is_group[columns],
                    fewest[columns],
                )
                place = np.ix_(np.array([account]), columns, metrics)
                slopes[place] = found
                videos[place] = np.where(np.isfinite(found), kept.sum(), 0)
    return AccountSlopes(slopes, videos)


def _slopes(
    controls: Floats, values: Floats, outcomes: Floats, is_group: Flags, fewest: Integers
) -> Floats:
    """Slopes (p, m) by the theorem of Frisch, Waugh and Lovell; NaN where there is none."""
    count = values.shape[0]
    if count < FEWEST_VIDEOS:
        return np.full((values.shape[1], outcomes.shape[1]), np.nan)
    left = residuals(controls, values)
    squares = (left**2).sum(axis=0)
    total = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    ones = values.sum(axis=0)
    usable = (squares > _LEFT_OVER * total) & np.where(
        is_group,
        (ones >= fewest) & (count - ones >= fewest),
        np.sqrt(squares / count) >= SMALLEST_SPREAD,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = (left.T @ residuals(controls, outcomes)) / squares[:, None]
    usable_pairs = usable[:, None] & varies(outcomes)[None, :]
    return np.where(usable_pairs, slopes, np.nan)


def by_account(accounts: Integers) -> Iterator[tuple[int, Integers]]:
    """Each account's code and the positions of its videos."""
    order = np.argsort(accounts, kind="stable")
    codes, starts = np.unique(accounts[order], return_index=True)
    yield from zip(codes.tolist(), np.split(order, starts)[1:], strict=True)


def same_gaps(columns: Floats) -> Iterator[tuple[Integers, Flags]]:
    """Positions of the columns that miss the same rows, with the rows that they have."""
    present = np.isfinite(columns)
    groups: dict[bytes, list[int]] = {}
    for place in range(columns.shape[1]):
        groups.setdefault(present[:, place].tobytes(), []).append(place)
    for places in groups.values():
        yield np.array(places, dtype=np.int64), present[:, places[0]]


def age_controls(age_days: Floats) -> Floats:
    """Orthonormal columns that span a constant, log(1 + age) and its square, where these differ.

    Ages below zero, from a platform's clock that runs ahead, count as zero.
    """
    log_age = np.log1p(np.maximum(age_days, 0.0))
    if log_age.size == 0:
        return np.empty((0, 0))
    centred = log_age - log_age.mean()
    deviation = centred.std()
    if deviation < 1e-9:
        return np.full((log_age.size, 1), log_age.size**-0.5)
    scaled = centred / deviation
    columns = np.column_stack([np.ones_like(scaled), scaled, scaled**2])
    left, singular, _ = np.linalg.svd(columns, full_matrices=False)
    return np.ascontiguousarray(left[:, singular > 1e-8 * singular[0]])


def residuals(controls: Floats, columns: Floats) -> Floats:
    """What the orthonormal controls (n, q) leave of the columns (n, p)."""
    return columns - controls @ (controls.T @ columns)


def varies(columns: Floats) -> Flags:
    """Which columns hold more than one value."""
    return np.asarray(np.ptp(columns, axis=0) > 0)
