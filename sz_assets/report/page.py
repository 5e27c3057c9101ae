"""The pages: one report per month, and the index of reports.

Here: choosing what the templates show, from marts alone. Not here: reading or writing a file of
the lake, or computing a statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.coding_rows import coded_by_people, reliability_of
from sz_assets.charts.context import (
    SIMULATED_MARK,
    Bilingual,
    ChartContext,
    month_rows,
    summary_of,
)
from sz_assets.charts.table_rows import (
    AccountRow,
    CategoryRow,
    account_rows,
    category_rows,
    closing_rows,
)
from sz_assets.charts.wording import (
    COMPUTED_ONLY,
    COVERAGE,
    METRICS,
    NOT_ESTABLISHING,
    PAPER_VERDICTS,
    RELIABILITY,
    RELIABILITY_SIGNS,
    YES_NO,
    ten_thousands,
)
from sz_assets.report import formats
from sz_assets.report.analysis import SECTIONS, analysis_sections
from sz_assets.report.data import ReportData, ReportLink

_STATISTICS = (
    ("mean", Bilingual("平均", "Mean")),
    ("std_dev", Bilingual("标准差", "SD")),
    ("min", Bilingual("最小", "Min")),
    ("p10", Bilingual("10% 分位", "P10")),
    ("q1", Bilingual("25% 分位", "Q1")),
    ("median", Bilingual("中位数", "Median")),
    ("q3", Bilingual("75% 分位", "Q3")),
    ("p90", Bilingual("90% 分位", "P90")),
    ("p99", Bilingual("99% 分位", "P99")),
    ("max", Bilingual("最大", "Max")),
    ("gini", Bilingual("基尼系数", "Gini")),
)
_POPULATIONS = (
    ("sample", Bilingual("样本", "Sample")),
    ("all", Bilingual("全部视频", "All videos")),
)


@dataclass(frozen=True)
class _KeyNumber:
    label: Bilingual
    value: str | Markup
    note: Bilingual | None = None


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sz_assets.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": formats.count,
        "number": formats.number,
        "signed": formats.signed,
        "percent": formats.percent,
        "text": formats.text,
        "content": _content,
        "ten_thousands": ten_thousands,
    }
    environment.globals |= {"simulated_mark": SIMULATED_MARK, "link": formats.link}
    return environment


def build_report(data: ReportData) -> str:
    """The month's report as one HTML page that refers to nothing outside itself.

    Raises KeyError if a mart that tables 1 or 2, the summary or the comparison need is missing,
    ValueError for an unsafe picture.
    """
    context = data.context
    accounts = account_rows(data.frames, context)
    categories = category_rows(data.frames, context)
    comparison = month_rows(data.frames, "paper_comparison", context)
    return (
        _templates()
        .get_template("report.html.j2")
        .render(
            context=context,
            method=data.method,
            provenance=data.provenance,
            coding_methods=data.coding_methods,
            key_numbers=_key_numbers(data, accounts, categories),
            accounts=accounts,
            has_published=any(
                row.published_follower_count or row.published_videos for row in accounts
            ),
            incomplete=[row for row in accounts if row.coverage_verdict != "complete"],
            sample_lacks=_sample_lacks(data),
            categories=_grouped(categories),
            closing_rows=closing_rows(categories, coded_by_people(data.frames, context)),
            reliability_signs=RELIABILITY_SIGNS,
            coding_reliability=RELIABILITY[reliability_of(data.frames, context)],
            video_urls={} if context.is_simulated else data.video_urls,
            pictures=_pictures(data),
            sections=analysis_sections(data.frames, context),
            contents={name: words for name, (words, _) in SECTIONS.items()},
            headings={spec.name: spec.heading for spec in CATALOGUE},
            summaries=_summaries(data),
            statistics=_STATISTICS,
            comparison=list(comparison.iter_rows(named=True)),
            verdict_counts=_verdict_counts(comparison),
            undecided=_undecided(data),
            coverage=COVERAGE,
            yes_no=YES_NO,
            verdicts=PAPER_VERDICTS,
            reliability=RELIABILITY,
            not_establishing=NOT_ESTABLISHING,
            computed_only=COMPUTED_ONLY,
            computed=_computed_only(comparison),
        )
    )


def build_index(
    study_name: Bilingual, months: Sequence[ReportLink], folder: str = "reports"
) -> str:
    """The page that links `<folder>/<YYYY-MM>.html` of each month, newest first."""
    return (
        _templates()
        .get_template("index.html.j2")
        .render(
            study_name=study_name,
            months=sorted(months, key=lambda month: month.crawl_month, reverse=True),
            folder=folder,
        )
    )


def _content(content: str | Markup | Bilingual) -> str | Markup:
    """A cell's content as HTML, in both languages where it has both."""
    if not isinstance(content, Bilingual):
        return content
    if content.zh == content.en:
        return content.zh
    both = Markup('<span lang="zh">{}</span> <span class="en" lang="en">{}</span>')
    return both.format(*content)


