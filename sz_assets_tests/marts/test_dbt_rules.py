"""Every dbt test can fail, unit tests pass, and the generated YAML is the contracts'."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from sz_assets.contracts.core import CRAWL_COVERAGE
from sz_assets.contracts.dbt import dbt_yaml
from sz_assets.contracts.marts import ENGAGEMENT_TABLES, FCT_VIDEO_MONTH
from sz_assets.contracts.sql import DUCKDB_TYPES
from sz_assets.contracts.table import Type
from sz_assets.storage import Lake

# What is done to a sound warehouse, and the dbt tests that must see it.
DAMAGE: dict[str, tuple[str, ...]] = {
    **{
        f"insert into {table.name} from {table.name} limit 1": (f"{table.name}_key_is_unique",)
        for table in ENGAGEMENT_TABLES
    },
    "update fct_video_month set media_type = 'song'": ("fct_video_month_words_are_known",),
    "update fct_account_month set coverage_verdict = 'fine'": (
        "fct_account_month_words_are_known",
    ),
    "update engagement_summary set metric = 'plays'": ("engagement_summary_words_are_known",),
    "update engagement_histogram set metric = 'plays'": ("engagement_histogram_words_are_known",),
    "update publishing_by_year set population = 'some'": ("publishing_by_year_words_are_known",),
    "update publishing_by_hour set population = 'some'": ("publishing_by_hour_words_are_known",),
    "update duration_engagement set population = 'some'": ("duration_engagement_words_are_known",),
    "update account_engagement set population = 'some'": ("account_engagement_words_are_known",),
    "update category_specialisation set coverage_verdict = 'fine'": (
        "category_specialisation_words_are_known",
    ),
    "update video_growth set coverage_verdict = 'fine'": ("video_growth_words_are_known",),
    "update growth_summary set coverage_verdict = 'fine'": ("growth_summary_words_are_known",),
    "update video_age_passage set coverage_verdict = 'fine'": (
        "video_age_passage_words_are_known",
    ),
    "delete from dim_account where account_id = 'news'": (
        "fct_account_month_accounts_are_known",
        "fct_video_month_accounts_are_known",
        "account_engagement_accounts_are_known",
        "category_specialisation_accounts_are_known",
        "video_growth_accounts_are_known",
        "growth_summary_accounts_are_known",
        "video_age_passage_accounts_are_known",
        "breakout_videos_accounts_are_known",
    ),
    "delete from fct_video_month where account_id = 'health'": (
        "fct_video_month_keeps_every_video",
        "fct_account_month_counts_every_video",
    ),
    "update fct_video_month set is_in_sample = true where account_id = 'tiny'": (
        "fct_video_month_sample_has_its_size",
    ),
    "update fct_video_month set is_in_sample = not is_in_sample where account_id = 'traffic'": (
        "fct_video_month_sample_takes_the_most_liked",
    ),
    "update engagement_summary set missing_count = 7": ("engagement_summary_counts_every_video",),
    "update engagement_histogram set video_count = 7": ("engagement_histogram_counts_every_value",),
    "update publishing_by_year set video_count = 7": ("publishing_by_year_counts_every_video",),
    "update publishing_by_hour set video_count = 7": ("publishing_by_hour_counts_every_video",),
    "update duration_engagement set video_count = 7": (
        "duration_engagement_counts_every_duration",
    ),
    "update account_engagement set video_count = 7": ("account_engagement_counts_every_video",),
    "delete from category_engagement where secondary_category = 'ethnic'": (
        "category_engagement_counts_every_coded_video",
    ),
    "delete from category_specialisation where secondary_category = 'ethnic'": (
        "category_specialisation_counts_every_coded_video",
    ),
    "update video_growth set is_new = true": ("video_growth_has_every_video",),
    "update growth_summary set gone_video_count = 7": ("growth_summary_counts_every_video",),
    "delete from growth_summary where account_id = 'health'": (
        "growth_summary_counts_every_video",
    ),
    "delete from video_age_passage where age_days = 90": (
        "video_age_passage_has_every_video_once",
    ),
    "insert into video_age_passage select * replace (date '2023-04-01' as crawl_month) "
    "from video_age_passage where crawl_month = date '2023-03-01'": (
        "video_age_passage_has_every_video_once",
    ),
    "update breakout_videos set coverage_verdict = 'fine'": ("breakout_videos_words_are_known",),
    "update breakout_videos set breakout_rank = breakout_rank + 1": (
        "breakout_videos_are_ranked_without_gaps",
    ),
    "update breakout_videos set like_count = like_count + 1": (
        "breakout_videos_are_ranked_without_gaps",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_seen(dbt: Any, lake: Lake, copied: Path, damage: str) -> None:
    with closing(duckdb.connect(str(copied))) as connection:
        connection.execute(damage)
    tests = DAMAGE[damage]
    status = dbt.invoke(["test", "--select", *tests], lake, copied)
    assert status == dict.fromkeys(tests, "fail")


def test_every_data_test_is_shown_to_fail(dbt: Any) -> None:
    nodes = dbt.manifest.nodes.values()
    names = {node.name for node in nodes if node.resource_type == "test"}
    assert names == {name for tests in DAMAGE.values() for name in tests}


def test_every_data_test_is_attached_to_one_mart(dbt: Any) -> None:
    marts = {table.name for table in ENGAGEMENT_TABLES}
    for node in dbt.manifest.nodes.values():
        if node.resource_type == "test":
            # A generic test knows its mart; a singular one of several tables says it for Dagster.
            mart = (getattr(node, "attached_node", None) or "").removeprefix("model.sz_assets.")
            if not mart:
                depends_on = {name.split(".")[-1] for name in node.depends_on.nodes}
                mart = node.config.meta.get("dagster", {}).get("ref", {}).get("name")
                assert mart in depends_on or len(depends_on) == 1
                mart = mart or depends_on.pop()
            assert mart in marts
            assert node.name.startswith(mart)
            assert node.description


def test_missing_value_writes_nothing(
    dbt: Any,
    lake: Lake,
    copied: Path,
    built: Path,
    tmp_path: Path,
    months: Any,
    differing_marts: Any,
) -> None:
    """A contract is kept by the database: an account without coverage stops the table."""
    torn = Lake(tmp_path / "lake")
    shutil.copytree(lake.root, torn.root)
    coverage = lake.read(CRAWL_COVERAGE, months[-1]).filter(account_id="news")
    torn.write(CRAWL_COVERAGE, months[-1], coverage)
    status = dbt.build(torn, copied, [months[-1]])
    assert status["fct_account_month"] == "error"
    assert status["engagement_summary"] == "skipped"
    assert differing_marts(copied, built) == []


def test_unit_tests_pass_without_any_table(dbt: Any, lake: Lake, tmp_path: Path) -> None:
    command = ["test", "--select", "test_type:unit"]
    status = dbt.invoke(command, lake, tmp_path / "warehouse.duckdb")
    assert len(status) == 11
    assert set(status.values()) == {"pass"}


def test_generated_yaml_is_up_to_date() -> None:
    project = Path(__file__).parents[2] / "dbt_project"
    for name, content in dbt_yaml().items():
        assert (project / name).read_text(encoding="utf-8") == content


def test_generated_yaml_describes_every_column() -> None:
    models = yaml.safe_load(dbt_yaml()["models/marts/_contracts.yml"])["models"]
    assert [model["name"] for model in models] == [table.name for table in ENGAGEMENT_TABLES]
    [video_month] = [model for model in models if model["name"] == FCT_VIDEO_MONTH.name]
    assert video_month["config"]["meta"]["dagster"] == {
        "asset_key": ["engagement", "fct_video_month"],
        "group": "engagement",
    }
    columns = {column["name"]: column for column in video_month["columns"]}
    assert list(columns) == FCT_VIDEO_MONTH.column_names
    assert columns["hashtags"]["data_type"] == DUCKDB_TYPES[Type.TEXT_LIST].lower() == "varchar[]"
    assert columns["is_pinned"]["constraints"] == [{"type": "not_null"}]
    assert "constraints" not in columns["like_count"]
