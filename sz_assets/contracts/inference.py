"""Tables of the analysis layer that describe and test: statistics, concentration, tails, effects.

Every interval names its estimand: of *these videos* the data are a census and have no interval; an
interval speaks of *accounts like these*, of which the study's accounts are taken for a sample.
"""

from __future__ import annotations

from sz_assets.contracts import columns as c
from sz_assets.contracts.table import Between, Matches, NotLess, OneOf, Severity, SteadyRows, Table

ESTIMANDS = ("these_videos", "accounts_like_these")
TAIL_VERDICTS = ("power_law", "lognormal", "undecided")
TEST_VERDICTS = ("supported", "contradicted", "undecided", "not_testable")
EFFECT_VERDICTS = ("positive", "negative", "undecided", "not_estimable")

_WORD = Matches("^[a-z0-9_]+$")

ESTIMAND = c.text(
    "estimand",
    "What the value speaks of: `these_videos` (a census, no interval) or `accounts_like_these`.",
    OneOf(ESTIMANDS),
    nullable=False,
)
METHOD = c.text("method", "How value and interval are computed.", nullable=False)
NOTE = c.text("note", "What a reader must know beside the value; null if nothing.")
INTERVAL = (
    c.number("interval_low", "Lower end of the 95 % interval; null where none holds.", "see unit"),
    c.number("interval_high", "Upper end of the 95 % interval; null where none holds.", "see unit"),
)
ACCOUNT_COUNT = c.count("account_count", "Accounts that contribute.")

ENGAGEMENT_DESCRIPTION = Table(
    layer="analysis",
    name="engagement_description",
    grain="one row per crawl month, population, metric and statistic",
    description=(
        "Centre, spread and concentration of each metric, robust beside classical, with an "
        "interval where a method holds for so few accounts."
    ),
    key=("crawl_month", "population", "metric", "statistic"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.METRIC,
        c.text("statistic", "Which statistic, e.g. `geometric_mean`.", _WORD, nullable=False),
        c.number("value", "Its value; null if it can't be computed.", "see unit"),
        c.text("unit", "Unit of the value and its interval.", nullable=False),
        *INTERVAL,
        ESTIMAND,
        METHOD,
        c.VIDEO_COUNT,
        ACCOUNT_COUNT,
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("interval_high", "interval_low"), SteadyRows(0, severity=Severity.WARN)),
)

LORENZ_CURVE = Table(
    layer="analysis",
    name="lorenz_curve",
    grain="one row per crawl month, population, metric and point of the curve",
    description="Which share of a metric's total the least engaged share of the videos has.",
    key=("crawl_month", "population", "metric", "video_ratio"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.METRIC,
        c.ratio("video_ratio", "Share of the videos, least engaged first.", nullable=False),
        c.ratio("value_ratio", "Their share of the metric's total.", nullable=False),
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("video_ratio", "value_ratio"),),
)

TAIL_FITS = Table(
    layer="analysis",
    name="tail_fits",
    grain="one row per crawl month, population and metric",
    description=(
        "Whether the largest values follow a power law or a lognormal distribution, given that "
        "they are at least `xmin`."
    ),
    key=("crawl_month", "population", "metric"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.METRIC,
        c.number("xmin", "Where the tail begins.", "the metric's unit", Between(minimum=0)),
        c.count("tail_count", "Videos in the tail."),
        c.number("power_law_alpha", "Exponent of the power law.", "exponent"),
        c.number("lognormal_mu", "Mean of the logarithm.", "log of the metric's unit"),
        c.number("lognormal_sigma", "Deviation of the logarithm.", "log of the metric's unit"),
        c.number(
            "log_likelihood_difference", "Positive if the power law fits better.", "log ratio"
        ),
        c.ratio("p_value", "Two-sided p-value of Vuong's test."),
        c.text("verdict", "Which fits, if that can be told.", OneOf(TAIL_VERDICTS), nullable=False),
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
)

ENGAGEMENT_EFFECTS = Table(
    layer="analysis",
    name="engagement_effects",
    grain="one row per crawl month, population, metric, factor and level",
    description=(
        "How a property of a video goes with its engagement within accounts, as a ratio, with an "
        "interval over accounts and Holm's correction over the population's whole family. In "
        "`sample` the effects are those among the most liked videos: that selection shrinks an "
        "effect and can turn a difference in spread into one."
    ),
    key=("crawl_month", "population", "metric", "factor", "level"),
    columns=(
        c.CRAWL_MONTH,
        c.POPULATION,
        c.METRIC,
        c.text("factor", "The property, e.g. `duration` or `topic`.", _WORD, nullable=False),
        c.text("level", "Which level or contrast of it.", Matches("^.+$"), nullable=False),
        c.text("contrast", "What is compared with what, in words.", nullable=False),
        c.number(
            "effect_multiplier", "Engagement multiplied by this; null if not estimable.", "ratio"
        ),
        *INTERVAL,
        c.ratio("p_value", "Two-sided p-value before correction."),
        c.ratio("p_value_holm", "The same after Holm's correction within its family."),
        c.text(
            "verdict",
            "Direction, if the corrected p-value is below 0.05/3: three families share the report.",
            OneOf(EFFECT_VERDICTS),
            nullable=False,
        ),
        ESTIMAND,
        METHOD,
        c.VIDEO_COUNT,
        ACCOUNT_COUNT,
        NOTE,
        c.INCOMPLETE_ACCOUNTS,
    ),
    rules=(NotLess("interval_high", "interval_low"),),
)