def _key_numbers(
    data: ReportData, accounts: list[AccountRow], categories: list[CategoryRow]
) -> list[_KeyNumber]:
    likes = summary_of(data.frames, data.context, "like_count") or {}
    sample = likes.get("video_count", 0)
    coded = sum(row.video_count for row in categories)
    complete = sum(row.coverage_verdict == "complete" for row in accounts)
    eligible = sum(row.is_eligible for row in accounts)
    return [
        _KeyNumber(
            Bilingual("账号", "accounts"),
            formats.count(len(accounts)),
            Bilingual(f"{eligible} 个入选", f"{eligible} eligible"),
        ),
        _KeyNumber(
            Bilingual("列表完整的账号", "accounts with a complete list"),
            formats.count(complete),
            Bilingual(f"共 {len(accounts)} 个", f"of {len(accounts)}"),
        ),
        _KeyNumber(
            Bilingual("观测到的视频", "videos observed"),
            formats.count(sum(row.video_count for row in accounts)),
        ),
        _KeyNumber(
            Bilingual("本月发布", "published in the month"),
            formats.count(sum(row.published_in_month_count for row in accounts)),
        ),
        _KeyNumber(
            Bilingual("样本视频", "videos in the sample"),
            formats.count(sample),
            Bilingual(f"{coded:,} 条已编码", f"{coded:,} coded"),
        ),
        _KeyNumber(
            Bilingual("样本点赞中位数", "median likes in the sample"),
            formats.count(likes.get("median")),
        ),
        _KeyNumber(
            Bilingual("样本点赞平均数", "mean likes in the sample"),
            formats.count(likes.get("mean")),
        ),
    ]


def _sample_lacks(data: ReportData) -> list[Bilingual]:
    """Names of the accounts of which the sample lacks videos, as the marts say."""
    rows = month_rows(data.frames, "engagement_summary", data.context, "sample")
    told = rows["incomplete_accounts"].drop_nulls()
    return [data.context.account_name(each) for each in told[0].split(", ")] if len(told) else []


def _pictures(data: ReportData) -> dict[str, list[tuple[Bilingual, Markup | None]]]:
    """Of each section the charts' headings and pictures; None where one was not made."""
    shown: dict[str, list[tuple[Bilingual, Markup | None]]] = {}
    for spec in CATALOGUE:
        if not spec.is_table:
            svg = data.figures.get(spec.name)
            picture = None
            if svg is not None:
                label = _figure_label(data.context, spec.heading)
                picture = formats.inline_svg(svg, spec.name, label)
            shown.setdefault(spec.section, []).append((spec.heading, picture))
    return shown


def _figure_label(context: ChartContext, heading: Bilingual) -> str:
    mark = f" {SIMULATED_MARK}." if context.is_simulated else ""
    return f"{heading}. {context.study_name}, {context.month_text}.{mark}"


def _summaries(data: ReportData) -> list[tuple[Bilingual, list[tuple[Bilingual, dict[str, Any]]]]]:
    """Per population the rows of `engagement_summary`, in the order of the metrics."""
    shown = []
    for population, label in _POPULATIONS:
        found = {
            row["metric"]: row
            for row in month_rows(
                data.frames, "engagement_summary", data.context, population
            ).iter_rows(named=True)
        }
        rows = [(words, found[metric]) for metric, words in METRICS.items() if metric in found]
        if rows:
            shown.append((label, rows))
    return shown


def _grouped(categories: list[CategoryRow]) -> list[tuple[Bilingual, list[CategoryRow]]]:
    """The categories by primary category, in their order."""
    groups: dict[Bilingual, list[CategoryRow]] = {}
    for row in categories:
        groups.setdefault(row.primary, []).append(row)
    return list(groups.items())


def _undecided(data: ReportData) -> int:
    """Claims that inference has tested without coming to a decision."""
    if "claim_tests" not in data.frames:
        return 0
    rows = month_rows(data.frames, "claim_tests", data.context)
    return rows.filter(pl.col("verdict") == "undecided").height


def _computed_only(comparison: pl.DataFrame) -> int:
    """Decided claims that rest on codes of unknown or insufficient reliability."""
    is_decided = pl.col("verdict") != "not_testable"
    return comparison.filter(
        is_decided, pl.col("coding_reliability").is_in(NOT_ESTABLISHING)
    ).height


def _verdict_counts(comparison: pl.DataFrame) -> list[tuple[Bilingual, int]]:
    found = comparison["verdict"].to_list()
    return [(label, found.count(verdict)) for verdict, label in PAPER_VERDICTS.items()]
