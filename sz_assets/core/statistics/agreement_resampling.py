"""Intervals of agreement by drawing units again.

Here: patterns of codes, draws of units and their intervals. Not here: the coefficients' formulas
(`agreement_coefficients`).

The estimand is the coefficient over units like these, coded by these coders. Units are drawn with
replacement, whole, with all their codes: codes of one unit depend on each other. Krippendorff's
own algorithm draws single pairs and keeps the expected disagreement; Zapf, Castell, Morawietz and
Karch 2016 (BMC Medical Research Methodology 16:93) found that it covers 60 %, and draw units. The
ends are bias-corrected and accelerated (Efron 1987, Journal of the American Statistical
Association 82): in simulation they held in 93 to 98 % of studies with 100 units, where plain
percentiles fell to 89 %, missing on the side that makes codes look too good. With 10 to 20 units
they held in 89 to 99 %; AC1 of many categories near full agreement lies too low there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sz_assets.core.statistics.agreement_coefficients import Floats, Ints

LEVEL = 0.95
# Units with two codes; with 5 to 7 of them coverage fell below 90 % in simulation.
MINIMUM_UNITS = 10
# Draws in which a coefficient is not defined are left out, up to this share of them.
LARGEST_UNDEFINED_SHARE = 0.05
# Numbers held at once for a part of the draws.
LARGEST_BLOCK = 4_000_000

Formula = Callable[[Floats], Floats]


class Patterns(NamedTuple):
    """Units grouped by what was said about them: codes (patterns, coders), and how many each."""

    codes: Ints
    frequencies: Floats
    counts: Floats


class Estimate(NamedTuple):
    """A coefficient and its ends; `reason` says why an end is missing."""

    value: float | None
    ci_lower: float | None
    ci_upper: float | None
    reason: str | None


def patterns_of(codes: Ints, value_count: int) -> Patterns:
    """Patterns of the units that have a code; `codes`: (units, coders), -1 where missing.

    With more than two coders it does not matter who said what: fewer patterns, the same values.
    """
    coded = codes[(codes >= 0).any(axis=1)]
    keys = coded if codes.shape[1] == 2 else np.sort(coded, axis=1)
    rows, frequencies = np.unique(keys, axis=0, return_counts=True)
    counts = np.zeros((len(rows), value_count))
    places, _ = np.nonzero(rows >= 0)
    np.add.at(counts, (places, rows[rows >= 0]), 1.0)
    return Patterns(rows, frequencies.astype(float), counts)


def estimates(
    patterns: Patterns, formulas: dict[str, Formula], *, seed: int, resamples: int
) -> dict[str, Estimate]:
    """Each formula's value and 95 % interval; all are computed from the same draws."""
    frequencies = patterns.frequencies
    if not len(frequencies):
        return dict.fromkeys(formulas, Estimate(None, None, None, None))
    unit_count = int(frequencies.sum())
    random = np.random.default_rng(seed)
    block = max(1, LARGEST_BLOCK // len(frequencies))
    values = {name: float(formula(frequencies[None])[0]) for name, formula in formulas.items()}
    pairable = int(frequencies[patterns.counts.sum(axis=1) >= 2].sum())
    if resamples < 1 or pairable < MINIMUM_UNITS:
        reason = f"no interval: fewer than {MINIMUM_UNITS} units have two codes"
        if resamples < 1:
            reason = "no interval was asked for"
        return {
            name: Estimate(None if np.isnan(value) else value, None, None, reason)
            for name, value in values.items()
        }
    shares = frequencies / unit_count
    drawn: dict[str, list[Floats]] = {name: [] for name in formulas}
    for start in range(0, resamples, block):
        weights = random.multinomial(unit_count, shares, size=min(block, resamples - start))
        for name, formula in formulas.items():
            drawn[name].append(formula(weights.astype(float)))
    left_out: dict[str, list[Floats]] = {name: [] for name in formulas}
    for start in range(0, len(frequencies), block):
        stop = min(start + block, len(frequencies))
        fewer = np.repeat(frequencies[None], stop - start, axis=0)
        fewer[np.arange(stop - start), np.arange(start, stop)] -= 1
        for name, formula in formulas.items():
            left_out[name].append(formula(fewer))
    return {
        name: _estimate(
            value, np.concatenate(drawn[name]), np.concatenate(left_out[name]), frequencies
        )
        for name, value in values.items()
    }


def _estimate(value: float, drawn: Floats, left_out: Floats, frequencies: Floats) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None, None)
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - LARGEST_UNDEFINED_SHARE) * len(drawn):
        reason = "no interval: too many draws of units have no variation"
        return Estimate(value, None, None, reason)
    if np.ptp(defined) < 1e-12:
        return Estimate(value, None, None, "no interval: every draw of units gives the same value")
    low, high = np.quantile(defined, _ends(value, defined, left_out, frequencies))
    if not low - 1e-12 <= value <= high + 1e-12:
        # Ranks of very many values: drawing units twice adds ties that the units do not have.
        return Estimate(value, None, None, "no interval: the draws of units miss the value")
    return Estimate(value, float(low), float(high), None)


def _ends(value: float, drawn: Floats, left_out: Floats, frequencies: Floats) -> Floats:
    """The two quantiles of the draws that bound the interval."""
    from scipy.special import ndtr, ndtri

    tail = ndtri(np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    ties = np.isclose(drawn, value, rtol=0, atol=1e-12)
    below = ((drawn < value) & ~ties).mean() + ties.mean() / 2
    count = len(drawn)
    bias = ndtri(np.clip(below, 0.5 / count, 1 - 0.5 / count))
    known = ~np.isnan(left_out)
    weights = frequencies[known]
    slopes = np.average(left_out[known], weights=weights) - left_out[known]
    spread = float(weights @ slopes**2)
    acceleration = float(weights @ slopes**3) / (6 * spread**1.5) if spread > 0 else 0.0
    moved = bias + tail
    return np.asarray(ndtr(bias + moved / (1 - acceleration * moved)))
