"""How charts mark what the codes behind a number are worth."""

from __future__ import annotations

from typing import Any

import fake_marts
import polars as pl
from spec_reading import datasets

from sz_assets.charts import coding_rows
from sz_assets.charts.catalogue import chart_named
from sz_assets.charts.table_rows import category_rows, closing_rows

MARTS = fake_marts.marts()
CONTEXT = fake_marts.context()
# People coded every video, so that no machine's word counts.
BY_PEOPLE = MARTS["coding_reliability"].with_columns(
    pl.when(pl.col("category_level") == "overall").then(1.0).alias("human_coded_ratio")
)


def built(name: str, **tables: pl.DataFrame) -> dict[str, Any]:
    chart: dict[str, Any] = chart_named(name).build({**MARTS, **tables}, CONTEXT).to_dict()
    return chart


def subtitle(chart: dict[str, Any]) -> str:
    return "\n".join(chart["title"]["subtitle"])


def test_each_column_of_the_specialities_has_the_sign_of_its_codes() -> None:
    chart = built("category_specialisation", coding_reliability=BY_PEOPLE)
    heads = datasets(chart)["column_labels"]
    assert [head["sign"] for head in heads] == ["●", "◆", "▼", "●", "○", "▼"]
    assert "● 可靠 reliable · ◆ 暂可 tentative · ▼ 不足 insufficient · ○ 未知 unknown" in (
        subtitle(chart)
    )


def test_the_machines_row_has_its_own_number_of_videos() -> None:
    is_machine = pl.col("coefficient") == "machine_alpha"
    rows = MARTS["coding_reliability"].with_columns(
        pl.when(is_machine).then(47).otherwise("unit_count").alias("unit_count")
    )
    chart = built("coding_reliability", coding_reliability=rows)
    labels = datasets(chart)["row_labels"]
    assert labels[1]["second"] == "Machine against people (n = 47)"
    assert "n =" not in labels[0]["second"]
    assert "n = 160 条视频 videos（人与人 among people）" in subtitle(chart)


def test_table_2_shows_corrected_shares_with_their_interval_and_verdicts() -> None:
    chart = built("table_2", coding_reliability=BY_PEOPLE)
    texts = [cell["text"] for cell in datasets(chart)["cells"]]
    assert {"经校正（%）", "4.8", "3.3 – 6.3", "● 可靠", "◆ 暂可", "▼ 不足", "○ 未知"} <= set(texts)
    assert "Reliability of the codes as a whole: ● 可靠 reliable" in subtitle(chart)
    assert "Videos (%) ignores errors of coding" in subtitle(chart)
    refused = MARTS["category_prevalence"].filter(pl.col("estimator") == "uncorrected")
    rows = category_rows({**MARTS, "category_prevalence": refused}, CONTEXT)
    assert {row.corrected for row in rows} == {None}


def test_what_people_judged_to_fit_none_counts_as_coded_by_people() -> None:
    rows = category_rows(MARTS, CONTEXT)
    by_people = sum(row.human_coded_count or 0 for row in rows)
    rest, total = closing_rows(rows, (by_people + 12) / 900)
    assert (rest.human_coded_count, total.human_coded_count) == (12, by_people + 12)
    unknown, _ = closing_rows(rows)
    assert unknown.human_coded_count is None
    assert coding_rows.coded_by_people(MARTS, CONTEXT) == 0.0931
    assert coding_rows.coded_by_people({}, CONTEXT) is None


def test_a_silent_machine_is_told_beside_its_shares() -> None:
    is_counted = pl.col("estimator") == "uncorrected"
    silent = MARTS["category_prevalence"].with_columns(
        pl.when(is_counted).then(0.0).otherwise("share_ratio").alias("share_ratio")
    )
    assert "The machine says nothing of 100.0 % of the videos" in subtitle(
        built("category_prevalence", category_prevalence=silent)
    )
    assert "says nothing" not in subtitle(built("category_prevalence"))


def test_the_limits_of_correction_stand_beside_the_shares() -> None:
    told = subtitle(built("category_prevalence"))
    assert "human sample and corrected coincide" in told
    assert "People's codes are taken as true" in told


def test_what_is_corrected_for_the_machine_does_not_rest_on_the_machines_agreement() -> None:
    bad_machine = {
        "coding_reliability": BY_PEOPLE.with_columns(
            pl.when(pl.col("category_level") == "overall").then(0.2).alias("human_coded_ratio"),
            pl.when(pl.col("coefficient") == "machine_alpha")
            .then(pl.lit("insufficient"))
            .otherwise("verdict")
            .alias("verdict"),
        )
    }
    alone = coding_rows.reliability_of(bad_machine, CONTEXT, of_people_alone=True)
    assert (coding_rows.reliability_of(bad_machine, CONTEXT), alone) == ("insufficient", "reliable")
