"""A run replaces its own months: whatever the order, the marts equal a full rebuild."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

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
