"""Whether the largest values look like a power law or like a lognormal distribution.

Here: the table of the fits, made with the `powerlaw` package after Clauset, Shalizi and Newman
2009 (SIAM Review 51, 661-703; below: CSN). Not here: any claim about what is below the tail.

Everything is conditional on `xmin`: it is chosen, and then taken as given. The lognormal has a
positive mu, that is, a median above 1. Without this bound it contains the power law as a limit
(mu to minus infinity), and no data could ever speak for the power law.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from sz_assets.contracts.columns import METRICS, POPULATIONS
from sz_assets.contracts.inference import TAIL_FITS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.month_data import MonthData
from sz_assets.core.statistics.intervals import Floats

# CSN section 3.2: with fewer values the parameters are not to be relied on.
MINIMUM_TAIL = 50
# CSN section 3.4: with fewer values beyond it, the choice of xmin itself is rough.
RELIABLE_TAIL = 1000
CANDIDATES = 20
SIGNIFICANCE = 0.05


class TailFit(NamedTuple):
    """Both fits beyond `xmin`, and Vuong's test of one against the other.

    `log_likelihood_difference` is positive if the power law fits better; `p_value` is two-sided,
    NaN if the two fits are the same.
    """

    xmin: float
    tail_count: int
    alpha: float
    mu: float
    sigma: float
    log_likelihood_difference: float
    p_value: float

    @property
    def verdict(self) -> str:
        """`power_law` or `lognormal` if the test tells, else `undecided`."""
        if not self.p_value < SIGNIFICANCE:
            return "undecided"
        return "power_law" if self.log_likelihood_difference > 0 else "lognormal"


def fit_tail(values: Floats, *, is_discrete: bool) -> TailFit | None:
    """Fit the tail of non-negative values; None if no tail has MINIMUM_TAIL different enough ones.

    Of up to CANDIDATES values for `xmin`, whose tails are spaced evenly in their logarithm from
    MINIMUM_TAIL values to half of the positive ones, the one is taken at which the power law's
    Kolmogorov-Smirnov distance is smallest (CSN section 3.3, there over all values).
    """
    positive = np.sort(values[values > 0])
    if len(positive) < MINIMUM_TAIL:
        return None
    largest = max(MINIMUM_TAIL, len(positive) // 2)
    sizes = np.unique(np.geomspace(MINIMUM_TAIL, largest, CANDIDATES).round().astype(np.int64))
    candidates = np.unique(positive[-sizes])
    candidates = candidates[candidates < positive[-1]]
    if not len(candidates):
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # The package warns of parameters at their bounds, which the verdict allows for.
        warnings.simplefilter("ignore")
        fits = [_fit_beyond(positive, float(xmin), is_discrete) for xmin in candidates]
        best = min(fits, key=lambda fit: float(fit.power_law.D))
        ratio, p_value = best.distribution_compare("power_law", "lognormal_positive", nested=False)
        lognormal = best.lognormal_positive
    return TailFit(
        float(best.xmin),
        int(best.n),
        float(best.power_law.alpha),
        float(lognormal.mu),
        float(lognormal.sigma),
        float(ratio),
        float(p_value),
    )


def fit_tails(month: MonthData) -> pl.DataFrame:
    """`analysis/tail_fits`: one row per population and metric, also where nothing can be fitted.

    Counters are taken as whole numbers, durations as continuous. Missing values are left out.
    """
    rows = []
    for population in POPULATIONS:
        videos = month.videos(population)
        for metric in METRICS:
            values = videos[metric].drop_nulls().cast(pl.Float64).to_numpy()
            fit = fit_tail(values, is_discrete=metric != "duration_seconds")
            rows.append(
                {
                    "crawl_month": month.crawl_month,
                    "population": population,
                    "metric": metric,
                    "incomplete_accounts": month.incomplete_accounts(population),
                    **_row(fit, int((values > 0).sum())),
                }
            )
    return conform(pl.DataFrame(rows, schema=polars_schema(TAIL_FITS), orient="row"), TAIL_FITS)


def _fit_beyond(positive: Floats, xmin: float, is_discrete: bool) -> Any:
    import powerlaw

    return powerlaw.Fit(
        positive[positive >= xmin],
        xmin=xmin,
        discrete=is_discrete,
        # The package's own bound of 3 is below the exponents of durations.
        parameter_ranges={"alpha": [1.0001, None]},
        verbose=0,
    )


def _row(fit: TailFit | None, positive_count: int) -> dict[str, object]:
    if fit is None:
        return {
            "tail_count": 0,
            "verdict": "undecided",
            "note": (
                f"Nothing is fitted: of {positive_count:,} positive values no tail has at least "
                f"{MINIMUM_TAIL} that are not all the same, as Clauset et al. 2009 advise."
            ),
        }
    notes = ["Conditional on xmin; videos are taken as independent, lognormal with mu above 0."]
    if fit.tail_count < RELIABLE_TAIL:
        notes.append(
            f"Beyond xmin are fewer than {RELIABLE_TAIL:,} values, so that xmin itself is rough "
            "(Clauset et al. 2009)."
        )
    return {
        "xmin": fit.xmin,
        "tail_count": fit.tail_count,
        "power_law_alpha": fit.alpha,
        "lognormal_mu": fit.mu,
        "lognormal_sigma": fit.sigma,
        "log_likelihood_difference": fit.log_likelihood_difference,
        "p_value": None if np.isnan(fit.p_value) else fit.p_value,
        "verdict": fit.verdict,
        "note": " ".join(notes),
    }
