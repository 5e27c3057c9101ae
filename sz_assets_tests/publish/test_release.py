"""Releases: what is refused, what a crash leaves, what readers see while the link turns."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sz_assets.contracts.marts import DIM_ACCOUNT
from sz_assets.errors import UserError
from sz_assets.publish import release as module
from sz_assets.publish.inspection import ReleaseInvalid, table_hash
from sz_assets.publish.place import publishing, turn_current_to
from sz_assets.publish.release import publish
from sz_assets.settings import STORAGE_VERSIONS, ReleaseSettings
from sz_assets.storage import Home
from sz_assets_tests.bundled import shenzhen

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LATER = datetime(9999, 1, 1, tzinfo=UTC)  # After the first release, whenever that was made.


@pytest.fixture(scope="module")
def study():
    return shenzhen()


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@contextmanager
def nothing_published(home: Home) -> Iterator[None]:
    before = home.current.readlink(), tree(home.published)
    yield
    assert (home.current.readlink(), tree(home.published)) == before


def test_a_release_is_a_folder_that_nobody_writes(october_copy: Home, study) -> None:
    made = publish(october_copy, study, "run-2", NOW)
    assert made.folder == october_copy.releases / "run-2"
    assert (made.months, made.data_origins) == ((date(2023, 10, 1),), ("simulated",))
    assert made.row_counts["dim_account"] == 13
    assert october_copy.current.resolve() == made.folder
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    assert {"warehouse.duckdb", "manifest.json", "index.html"} <= {path.name for path in files}
    assert all(path.stat().st_mode & 0o222 == 0 for path in files)
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["published_at"] == "2026-11-24T08:00:00+00:00"
    assert set(manifest["files"]) == {
        str(path.relative_to(made.folder)) for path in files if path.name != "manifest.json"
    }
    assert sum(manifest["videos_by_month"].values()) == made.row_counts["fct_video_month"]
    assert len(list(october_copy.releases.iterdir())) == 2


def test_a_run_that_publishes_twice_makes_two_releases(october_copy: Home, study) -> None:
    folders = [publish(october_copy, study, "again", NOW).folder.name for _ in range(3)]
    assert folders == ["again", "again.2", "again.3"]
    assert october_copy.current.readlink() == Path("releases/again.3")


def test_the_newest_releases_are_kept_and_the_current_one_always(october_copy: Home, study) -> None:
    first = october_copy.current.resolve()
    for number in range(6):
        old = october_copy.releases / f"old-{number:02}"
        old.mkdir()
        os.utime(old, (1_000 + number, 1_000 + number))
    os.utime(first, (1, 1))
    publish(october_copy, study, "new", NOW, ReleaseSettings(kept=4, formats=()))
    kept = {path.name for path in october_copy.releases.iterdir()}
    # Those without a manifest are the oldest, among them the one that was last written counts.
    assert kept == {"new", first.name, "old-05", "old-04"}
    turn_current_to(october_copy, october_copy.releases / "old-04")
    publish(october_copy, study, "newer", LATER, ReleaseSettings(kept=1, formats=()))
    assert [path.name for path in october_copy.releases.iterdir()] == ["newer"]


def test_what_a_killed_run_left_is_removed(october_copy: Home, study) -> None:
    left = october_copy.releases / ".building-killed"
    left.mkdir()
    (left / "warehouse.duckdb").write_bytes(b"half")
    (left / "warehouse.duckdb.wal").write_bytes(b"half")
    publish(october_copy, study, "run-2", NOW)
    assert not left.exists()


def broken_by(statement: str) -> Callable[..., None]:
    fill = module.fill_warehouse

    def filling(path: Path, *rest: Any) -> None:
        fill(path, *rest)
        with closing(duckdb.connect(str(path))) as connection:
            connection.execute(statement)

    return filling


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("alter table dim_account add column digg_count bigint", "dim_account has columns"),
        ("alter table dim_account drop column field", "dim_account has columns"),
        ("alter table dim_account rename name_en to english", "dim_account has columns"),
        (
            "alter table publishing_by_year alter video_count type integer",
            "publishing_by_year has columns",
        ),
        ("drop table video_growth", "video_growth has columns"),
        (
            "comment on column dim_account.field is null",
            r"dim_account: columns \['field'\] have no",
        ),
        ("insert into dim_account from dim_account limit 1", "14 rows but 13 keys"),
        ("comment on column dim_account.field is 'x'", r"columns \['field'\] have no comment"),
        ("comment on table dim_account is null", "does not have the comment"),
        (
            "alter table dim_account alter name_en drop not null",
            "differ in whether they may be null",
        ),
        ("create table more (v integer)", r"tables \['more'\]"),
        ("create view v as from dim_account", r"a view: \['v'\]"),
        ("create macro one() as 1", r"a function: \['one'\]"),
        ("create sequence numbers", r"a sequence: \['numbers'\]"),
        ("create type mood as enum ('x')", r"a type: \['mood'\]"),
        ("create schema other", r"a schema: \['other'\]"),
        ("create index i on dim_account (field)", r"a index: \['i'\]"),
    ],
)
def test_a_release_that_breaks_its_contract_is_not_published(
    october_copy: Home, study, monkeypatch, statement: str, words: str
) -> None:
    monkeypatch.setattr(module, "fill_warehouse", broken_by(statement))
    with nothing_published(october_copy), pytest.raises(ReleaseInvalid, match=words):
        publish(october_copy, study, "broken", NOW)


@pytest.mark.parametrize("step", ["fill_warehouse", "_copy_reports", "_make_durable_and_read_only"])
def test_a_crash_while_building_leaves_the_old_release(
    october_copy: Home, study, monkeypatch, step: str
) -> None:
    def crash(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(module, step, crash)
    with (
        nothing_published(october_copy),
        pytest.raises(UserError, match="could not be written: the disk is full"),
    ):
        publish(october_copy, study, "broken", NOW)


def test_a_crash_while_the_link_turns_leaves_the_old_release_current(
    october_copy: Home, study, monkeypatch
) -> None:
    before = october_copy.current.readlink()

    replace = os.replace

    def crash(source: Path, target: Path) -> None:
        if target == october_copy.current:
            raise OSError("killed")
        replace(source, target)

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(UserError, match="killed"):
        publish(october_copy, study, "whole", NOW)
    assert october_copy.current.readlink() == before
    monkeypatch.undo()
    # What the crash left of the link is in nobody's way.
    assert publish(october_copy, study, "next", NOW).folder == october_copy.current.resolve()


def test_a_reader_keeps_what_it_opened_while_the_link_turns(october_copy: Home, study) -> None:
    path = str(october_copy.current / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as reader:
        publish(october_copy, study, "new", NOW)
        assert reader.execute("select count(*) from dim_account").fetchall() == [(13,)]
    assert october_copy.current.readlink() == Path("releases/new")


def test_the_link_can_be_turned_back(october_copy: Home, study) -> None:
    old = october_copy.current.resolve()
    publish(october_copy, study, "new", NOW)
    turn_current_to(october_copy, old)
    assert october_copy.current.resolve() == old
    assert not list(october_copy.published.glob(".*"))


def test_folders_whose_names_are_patterns_are_taken_by_their_word(
    october_copy: Home, study, tmp_path: Path
) -> None:
    """As a pattern the name would match that of another home, too."""
    star = Home(october_copy.root.rename(tmp_path / "home*[1]'s"))
    other = tmp_path / "home-other1's"
    claims = "lake/analysis/paper_comparison/crawl_month=2023-10-01/part.parquet"
    (other / claims).parent.mkdir(parents=True)
    (other / claims).write_bytes(b"no Parquet")
    made = publish(star, study, "new", NOW)
    assert made.row_counts["paper_comparison"] > 20


def test_the_hash_of_a_table_is_that_of_its_rows(october) -> None:
    path = october.home.current / "warehouse.duckdb"
    told = json.loads((path.parent / "manifest.json").read_bytes())["tables"]
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as r (read_only)")
        connection.execute("create table dim_account as from r.dim_account order by random()")
        before = table_hash(connection, DIM_ACCOUNT)
        assert before == told["dim_account"]["row_md5_xor"]
        connection.execute("update dim_account set field = 'x' where account_id = 'first_scene'")
        assert table_hash(connection, DIM_ACCOUNT) != before


@pytest.mark.parametrize("version", STORAGE_VERSIONS)
def test_the_storage_version_is_a_setting(october_copy: Home, study, version: str) -> None:
    made = publish(october_copy, study, "new", NOW, ReleaseSettings(version, formats=()))
    with closing(duckdb.connect(str(made.warehouse), read_only=True)) as connection:
        [(tags,)] = connection.execute(
            "select tags from duckdb_databases() where not internal"
        ).fetchall()
    assert tags["storage_version"].startswith(version[:4])
    assert json.loads((made.folder / "manifest.json").read_bytes())["storage_version"] == version


def test_two_publishers_at_once_are_refused(october_copy: Home, study) -> None:
    with (
        publishing(october_copy, "run one"),
        nothing_published(october_copy),
        pytest.raises(UserError, match=r"is being changed already \(run one\): wait"),
    ):
        publish(october_copy, study, "two", NOW)
