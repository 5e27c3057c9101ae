"""The pages: one report per month, and the index of reports.

Here: choosing what the templates show, from marts alone. Not here: reading or writing a file of
the lake, computing a statistic, or what all pages share (`shell`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl
from markupsafe import Markup

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.coding_rows import coded_by_people, reliability_of
from sz_assets.charts.context import SIMULATED_MARK, Bilingual, month_rows
from sz_assets.charts.render import bundled_library
from sz_assets.charts.table_rows import CategoryRow, account_rows, category_rows, closing_rows
from sz_assets.charts.wording import (
    COMPUTED_ONLY,
    COVERAGE,
    METRICS,
    NOT_ESTABLISHING,
    PAPER_VERDICTS,
    RELIABILITY,
    RELIABILITY_SIGNS,
    YES_NO,
)
from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.report.analysis import SECTIONS, analysis_sections
from sz_assets.report.data import ReportData, ReportLink
from sz_assets.report.figures import figures_by_section
from sz_assets.report.key_numbers import key_numbers
from sz_assets.report.method_notes import NOTES
from sz_assets.report.news import news
from sz_assets.report.section import POPULATIONS
from sz_assets.report.shell import render, script_text
from sz_assets.report.told import names_of, told

# Some rows stand in the page a second time, under ids of their own: of which tables they are.
REPEATED_ROWS = {
    "news_changes": "growth_summary",
    "news_silent": "fct_account_month",
    "news_gaps": "fct_account_month",
    "news_missing": "engagement_summary",
    "claim_tests_coding": "claim_tests",
}
_TABLES = {table.name for table in PUBLISHED_TABLES}
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


def build_report(data: ReportData) -> str:
    """The month's report as one HTML page that refers to nothing outside itself.

    Raises KeyError if a mart that tables 1 or 2, the summary or the comparison need is missing,
    ValueError for an unsafe picture.
    """
    context = data.context
    accounts = account_rows(data.frames, context)
    categories = category_rows(data.frames, context)
    comparison = month_rows(data.frames, "paper_comparison", context)
    figures = figures_by_section(context, data.figures, data.specs)
    library = (
        bundled_library() if any(one.spec for some in figures.values() for one in some) else ""
    )
    name = context.study_name
    mark = SIMULATED_MARK if context.is_simulated else Bilingual("", "")
    return render(
        "report.html.j2",
        scripts=[script_text("charts.js")] if library else [],
        idle_scripts=[library] if library else [],
        library=Markup(library),  # noqa: S704 (checked when it was bundled)
        titles=Bilingual(
            f"{name.zh}官方短视频账号月报 {context.month_text} {mark.zh}".strip(),
            f"Official short-video accounts of {name.en}, {context.month_text} {mark.en}".strip(),
        ),
        context=context,
        method=data.method,
        provenance=data.provenance,
        coding_methods=data.coding_methods,
        key_numbers=key_numbers(data, accounts, categories),
        accounts=accounts,
        has_published=any(row.published_follower_count or row.published_videos for row in accounts),
        incomplete=[row for row in accounts if row.coverage_verdict != "complete"],
        sample_lacks=_sample_lacks(data),
        news_tables=" ".join(f"{name}={table}" for name, table in REPEATED_ROWS.items()),
        news=news(data.frames, context),
        categories=_grouped(categories),
        closing_rows=closing_rows(categories, coded_by_people(data.frames, context)),
        reliability_signs=RELIABILITY_SIGNS,
        coding_reliability=RELIABILITY[reliability_of(data.frames, context)],
        video_urls={} if context.is_simulated else data.video_urls,
        figures=figures,
        notes=NOTES,
        sections=analysis_sections(data.frames, context),
        contents={name: words for name, (words, _) in SECTIONS.items()},
        headings={spec.name: spec.heading for spec in CATALOGUE},
        summaries=_summaries(data),
        statistics=_STATISTICS,
        comparison=list(comparison.iter_rows(named=True)),
        statements=data.statements,
        told=told,
        names=names_of(context),
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


def build_index(
    study_name: Bilingual,
    months: Sequence[ReportLink],
    documents: Sequence[tuple[Bilingual, str]] = (),
) -> str:
    """The page that links `reports/<YYYY-MM>.html` of each month, newest first.

    `documents` are what else lies beside it: words, and the address relative to this page; files
    of single tables (`data/<format>/<table>.<ending>`) are listed by table.
    """
    files: dict[str, list[tuple[str, str]]] = {}
    others = []
    for words, address in documents:
        found = re.fullmatch(r"data/(\w+)/(\w+)\.\w+", address)
        if found and found[2] in _TABLES:
            files.setdefault(found[2], []).append((found[1], address))
        else:
            others.append((words, address))
    return render(
        "index.html.j2",
        titles=Bilingual(
            f"{study_name.zh}官方短视频账号月报",
            f"Official short-video accounts of {study_name.en}: monthly reports",
        ),
        months=sorted(months, key=lambda month: month.crawl_month, reverse=True),
        documents=others,
        files=files,
        formats=sorted({form for some in files.values() for form, _ in some}),
    )


def _sample_lacks(data: ReportData) -> list[Bilingual]:
    """Names of the accounts of which the sample lacks videos, as the marts say."""
    rows = month_rows(data.frames, "engagement_summary", data.context, "sample")
    told = rows["incomplete_accounts"].drop_nulls()
    return [data.context.account_name(each) for each in told[0].split(", ")] if len(told) else []


def _summaries(
    data: ReportData,
) -> list[tuple[str, Bilingual, list[tuple[Bilingual, dict[str, Any]]]]]:
    """Per population the rows of `engagement_summary`, in the order of the metrics."""
    shown = []
    for population, label in POPULATIONS.items():
        found = {
            row["metric"]: row
            for row in month_rows(
                data.frames, "engagement_summary", data.context, population
            ).iter_rows(named=True)
        }
        rows = [(words, found[metric]) for metric, words in METRICS.items() if metric in found]
        if rows:
            shown.append((population, label, rows))
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
