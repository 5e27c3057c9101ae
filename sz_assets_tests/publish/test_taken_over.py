"""A release that takes over what is the same is the release that is written anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from small_release import MONTHS, build

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.publish import taken_over as module
from sz_assets.publish.inspection import month_hashes, of_all_months
from sz_assets.publish.release import _copy_reports
from sz_assets.publish.taken_over import ByMonth, TakenOver, digests, remember, taken_over
from sz_assets.publish.warehouse import comments, fill_warehouse
from sz_assets.storage import Home, Lake

VERSION = "v1.4.0"
NEXT = date(2023, 11, 1)


def change(home: Home, *statements: str) -> None:
    with closing(duckdb.connect(str(home.warehouse))) as connection:
        for statement in statements:
            connection.execute(statement)


def write_lake(home: Home, month: date, of: date) -> None:
    """Each table of the lake as the small release has it in the month `of`."""
    with closing(duckdb.connect(str(home.root / "small.duckdb"))) as connection:
        for table in PUBLISHED_TABLES:
            if table.layer != "engagement":
                path = Lake(home.lake).path(table, month)
                path.parent.mkdir(parents=True, exist_ok=True)
                connection.execute(
                    f"copy (select * exclude (crawl_month) from {table.name} "
                    f"where crawl_month = date '{of}') to '{path}' (format parquet)"
                )


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("months") / "home")
    home.warehouse.parent.mkdir(parents=True)
    build(home.warehouse, ["a", "b", "c"])
    build(home.root / "small.duckdb", ["a", "b", "c"])
    for month in MONTHS:
        write_lake(home, month, month)
    return home.root


@pytest.fixture
def home(two_months: Path, tmp_path: Path) -> Home:
    """A home of two months from which nothing was published."""
    return Home(shutil.copytree(two_months, tmp_path / "home"))


def written(home: Home, name: str) -> tuple[Path, TakenOver | None, ByMonth]:
    lake, folder = Lake(home.lake), home.releases / name
    folder.mkdir(parents=True)
    now = digests(home, lake)
    start = taken_over(home, VERSION, now)
    database = folder / "warehouse.duckdb"
    fill_warehouse(database, home, lake, VERSION, start)
    hashes = month_hashes(database, start)
    remember(home, folder, VERSION, name, now, hashes, ["simulated"], start)
    return database, start, hashes


def add_a_month(home: Home) -> None:
    change(
        home,
        *(
            f"insert into {table.name} select * replace (date '{NEXT}' as crawl_month) "
            f"from {table.name} where crawl_month = date '{MONTHS[-1]}'"
            for table in PUBLISHED_TABLES
            if table.layer == "engagement" and table.key[0] == "crawl_month"
        ),
    )
    write_lake(home, NEXT, MONTHS[-1])


def change_an_account(home: Home) -> None:
    change(home, "update dim_account set name_zh = 'another'")


def change_the_first_month(home: Home) -> None:
    change(home, f"update fct_video_month set title = 'x' where crawl_month = date '{MONTHS[0]}'")
    write_lake(home, MONTHS[0], MONTHS[1])


def lose_a_month(home: Home) -> None:
    change(home, f"delete from fct_video_month where crawl_month = date '{MONTHS[-1]}'")
    for table in PUBLISHED_TABLES:
        if table.layer != "engagement":
            Lake(home.lake).path(table, MONTHS[-1]).unlink()


def other_origin(home: Home) -> None:
    change(
        home,
        f"update fct_account_month set data_origin = 'live:douyin' "
        f"where crawl_month = date '{MONTHS[-1]}'",
    )


def test_a_table_without_rows_has_the_hash_of_nothing(home: Home, tmp_path: Path) -> None:
    change(home, "delete from dim_account", "delete from fct_video_month")
    database = tmp_path / "empty.duckdb"
    fill_warehouse(database, home, Lake(home.lake), VERSION)
    hashes = month_hashes(database)
    assert hashes["dim_account"] == hashes["fct_video_month"] == {}
    assert of_all_months(hashes["dim_account"]) == "0" * 32
    assert hashes["fct_account_month"].keys() == {str(month) for month in MONTHS}


@pytest.mark.parametrize(
    "happens",
    [add_a_month, change_an_account, change_the_first_month, lose_a_month, other_origin],
)
def test_what_is_taken_over_equals_what_is_written_anew(
    home: Home, tmp_path: Path, happens: Callable[[Home], None]
) -> None:
    _, start, _ = written(home, "first")
    assert start is None
    happens(home)
    database, start, hashes = written(home, "second")
    assert start is not None
    assert None in start.changed.values()
    anew = tmp_path / "anew.duckdb"
    fill_warehouse(anew, home, Lake(home.lake), VERSION)
    assert hashes == month_hashes(database) == month_hashes(anew)
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        [(said,)] = connection.execute(
            "select comment from duckdb_tables() where table_name = 'dim_account'"
        ).fetchall()
        [dim] = [table for table in PUBLISHED_TABLES if table.name == "dim_account"]
        origins = ["live:douyin", "simulated"] if happens is other_origin else ["simulated"]
        assert said == comments(dim, origins)[0]


def test_only_what_has_changed_is_written(home: Home) -> None:
    written(home, "first")
    add_a_month(home)
    _, start, _ = written(home, "second")
    assert start is not None
    with_rows = [name for name, first in start.changed.items() if first is not None]
    assert {start.changed[name] for name in with_rows} == {f"{NEXT}"}
    assert "dim_account" not in with_rows


def test_a_database_that_was_changed_since_gives_nothing(home: Home) -> None:
    database, _, _ = written(home, "first")
    with database.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"x")
    assert taken_over(home, VERSION, digests(home, Lake(home.lake))) is None


def test_other_formats_and_slack_are_written_anew(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(home, "first")
    now = digests(home, Lake(home.lake))
    assert taken_over(home, "v1.2.0", now) is None
    assert taken_over(home, VERSION, now) is not None
    monkeypatch.setattr(module, "_MOST_SLACK", 0.5)
    assert taken_over(home, VERSION, now) is None


def test_a_page_that_is_the_same_is_stored_once(home: Home, tmp_path: Path) -> None:
    for month in MONTHS:
        home.report_of(month).parent.mkdir(parents=True)
        home.report_of(month).write_text(f"{month}", encoding="utf-8")
    earlier, later = tmp_path / "earlier", tmp_path / "later"
    for folder in (earlier, later):
        folder.mkdir()
    assert _copy_reports(home, earlier / "reports", MONTHS, None) == list(MONTHS)
    home.report_of(MONTHS[1]).write_text("other words", encoding="utf-8")
    assert _copy_reports(home, later / "reports", MONTHS, earlier) == list(MONTHS)
    same = [
        (earlier / "reports" / name).samefile(later / "reports" / name)
        for name in ("2023-09.html", "2023-10.html")
    ]
    assert same == [True, False]
    assert (later / "reports" / "2023-10.html").read_text(encoding="utf-8") == "other words"
    assert (earlier / "reports" / "2023-10.html").read_text(encoding="utf-8") == f"{MONTHS[1]}"
