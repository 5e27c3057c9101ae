"""What is asked of the tables that the package makes of one simulated study.

Here: from a table and the truth to outcomes. Not here: which studies are drawn (`scenarios`) or
how outcomes are counted (`results`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from benchmarks.validation.results import Outcome, Question
from benchmarks.validation.studies import METRICS, Videos

Truths = Mapping[tuple[str, str, str], float]
EVENT = "seg_plaza_shakes"
SHIFT_MONTH = date(2021, 5, 1)


def plain_method(method: str) -> str:
    """Without the size of the family of events, which differs between studies."""
    return re.sub(r" Holm over \d+ tests\.$", "", method)


@dataclass(frozen=True)
class Asker:
    """Questions about the studies of one scenario and model."""

    scenario: str
    model: str
    truths: Truths

    def _ask(self, kind: str, table: str, subject: str, detail: str, method: str = "") -> Question:
        return Question(kind, self.scenario, self.model, table, subject, detail, method)

    def covers(
        self,
        table: str,
        subject: str,
        detail: str,
        row: Mapping[str, object],
        truth: float,
        value: str = "value",
        kind: str = "coverage",
    ) -> Iterator[Outcome]:
        """Whether the row's interval holds the truth; nothing if it has none."""
        low, high, estimate = row["interval_low"], row["interval_high"], row[value]
        if isinstance(low, float) and isinstance(high, float) and isinstance(estimate, float):
            question = self._ask(kind, table, subject, detail, str(row["method"]))
            yield Outcome(question, low <= truth <= high, estimate, truth)

    def verdict(
        self, kind: str, table: str, subject: str, holds: bool, detail: str = ""
    ) -> Outcome:
        return Outcome(self._ask(kind, table, subject, detail), holds)

    def shown(
        self, table: str, subject: str, detail: str, holds: bool, value: float, truth: float
    ) -> Outcome:
        return Outcome(self._ask("shown", table, subject, detail), holds, value, truth)

    def description(self, table: pl.DataFrame) -> Iterator[Outcome]:
        for row in table.filter(pl.col("interval_low").is_not_null()).iter_rows(named=True):
            key = (row["population"], row["metric"], row["statistic"])
            yield from self.covers(
                "engagement_description",
                row["statistic"],
                f"{key[0]} {key[1]}",
                row,
                self.truths[key],
            )

    def null_effects(self, table: pl.DataFrame) -> Iterator[Outcome]:
        """Every ratio is 1, and any direction found is false."""
        for row in table.filter(pl.col("interval_low").is_not_null()).iter_rows(named=True):
            detail = f"{row['population']} {row['metric']} {row['level']}"
            yield from self.covers(
                "engagement_effects", row["factor"], detail, row, 1.0, "effect_multiplier"
            )
        for (population,), rows in table.group_by("population", maintain_order=True):
            found = rows["verdict"].is_in(["positive", "negative"]).any()
            yield self.verdict(
                "false_verdict", "engagement_effects", "any effect", bool(found), str(population)
            )

    def planted_effects(self, table: pl.DataFrame, first_topic: str) -> Iterator[Outcome]:
        """The planted effects of duration and of the first topic, in both populations."""
        levels = {"per_doubling": "per_doubling", first_topic: "first_topic"}
        planted = pl.col("factor").is_in(["duration", "topic"]) & pl.col("level").is_in(levels)
        for row in table.filter(planted).iter_rows(named=True):
            population, metric = row["population"], row["metric"]
            level = levels[row["level"]]
            detail = f"{population} {metric}"
            truth = math.exp(self.truths[population, metric, level])
            subject = f"{row['factor']} {level}"
            yield from self.covers(
                "engagement_effects", subject, detail, row, truth, "effect_multiplier"
            )
            if population == "all":
                yield self.verdict(
                    "found", "engagement_effects", subject, row["verdict"] == "positive", detail
                )

    def truncation(self, table: pl.DataFrame) -> Iterator[Outcome]:
        """The effect of duration among all videos, held against what either population says."""
        rows = table.filter(pl.col("factor") == "duration", pl.col("level") == "per_doubling")
        for row in rows.iter_rows(named=True):
            metric = row["metric"]
            truth = math.exp(self.truths["all", metric, "per_doubling"])
            holds = row["interval_low"] <= truth <= row["interval_high"]
            subject = f"duration per_doubling, {row['population']}"
            yield self.shown(
                "engagement_effects", subject, metric, holds, row["effect_multiplier"], truth
            )
            if row["population"] == "all":
                yield from self.covers(
                    "engagement_effects",
                    "duration per_doubling",
                    f"all {metric}",
                    row,
                    truth,
                    "effect_multiplier",
                )

    def u_shape(self, table: pl.DataFrame) -> Iterator[Outcome]:
        rows = table.filter(pl.col("level") == "u_shape", pl.col("population") == "all")
        for row in rows.iter_rows(named=True):
            yield self.verdict(
                "found",
                "engagement_effects",
                "duration u_shape",
                row["verdict"] == "positive",
                f"all {row['metric']}",
            )

    def events(self, table: pl.DataFrame, planted: Mapping[str, float]) -> Iterator[Outcome]:
        """`planted` holds the ratios of the planted event by metric; every other ratio is 1."""
        false = found = False
        for row in table.iter_rows(named=True):
            is_planted = row["event_id"] == EVENT
            truth = planted.get(row["metric"], 1.0) if is_planted else 1.0
            subject = "value per account"
            if row["metric"] == "video_count":
                subject = "videos a day"
            subject += ", planted" if truth != 1.0 else ", nothing there"
            told = {**row, "method": plain_method(row["method"])}
            yield from self.covers(
                "event_effects",
                subject,
                f"{row['metric']} {row['event_id']}",
                told,
                truth,
                "effect_multiplier",
            )
            if truth == 1.0:
                false |= row["verdict"] in ("spike", "drop")
                continue
            found |= row["verdict"] == "spike"
            # The test of counts has less power than those of engagement: it is told, not demanded.
            kind = "shown" if row["metric"] == "video_count" else "found"
            yield self.verdict(
                kind, "event_effects", "spike", row["verdict"] == "spike", row["metric"]
            )
        if planted:
            yield self.verdict("found", "event_effects", "spike", found, "any measure")
        yield self.verdict("false_verdict", "event_effects", "any event", false)

    def null_claims(self, table: pl.DataFrame, expected: Mapping[str, str]) -> Iterator[Outcome]:
        """Where nothing is true, nothing works, and what is said not to matter does not."""
        false = False
        for row in table.iter_rows(named=True):
            says_none = expected[row["claim_id"]] == "none"
            false |= row["verdict"] == ("contradicted" if says_none else "supported")
            if not says_none and "event" not in row["tested_by"]:
                false |= row["verdict"] == "contradicted"
        yield self.verdict("false_verdict", "claim_tests", "any claim", false)

    def trend(self, table: pl.DataFrame) -> Iterator[Outcome]:
        """Corrected ratios to 2021 against the truth; uncorrected ones and counts beside them."""
        rows = {row["published_year"]: row for row in table.iter_rows(named=True)}
        for year, row in rows.items():
            truth = self.truths["all", "like_count", str(year)]
            yield from self.covers(
                "publishing_trend",
                "age_corrected_multiplier",
                str(year),
                row,
                truth,
                "age_corrected_multiplier",
            )
        falls = self.truths["all", "like_count", "2023"] < 0.9
        ends = [rows[year]["interval_high"] for year in (2022, 2023) if year in rows]
        if None not in ends:
            kind = "found" if falls else "false_verdict"
            declines = ends[-1] < 1 if falls else min(ends) < 1
            yield self.verdict(kind, "publishing_trend", "decline after 2021", declines)
        yield from self._uncorrected(rows, not falls)

    def _uncorrected(
        self, rows: Mapping[int, Mapping[str, Any]], is_constant: bool
    ) -> Iterator[Outcome]:
        """Whether what is counted is no lower in 2023, and by how much; counts if it should be."""
        asked = [("median_like_count", 2021, self.truths["all", "like_count", "2023"])]
        if is_constant:
            asked += [("sample_video_count", 2022, 1.0), ("corrected_video_count", 2022, 1.0)]
        for name, before, truth in asked:
            first, last = rows[before][name], rows[2023][name]
            if first and last is not None:
                detail = f"2023 to {before}"
                yield self.shown(
                    "publishing_trend", name, detail, last >= first, last / first, truth
                )

    def ages(
        self, table: pl.DataFrame, passages: pl.DataFrame, videos: Videos
    ) -> Iterator[Outcome]:
        """Bounds and median against the counters at the very age, of the bracketed videos."""
        bracketed = passages.filter(pl.col("age_before_days").is_not_null())
        medians: dict[int, float] = {}
        for (year, age), rows in table.group_by("published_year", "age_days", maintain_order=True):
            chosen = bracketed.filter(published_year=year, age_days=age)
            places = chosen["video_id"].cast(pl.Int64).to_numpy()
            if len(places) < 50:
                continue
            true = np.median(videos.at_age(float(str(age)))[places], axis=0)
            for row in rows.iter_rows(named=True):
                truth = float(true[METRICS.index(row["metric"])])
                bounds = {
                    "interval_low": row["median_low"],
                    "interval_high": row["median_high"],
                    "value": row["median"],
                    "method": "Medians of the bounds",
                }
                detail = f"{year} {age} days {row['metric']}"
                yield from self.covers(
                    "engagement_at_age",
                    "median_low to median_high",
                    detail,
                    bounds,
                    truth,
                    kind="coverage_at_least",
                )
                if row["median"] is None:  # its bounds lie too far apart
                    continue
                near = abs(math.log((row["median"] + 1) / (truth + 1))) < 0.1
                yield self.shown("engagement_at_age", "median", detail, near, row["median"], truth)
                if row["metric"] == "like_count" and year == 2022:
                    medians[row["age_days"]] = row["median"]
        if {90, 365} <= medians.keys():
            rises = medians[90] < medians[365]
            yield self.verdict("found", "engagement_at_age", "growth curve", rises)

    def changepoints(self, table: pl.DataFrame, is_shifted: bool) -> Iterator[Outcome]:
        """None where nothing changes; the month of the shift, or one beside it, where it does.

        In a model whose accounts wander the level does change, so there it is only shown.
        """
        if is_shifted:
            months = table.filter(pl.col("metric") == "like_count")["published_month"].to_list()
            found = any(abs((month - SHIFT_MONTH).days) <= 62 for month in months)
            yield self.verdict("found", "changepoints", "level shift", found, "like_count")
        else:
            kind = "shown" if self.model == "pareto" else "false_verdict"
            yield self.verdict(kind, "changepoints", "any change", table.height > 0)
