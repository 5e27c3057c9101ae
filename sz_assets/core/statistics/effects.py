"""How properties of a video go with its engagement: `analysis/engagement_effects`.

Here: the table and its words. Not here: the tests and their correction (`family`), or the
properties (`factors`).

An effect is the mean, over accounts, of an account's own slope of log(1 + count) on one property,
given the videos' age; its exponential is the ratio that the table shows. Every account counts
alike. It is an association within accounts, not what would happen if a video were changed. With
fewer than FEWEST_ACCOUNTS accounts nothing is estimated: no method was shown to hold.

**Truncation.** The sample keeps of each account only the videos with the most likes. Selection by
the outcome flattens what it selects: in simulated studies of 13 accounts a duration effect shrank
by 50 to 80 % in the 200 most liked videos, and more where accounts had many more videos than that;
where only the spread of the likes grew with the duration, an effect showed where there was none.
The tests of this module plant both. All videos have no such bias; a correction of the sample's
estimate would have to assume a constant spread. So both stand in the table, and those of the
sample say what they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sz_assets.contracts.columns import POPULATIONS
from sz_assets.contracts.inference import ENGAGEMENT_EFFECTS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.factors import Property, properties, property_values
from sz_assets.core.statistics.family import FEWEST_ACCOUNTS, Effect, effect_family
from sz_assets.core.statistics.two_step import FEWEST_VIDEOS, SMALLEST_SPREAD, Integers
from sz_assets.core.statistics.u_shape import ENDS

METRICS = ("like_count", "favorite_count", "share_count", "comment_count")
_DAY = 86_400.0


def estimate_effects(month: MonthData) -> pl.DataFrame:
    """Rows of `analysis/engagement_effects`: both populations, each metric, factor and level.

    Every row is always there; one that can't be estimated says why. Reads `fct_video_month` and
    `engagement_summary`.
    """
    asked = properties(month.study.codebook)
    videos = month.videos("all")
    values = property_values(videos, month.study.codebook)
    accounts = videos["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    age = videos["observed_at"] - videos["published_at"]
    age_days = age.dt.total_microseconds().to_numpy() / (1e6 * _DAY)
    counters = videos.select(pl.col(METRICS).cast(pl.Float64)).to_numpy()
    outcomes = np.log1p(counters.astype(np.float64, copy=False))
    in_sample = videos["is_in_sample"].to_numpy()
    frames = []
    for population in POPULATIONS:
        rows = np.flatnonzero(in_sample) if population == "sample" else np.arange(videos.height)
        effects = effect_family(accounts[rows], age_days[rows], asked, values[rows], outcomes[rows])
        words = _Words(
            month,
            population,
            accounts=np.unique(accounts[rows]).size,
            missing=np.isnan(outcomes[rows]).sum(axis=0),
            incomplete=month.incomplete_accounts(population),
        )
        frames.append(
            pl.DataFrame(
                [words.row(effect, asked[effect.place]) for effect in effects],
                schema=polars_schema(ENGAGEMENT_EFFECTS),
                orient="row",
            )
        )
    return conform(pl.concat(frames), ENGAGEMENT_EFFECTS)


@dataclass(frozen=True)
class _Words:
    """What the rows of one population say of themselves."""

    month: MonthData
    population: str
    accounts: int
    missing: Integers
    incomplete: str | None

    def row(self, effect: Effect, item: Property) -> dict[str, object]:
        return {
            "crawl_month": self.month.crawl_month,
            "population": self.population,
            "metric": METRICS[effect.outcome],
            "factor": item.factor,
            "level": item.level,
            "contrast": item.contrast,
            "effect_multiplier": _exponential(effect.log_ratio),
            "interval_low": _exponential(effect.low),
            "interval_high": _exponential(effect.high),
            "p_value": _number(effect.p_value),
            "p_value_holm": _number(effect.p_value_holm),
            "verdict": effect.verdict,
            "estimand": "accounts_like_these",
            "method": self._method(item),
            "video_count": effect.videos,
            "account_count": effect.accounts,
            "note": self._note(effect, item),
            "incomplete_accounts": self.incomplete,
        }

    def _method(self, item: Property) -> str:
        first = "Within each account, least squares of log(1 + count) on the property"
        if item.kind == "u_shape":
            low, high = (f"{100 * end:.0f}th" for end in ENDS)
            test = (
                " and its square, given age; Lind and Mehlum's test for a U or an inverted U "
                f"between the {low} and the {high} percentile, its p-value doubled"
            )
        else:
            test = ", given age; mean of the accounts' slopes with Student's t over accounts"
        return f"{first}{test}; Holm over all effects of the population{self._selection('; ')}."

    def _selection(self, before: str) -> str:
        if self.population != "sample":
            return ""
        top = self.month.study.sample.top
        return f"{before}among the top {top} of each account, distorted by that selection"

    def _note(self, effect: Effect, item: Property) -> str | None:
        """Sentences, or null if there is nothing to tell."""
        told = [_reason(effect, item, self.accounts)]
        if item.kind == "u_shape" and effect.is_estimable:
            told.append(_curve(effect))
        if item.factor == "pinned":
            told.append("Accounts pin what did well, and what is pinned is seen more")
        if missing := int(self.missing[effect.outcome]):
            told.append(f"{missing} videos without this counter left out")
        if selection := self._selection(""):
            told.append(selection[0].upper() + selection[1:])
        return " ".join(f"{sentence}." for sentence in told if sentence) or None


def _reason(effect: Effect, item: Property, accounts: int) -> str:
    """Why accounts are left out or nothing is estimated; empty if all accounts contribute."""
    left_out = accounts - effect.accounts
    if effect.is_estimable and not left_out:
        return ""
    if not item.is_group:
        spread = f"a standard deviation of {SMALLEST_SPREAD:g} of the property's units, given age"
    elif item.fewest == 1:
        spread = "one in the level and one outside it"
    else:
        spread = f"{item.fewest} in the level and {item.fewest} outside it"
    need = f"({FEWEST_VIDEOS} videos, {spread}, and engagement that varies)"
    if effect.is_estimable:
        return f"{left_out} of {accounts} accounts left out for having too little {need}"
    return (
        f"Not estimable: {effect.accounts} of {accounts} accounts have enough {need}, "
        f"{FEWEST_ACCOUNTS} are needed"
    )


def _curve(effect: Effect) -> str:
    if effect.turning_point is None:
        return "The mean curve does not turn between the two ends"
    name = "a U, lowest" if effect.sign > 0 else "an inverted U, highest"
    shown = "is" if effect.verdict != "undecided" else "would be, if it were established,"
    return f"The mean curve {shown} {name} at {2**effect.turning_point:.0f} s"


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _exponential(value: float) -> float | None:
    return float(np.exp(value)) if np.isfinite(value) else None
