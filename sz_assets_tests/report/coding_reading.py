"""Months of content coding, and how the tests read a section or a page of the report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

import fake_coding
import fake_marts
import polars as pl

from sz_assets.report.coding import coding
from sz_assets.report.data import Method, Provenance, ReportData
from sz_assets.report.page import build_report
from sz_assets.report.section import Section
from sz_assets.report.sentences import Sentence

MARTS = fake_marts.marts()
CONTEXT = fake_marts.context()


def section(**tables: pl.DataFrame) -> Section:
    return coding({**MARTS, **tables}, CONTEXT)


def english(sentences: Sequence[Sentence]) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", "", str(sentence.en))) for sentence in sentences]


def said(**tables: pl.DataFrame) -> list[str]:
    return english(section(**tables).sentences)


def page(**tables: pl.DataFrame) -> str:
    return build_report(
        ReportData(
            context=CONTEXT,
            frames={**MARTS, **tables},
            figures={},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run", "1", "release"),
            coding_methods=("human", "cue_words:1"),
        )
    )


def text_of(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", html).split()))


def part(html: str, id_: str) -> str:
    return html.split(f'id="{id_}"')[1].split("</section>")[0]


def reliability(**columns: object) -> pl.DataFrame:
    """The table with the overall alpha of people changed."""
    is_overall = (pl.col("category_level") == "overall") & (
        pl.col("coefficient") != "machine_alpha"
    )
    frame = MARTS["coding_reliability"]
    return frame.with_columns(
        pl.when(is_overall).then(pl.lit(value, frame.schema[name])).otherwise(name).alias(name)
        for name, value in columns.items()
    )


def trusted() -> dict[str, pl.DataFrame]:
    """A month whose videos people coded, every category reliably."""
    frame = MARTS["coding_reliability"]
    return {
        "coding_reliability": frame.with_columns(
            pl.lit("reliable").alias("verdict"),
            pl.lit(1.0).alias("human_coded_ratio"),
        )
    }


def nobody() -> dict[str, pl.DataFrame]:
    """A month whose videos nobody coded, as the pipeline tells it."""
    is_counted = pl.col("estimator") == "uncorrected"
    alone = pl.col("category_level") == "overall"
    return {
        "coding_reliability": reliability(
            value=None, interval_low=None, interval_high=None, verdict="unknown", unit_count=0
        ).filter(alone, pl.col("coefficient") != "machine_alpha"),
        "machine_evaluation": MARTS["machine_evaluation"].clear(),
        "category_prevalence": MARTS["category_prevalence"].with_columns(
            *(
                pl.when(is_counted).then(name).alias(name)
                for name in ("share_ratio", "share_low_ratio", "share_high_ratio")
            ),
            pl.when(~is_counted).then(pl.lit(fake_coding.REFUSED)).alias("note"),
        ),
        "human_code_counts": MARTS["human_code_counts"].clear(),
        "code_counts": MARTS["code_counts"].filter(pl.col("coding_method") == "cue_words:1"),
    }
