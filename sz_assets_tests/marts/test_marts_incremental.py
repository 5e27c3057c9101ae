"""A run replaces its own months: whatever the order, the marts equal a full rebuild."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sz_assets.contracts.growth import VIDEO_AGE_PASSAGE, VIDEO_GROWTH
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.table import Table
from sz_assets.publish.warehouse import misplaced
from sz_assets.storage import Lake

RUN_MODELS = ["run"]


def test_running_twice_changes_nothing(
    dbt: Any, lake: Lake, built: Path, copied: Path, months: Any, differing_marts: Any
) -> None:
    dbt.invoke(RUN_MODELS, lake, copied, months[1:3])
    dbt.invoke(RUN_MODELS, lake, copied)
    assert differing_marts(copied, built) == []


def test_months_in_any_order_equal_one_rebuild(
    dbt: Any, lake: Lake, built: Path, tmp_path: Path, months: Any, differing_marts: Any
) -> None:
    first, second, third, fourth = months
    warehouse = tmp_path / "warehouse.duckdb"
    for run in ([fourth], [second], [third, first]):
        dbt.invoke(RUN_MODELS, lake, warehouse, run)
    assert differing_marts(warehouse, built) == []


def _without_news(row: dict[str, Any]) -> bool:
    return bool(row["account_id"] != "news")


def _without_videos(row: dict[str, Any]) -> bool:
    return "video_id" not in row


def _with_few_videos(row: dict[str, Any]) -> bool:
    return row.get("raw_item_index", 0) % 2 == 0


@pytest.mark.parametrize(
    ("changed", "keep"),
    [
        (0, _without_news),  # the only month that the next import of `news` compared with
        (1, _without_news),  # the next month compares with an earlier one, or with none
        (1, _without_videos),
        (0, _with_few_videos),
    ],
)
def test_rerun_of_a_changed_month_equals_one_rebuild(
    dbt: Any,
    lake: Lake,
    copied: Path,
    tmp_path: Path,
    months: Any,
    write_month: Any,
    differing_marts: Any,
    changed: int,
    keep: Any,
) -> None:
    """Also where an account or all videos of the month are gone, and the month after compares."""
    changed_lake = Lake(tmp_path / "lake")
    shutil.copytree(lake.root, changed_lake.root)
    write_month(changed_lake, months[changed], keep)
    dbt.invoke(RUN_MODELS, changed_lake, copied, [months[changed]])
    rebuilt = tmp_path / "rebuilt" / "warehouse.duckdb"
    dbt.invoke(RUN_MODELS, changed_lake, rebuilt)
    assert differing_marts(copied, rebuilt) == []


def test_a_run_opens_no_file_of_other_months(
    dbt: Any, lake: Lake, copied: Path, tmp_path: Path, months: Any
) -> None:
    lean = Lake(tmp_path / "lake")
    shutil.copytree(lake.root, lean.root)
    for path in lean.root.glob("core/videos/*/part.parquet"):
        if f"crawl_month={months[-1]}" not in str(path):
            path.write_bytes(b"unreadable")
    status = dbt.build(lean, copied, [months[-1]])
    assert set(status.values()) == {"success", "pass"}


def test_full_refresh_of_single_months_is_refused(
    dbt: Any, lake: Lake, copied: Path, months: Any, differing_marts: Any, built: Path
) -> None:
    status = dbt.invoke(["run", "--full-refresh"], lake, copied, [months[0]])
    assert "success" not in {status[name] for name in status if name != "dim_account"}
    assert differing_marts(copied, built) == []


def test_parts_of_a_month_make_the_same_tables(
    dbt: Any,
    lake: Lake,
    built: Path,
    tmp_path: Path,
    differing_marts: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SZ_PART_VIDEOS", "1")
    warehouse = tmp_path / "warehouse.duckdb"
    assert set(dbt.build(lake, warehouse).values()) == {"success", "pass"}
    assert differing_marts(warehouse, built) == []
    # Each account was written for itself, all its months together; else the months came first.
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        accounts = connection.execute(
            "select account_id from (select account_id, lag(account_id) over () as before "
            "from fct_video_month) where before is distinct from account_id"
        ).fetchall()
    assert accounts == [("health",), ("news",), ("tiny",), ("traffic",)]


@pytest.mark.parametrize(
    "table", [FCT_VIDEO_MONTH, VIDEO_GROWTH, VIDEO_AGE_PASSAGE], ids=lambda table: table.name
)
def test_tables_with_a_row_per_video_lie_in_the_order_of_their_key(
    built: Path, table: Table
) -> None:
    """A release takes them as they lie: to sort the largest ones would take longest of all."""
    with closing(duckdb.connect(str(built), read_only=True)) as connection:
        assert connection.execute(misplaced(table, table.name)).fetchall() == [(0,)]


def test_a_table_with_other_columns_than_its_contract_is_left_as_it_is(
    dbt: Any, lake: Lake, copied: Path, built: Path, months: Any, differing_marts: Any
) -> None:
    with closing(duckdb.connect(str(copied))) as connection:
        connection.execute("alter table breakout_videos add column extra integer")
        before = connection.execute("from breakout_videos order by all").fetchall()
    status = dbt.invoke(RUN_MODELS, lake, copied, [months[-1]])
    assert [name for name, word in status.items() if word == "error"] == ["breakout_videos"]
    with closing(duckdb.connect(str(copied), read_only=True)) as connection:
        assert connection.execute("from breakout_videos order by all").fetchall() == before
    assert differing_marts(copied, built) == ["breakout_videos"]
