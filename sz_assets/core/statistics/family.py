"""The family of effects: every property against every outcome, with Holm's correction.

Here: arrays in, effects with their verdicts out. Not here: the regressions (`two_step`), the test
of a U (`u_shape`), the properties (`factors`), or the table and its words (`effects`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sz_assets.core.statistics.factors import Property
from sz_assets.core.statistics.levels import FAMILY_LEVEL, holm
from sz_assets.core.statistics.two_step import (
    Floats,
    Integers,
    over_accounts,
    slopes_within_accounts,
)
from sz_assets.core.statistics.u_shape import shapes

FEWEST_ACCOUNTS = 5


@dataclass(frozen=True)
class Effect:
    """One property against one outcome; logarithms, NaN where not estimable.

    Of a U, `log_ratio`, `low` and `high` are always NaN, `sign` is +1 if both ends are above the
    middle and -1 if below, and `turning_point` is a logarithm to the base of 2.
    """

    place: int
    outcome: int
    accounts: int
    videos: int
    p_value: float
    sign: int
    log_ratio: float = np.nan
    low: float = np.nan
    high: float = np.nan
    turning_point: float | None = None
    p_value_holm: float = np.nan

    @property
    def is_estimable(self) -> bool:
        return bool(np.isfinite(self.p_value))

    @property
    def verdict(self) -> str:
        if not self.is_estimable:
            return "not_estimable"
        if self.p_value_holm >= FAMILY_LEVEL or self.sign == 0:
            return "undecided"
        return "positive" if self.sign > 0 else "negative"


def effect_family(
    accounts: Integers,
    age_days: Floats,
    asked: Sequence[Property],
    values: Floats,
    outcomes: Floats,
) -> list[Effect]:
    """`uncorrected_effects`, then Holm's correction over all that are estimable."""
    return _with_holm(uncorrected_effects(accounts, age_days, asked, values, outcomes))


def uncorrected_effects(
    accounts: Integers,
    age_days: Floats,
    asked: Sequence[Property],
    values: Floats,
    outcomes: Floats,
) -> list[Effect]:
    """Every property against every outcome, without the p-values of the family.

    `accounts` (n) holds codes from 0, `age_days` (n) the age when observed, `values` (n, p) the
    columns of `asked`, `outcomes` (n, m) logarithms of engagement; NaN is missing. The order is
    that of `asked`, then of the outcomes.
    """
    found: list[Effect] = []
    straight = [place for place, item in enumerate(asked) if item.kind != "u_shape"]
    slopes = slopes_within_accounts(
        accounts,
        age_days,
        values[:, straight],
        outcomes,
        np.array([asked[place].is_group for place in straight], dtype=bool),
        np.array([asked[place].fewest for place in straight], dtype=np.int64),
    )
    over = over_accounts(slopes.slopes)
    p_values, videos = over.p_two_sided, slopes.videos.sum(axis=0)
    for row, place in enumerate(straight):
        for outcome in range(outcomes.shape[1]):
            spot = (row, outcome)
            found.append(
                Effect(
                    place=place,
                    outcome=outcome,
                    accounts=int(over.accounts[spot]),
                    videos=int(videos[spot]),
                    p_value=float(p_values[spot]),
                    sign=_sign(over.mean[spot]),
                    log_ratio=float(over.mean[spot]),
                    low=float(over.low[spot]),
                    high=float(over.high[spot]),
                )
            )
    for place, item in enumerate(asked):
        if item.kind == "u_shape":
            for outcome, shape in enumerate(shapes(accounts, age_days, values[:, place], outcomes)):
                found.append(
                    Effect(
                        place=place,
                        outcome=outcome,
                        accounts=shape.accounts,
                        videos=shape.videos,
                        p_value=shape.p_value,
                        sign=0 if shape.is_u is None else 1 if shape.is_u else -1,
                        turning_point=shape.turning_point,
                    )
                )
    found.sort(key=lambda effect: (effect.place, effect.outcome))
    return [_or_nothing(effect) for effect in found]


def _sign(value: float) -> int:
    return int(np.sign(value)) if np.isfinite(value) else 0


def _or_nothing(effect: Effect) -> Effect:
    if effect.accounts >= FEWEST_ACCOUNTS:
        return effect
    return Effect(effect.place, effect.outcome, effect.accounts, effect.videos, np.nan, 0)


def _with_holm(effects: list[Effect]) -> list[Effect]:
    tested = [effect.p_value for effect in effects if effect.is_estimable]
    if not tested:
        return effects
    corrected = iter(holm(tested))
    return [
        replace(effect, p_value_holm=next(corrected)) if effect.is_estimable else effect
        for effect in effects
    ]
