"""What a report is made of, as plain values.

Here: the input of `build_report` and its parts, and building them from a study. Not here: any
text of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from sz_assets.charts.context import AccountLabel, Bilingual, Category, ChartContext
from sz_assets.study import Codebook, Name, Study

REPORT_TABLES = (
    "dim_account",
    "fct_account_month",
    "engagement_summary",
    "category_engagement",
    "category_specialisation",
    "publishing_by_year",
    "account_engagement",
    "growth_summary",
    "breakout_videos",
    "paper_comparison",
    "coding_reliability",
    "machine_evaluation",
    "category_prevalence",
    "engagement_description",
    "tail_fits",
    "engagement_effects",
    "claim_tests",
    "publishing_trend",
    "engagement_at_age",
    "event_effects",
    "changepoints",
    "account_indexes",
    "consistency_findings",
)


@dataclass(frozen=True)
class Method:
    """The study's rules as the method notes state them."""

    min_followers: int
    is_verification_required: bool
    sample_top: int
    sample_by: str
    time_zone: str
    codebook_version: str


@dataclass(frozen=True)
class Provenance:
    """What made the page: the run, the software's version, and the release it reads."""

    run_id: str
    version: str
    release_id: str


@dataclass(frozen=True)
class ReportData:
    """Everything that stands in a report.

    `frames` holds the tables of `REPORT_TABLES` by name, of which those of the analysis may lack,
    and those of `coding_counts`;
    `figures` the SVG text of each chart that is shown as a picture, by its name; `specs` its
    Vega-Lite JSON, which makes it interactive (not drawn if it lacks); `coding_methods`
    the distinct methods of the month's codes; `video_urls` the public pages of exemplar videos by
    video id, linked only if they are https and not simulated; `statements` the publication's claims
    by their id, of which the tables have the English alone.
    """

    context: ChartContext
    frames: Mapping[str, pl.DataFrame]
    figures: Mapping[str, str]
    method: Method
    provenance: Provenance
    coding_methods: tuple[str, ...] = ()
    video_urls: Mapping[str, str] = field(default_factory=dict)
    specs: Mapping[str, str] = field(default_factory=dict)
    statements: Mapping[str, Bilingual] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportLink:
    """One month in the index of reports, with its key facts; None where one is not known.

    Of `accounts`, `complete_accounts` have whole lists; `videos` is how many were observed, of
    which `published_videos` were published in the month. `made_before` is an earlier month that was
    built after the report, which compares with it.
    """

    crawl_month: date
    data_origin: str
    accounts: int | None = None
    complete_accounts: int | None = None
    videos: int | None = None
    published_videos: int | None = None
    made_before: date | None = None


def _both(name: Name) -> Bilingual:
    return Bilingual(name.zh, name.en)


def chart_context(
    study: Study, crawl_month: date, data_origin: str, incomplete_accounts: Iterable[str] = ()
) -> ChartContext:
    """The names that charts and report need, from the study."""
    incomplete = set(incomplete_accounts)
    categories = tuple(
        Category(primary.id, _both(primary.name), second.id, _both(second.name))
        for primary in study.codebook.primary
        for second in primary.secondary
    )
    return ChartContext(
        study_name=_both(study.name),
        crawl_month=crawl_month,
        data_origin=data_origin,
        categories=categories,
        accounts={
            account.id: AccountLabel(
                name=_both(account.name),
                field=_both(account.field) if account.field else None,
                published_follower_count=(
                    account.published.follower_count if account.published else None
                ),
                published_videos=account.published.videos if account.published else None,
            )
            for account in study.accounts
        },
        incomplete_accounts=tuple(
            account.id for account in study.accounts if account.id in incomplete
        ),
        alpha_thresholds=(study.coding.tentative_alpha, study.coding.reliable_alpha),
    )


def method_of(study: Study) -> Method:
    """The rules of the study."""
    return Method(
        min_followers=study.selection.min_followers,
        is_verification_required=study.selection.verified,
        sample_top=study.sample.top,
        sample_by=study.sample.by,
        time_zone=study.time_zone,
        codebook_version=study.codebook.version,
    )


def statements_of(study: Study) -> dict[str, Bilingual]:
    """What the study's publication claims, by the claims' ids."""
    return {claim.id: _both(claim.statement) for claim in study.claims}


def coding_counts(
    videos: pl.DataFrame, human_codes: pl.DataFrame, codebook: Codebook
) -> dict[str, pl.DataFrame]:
    """Where the month's codes come from: `code_counts` and `human_code_counts`.

    `videos` are of `fct_video_month`, `human_codes` of the core layer, both of one month. The first
    has a row per coding method and codebook, the second per round and whether the codebook is the
    present one and the code still usable with it.
    """
    is_categorised = pl.col("secondary_category").is_not_null()
    methods = (
        videos.drop_nulls("coding_method")
        .group_by("crawl_month", "coding_method", "codebook_version")
        .agg(
            pl.len().cast(pl.Int64).alias("video_count"),
            pl.col("is_in_sample").sum().cast(pl.Int64).alias("sample_video_count"),
            is_categorised.sum().cast(pl.Int64).alias("categorised_count"),
        )
        .with_columns((pl.col("codebook_version") == codebook.version).alias("is_current"))
        .sort("coding_method", "codebook_version")
    )
    people = (
        human_codes.group_by(
            "crawl_month", "code_round", "codebook_version", "is_current_codebook", "is_usable"
        )
        .agg(
            pl.len().cast(pl.Int64).alias("code_count"),
            pl.struct("account_id", "video_id").n_unique().cast(pl.Int64).alias("video_count"),
            pl.col("coder_id").n_unique().cast(pl.Int64).alias("coder_count"),
        )
        .sort("code_round", "is_current_codebook", "codebook_version", "is_usable")
    )
    return {"code_counts": methods, "human_code_counts": people}


def exemplar_urls(categories: pl.DataFrame, videos: pl.DataFrame) -> dict[str, str]:
    """Addresses of the exemplar videos by video id, as the platform gave them, if it did.

    `categories` holds `category_engagement`, `videos` `fct_video_month` of the same month.
    """
    exemplars = videos.join(
        categories,
        left_on=["account_id", "video_id"],
        right_on=["exemplar_account_id", "exemplar_video_id"],
        how="semi",
    )
    return dict(exemplars.drop_nulls("url").select("video_id", "url").iter_rows())
