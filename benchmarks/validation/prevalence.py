"""Studies of which each category's true share is known, coded by a machine that errs.

Here: the population, the machine, the human sample drawn by the package, and what is asked of its
estimates. Not here: the other scenarios (`scenarios`), counting (`results`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.validation.questions import Asker
from benchmarks.validation.results import Outcome, Question
from benchmarks.validation.studies import Integers
from sz_assets.core.coding.sampling import EVALUATE, SamplePlan, draw_sample
from sz_assets.core.statistics.prevalence import CORRECTED, HUMAN_ONLY, UNCORRECTED, prevalence
from sz_assets.core.statistics.prevalence_intervals import wilson

TABLE = "category_prevalence"
ACCOUNT_COUNT = 13
# Asked about, in percent; what is left belongs to three further categories.
PERCENTAGES = (0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0)
FURTHER = (3.5, 2.0, 1.0)
CATEGORIES = (*(f"share_{value:g}" for value in PERCENTAGES), "other_1", "other_2", "other_3")
NAIVE = "Share of the machine's codes, Wilson's interval as if they were a sample without errors."


@dataclass(frozen=True)
class Machine:
    """`error`: the typical share of videos with a wrong word; accounts differ by a factor of 1.5.

    Wrong words are those of other categories or none, common ones more often (as the square root of
    their share), and each category has its own favourites, drawn anew in each study.
    """

    error: float

    @property
    def name(self) -> str:
        return f"machine errs in {self.error:.0%}"

    def words(self, truth: Integers, account: Integers, rng: np.random.Generator) -> Integers:
        """The word for each video; len(CATEGORIES) stands for none."""
        factor = np.exp(rng.normal(0.0, 0.4, ACCOUNT_COUNT))[account]
        is_wrong = rng.random(len(truth)) < np.minimum(self.error * factor, 0.95)
        pull = np.sqrt(np.array([*PERCENTAGES, *FURTHER, 2.0]))
        words = truth.copy()
        for category in range(len(CATEGORIES)):
            favourites = rng.dirichlet(8 * pull / pull.sum())
            rows = np.flatnonzero(is_wrong & (truth == category))
            words[rows] = rng.choice(len(pull), len(rows), p=favourites)
        return words


MACHINES = (Machine(0.15), Machine(0.3), Machine(0.5))


@dataclass(frozen=True)
class CodedStudy:
    """What the package is given, and the truth: a share for each of CATEGORIES."""

    population: pl.DataFrame
    coded: pl.DataFrame
    truth: tuple[float, ...]


@dataclass(frozen=True)
class PrevalenceScenario:
    """A scenario of the catalogue; `kind` names the band of the corrected shares.

    `is_retrained`: the sample was drawn by the words of a machine, and corrects those of a better
    one (with 0.6 times its errors) that was trained on a part of it: only the tasks that were kept
    for evaluation count, and their weights differ within each word.
    """

    name: str
    words: str
    videos: int
    sample: int
    kind: str = "coverage_strict"
    is_retrained: bool = False
    models: tuple[Machine, ...] = MACHINES
    is_pooled: bool = False

    def asker(self, model: Machine, seed: int, accounts: int) -> Asker:
        return Asker(self.name, model.name, {})

    def study(self, model: Machine, seed: list[int]) -> CodedStudy:
        rng = np.random.default_rng(seed)
        counts = np.round(np.array([*PERCENTAGES, *FURTHER]) / 100 * self.videos).astype(np.int64)
        counts[-1] += self.videos - counts.sum()
        truth = np.repeat(np.arange(len(CATEGORIES)), counts)
        weight = rng.uniform(0.5, 1.5, ACCOUNT_COUNT)
        account = rng.choice(ACCOUNT_COUNT, self.videos, p=weight / weight.sum())
        population = _frame(account, model.words(truth, account, rng))
        plan = SamplePlan(self.sample, ("coder",), seed=int(rng.integers(2**32)))
        tasks = draw_sample(population, plan).tasks.sort("video_id")
        if self.is_retrained:
            better = Machine(0.6 * model.error)
            population = _frame(account, better.words(truth, account, rng))
            tasks = tasks.filter(part=EVALUATE).with_columns(
                pl.col("inclusion_probability") * plan.evaluate_share
            )
        places = tasks["video_id"].cast(pl.Int64).to_numpy()
        coded = tasks.select("inclusion_probability").with_columns(
            population["machine_category"].gather(places),
            pl.Series("categories", [[CATEGORIES[i]] for i in truth[places]]),
        )
        return CodedStudy(population, coded, tuple((counts / self.videos).tolist()))

    def trial(self, asker: Asker, study: CodedStudy, seed: int) -> Iterator[Outcome]:
        table = prevalence(study.population, study.coded, CATEGORIES)
        kinds = {
            CORRECTED: self.kind,
            HUMAN_ONLY: "coverage_strict_at_least",
            UNCORRECTED: "shown" if self.is_retrained else "not_covered",
        }
        for row in table.iter_rows(named=True):
            place = CATEGORIES.index(row["category"])
            if place >= len(PERCENTAGES):
                continue
            estimator, share = row["estimator"], row["share_ratio"]
            low, high, method = row["share_low_ratio"], row["share_high_ratio"], row["method"]
            if estimator == UNCORRECTED:
                naive = wilson(np.array([share]), np.array([float(self.videos)]))
                low, high, method = float(naive.low[0]), float(naive.high[0]), NAIVE
            truth = study.truth[place]
            # The simulated share is a count over the videos: rounding must not decide.
            holds = low - 1e-12 <= truth <= high + 1e-12
            detail = f"{PERCENTAGES[place]:g} %"
            question = Question(
                kinds[estimator], asker.scenario, asker.model, TABLE, estimator, detail, method
            )
            yield Outcome(question, holds, share, truth)


def _frame(account: Integers, words: Integers) -> pl.DataFrame:
    names = pl.Series([*CATEGORIES, None], dtype=pl.String)
    return pl.DataFrame(
        {
            "account_id": pl.Series([f"account_{i:02}" for i in range(ACCOUNT_COUNT)])[
                account.tolist()
            ],
            "video_id": pl.int_range(len(words), eager=True).cast(pl.String).str.zfill(8),
            "machine_category": names.gather(words),
        }
    )


PREVALENCE_SCENARIOS = (
    PrevalenceScenario(
        "shares of categories",
        "shares of 0.5 to 50 % of 2,580 videos; a machine errs in 15, 30 or 50 %; people code 400, "
        "drawn by the machine's word and the account with unequal probabilities.",
        2_580,
        400,
    ),
    PrevalenceScenario(
        "shares, more videos",
        "the same shares of 10,000 videos, of which people code 600.",
        10_000,
        600,
    ),
    PrevalenceScenario(
        "shares, another machine",
        "the same 2,580 videos and 400 codes, but half of these train another machine with fewer "
        "errors (9, 18 or 30 %), whose words the other half corrects.",
        2_580,
        400,
        kind="coverage_strict_at_least",
        is_retrained=True,
    ),
)
