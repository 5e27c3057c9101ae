"""What a chart must know beside its frames: names, month, origin, and rows of one month.

Here: plain values and filters, without Altair. Not here: anything about looks (`theme`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import polars as pl

SIMULATED = "simulated"


class Bilingual(NamedTuple):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


SIMULATED_MARK = Bilingual("模拟数据", "Simulated data")


@dataclass(frozen=True)
class Category:
    """One secondary category of the codebook with the primary one it belongs to."""

    primary_id: str
    primary: Bilingual
    secondary_id: str
    secondary: Bilingual


@dataclass(frozen=True)
class AccountLabel:
    """What an account is called, and what the publication prints about it, if anything.

    `published_videos` is printed text ("Over 2700"), `published_follower_count` a number.
    """

    name: Bilingual
    field: Bilingual | None = None
    published_follower_count: int | None = None
    published_videos: str | None = None


@dataclass(frozen=True)
class ChartContext:
    """Names and provenance that every chart of one crawl month shows.

    `data_origin` is the marts' word, several joined by `join_origins`; `categories` is the
    codebook and `accounts` the study's accounts by id, both in their own order;
    `incomplete_accounts` are the ids of those whose list is not known to be complete;
    `alpha_thresholds` are the study's: from the first on α is tentative, from the second reliable.
    """

    study_name: Bilingual
    crawl_month: date
    data_origin: str
    categories: tuple[Category, ...] = ()
    accounts: Mapping[str, AccountLabel] = field(default_factory=dict)
    incomplete_accounts: tuple[str, ...] = ()
    alpha_thresholds: tuple[float, float] = (0.667, 0.80)

    @property
    def is_simulated(self) -> bool:
        """Whether any of the data are simulated."""
        return SIMULATED in self.data_origin.split(", ")

    @property
    def incomplete_badge(self) -> Bilingual | None:
        """How many lists are not known to be complete; None if all are."""
        lacking, known = len(self.incomplete_accounts), len(self.accounts)
        if not lacking:
            return None
        of_all = f" of {known}" if known else ""
        return Bilingual(
            f"{f'{known} 个账号中 ' if known else ''}{lacking} 个列表不完整",
            f"Incomplete: {lacking}{of_all} lists",
        )

    @property
    def badges(self) -> list[Bilingual]:
        """What every picture of this month must say on its face."""
        simulated = [SIMULATED_MARK] if self.is_simulated else []
        incomplete = [self.incomplete_badge] if self.incomplete_badge else []
        return simulated + incomplete

    @property
    def month_text(self) -> str:
        return f"{self.crawl_month:%Y-%m}"

    def account_name(self, account_id: str) -> Bilingual:
        """The account's names, or its id where the study no longer lists it."""
        label = self.accounts.get(account_id)
        return label.name if label else Bilingual(account_id, account_id)


def join_origins(origins: Iterable[str]) -> str:
    """The distinct origins of a month's rows as one text for `ChartContext.data_origin`."""
    return ", ".join(sorted(set(origins)))


def month_rows(
    frames: Mapping[str, pl.DataFrame],
    table: str,
    context: ChartContext,
    population: str | None = None,
) -> pl.DataFrame:
    """Rows of the table in the context's crawl month and, if asked, of one population."""
    rows = frames[table].filter(pl.col("crawl_month") == context.crawl_month)
    return rows if population is None else rows.filter(pl.col("population") == population)


def summary_of(
    frames: Mapping[str, pl.DataFrame], context: ChartContext, metric: str
) -> dict[str, float | int | None] | None:
    """The sample's `engagement_summary` row of one metric; None if no video has the metric."""
    rows = month_rows(frames, "engagement_summary", context, "sample").filter(
        (pl.col("metric") == metric) & (pl.col("video_count") > 0)
    )
    return rows.row(0, named=True) if rows.height else None
