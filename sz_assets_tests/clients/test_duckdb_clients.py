"""Other versions of DuckDB open a release, all answer alike, and none leaves a trace of itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.sql import DUCKDB_TYPES
from sz_assets.storage import Home
from sz_assets_tests.clients.client_environments import answer_of, command

pytestmark = pytest.mark.slow
SCRIPT = "client_reads_release.py"
# `own` is the environment of the project, where the release was written.
CLIENTS = {"duckdb-1-4": "1.4.4", "duckdb-1-5": "1.5.6", "own": "2.0.0"}


def read(client: str, database: Path) -> dict[str, Any]:
    found: dict[str, Any] = answer_of(client, SCRIPT, database)
    assert found.pop("duckdb") == CLIENTS[client]
    return found


def tree(folder: Path) -> list[tuple[str, int, int]]:
    found = ((path, path.stat()) for path in sorted(folder.rglob("*")))
    return [(str(path), stat.st_size, stat.st_mtime_ns) for path, stat in found]


@pytest.fixture
def release(published_home: Home, readable_folder: Path) -> Path:
    """A copy of the release that anyone may read and, but for root, nobody may write."""
    folder = Path(shutil.copytree(published_home.current, readable_folder / "release"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


@contextmanager
def held_open(client: str, database: Path) -> Iterator[None]:
    """While this lasts, a process of that client keeps a connection to the database."""
    with subprocess.Popen(
        **command(client, SCRIPT, database, "hold"), stdin=subprocess.PIPE
    ) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "open\n"
            yield
            assert process.poll() is None
        finally:
            process.communicate(timeout=60)
    assert process.returncode == 0


def test_three_versions_answer_alike_and_write_nothing(release: Path) -> None:
    before = tree(release)
    found = {client: read(client, release / "warehouse.duckdb") for client in CLIENTS}
    first, *others = found.values()
    assert all(other == first for other in others)
    assert len(first["answers"]) >= 12
    assert all(first["answers"].values())
    assert tree(release) == before
    assert not list(release.glob("*.wal"))


def test_what_they_read_is_what_the_contracts_and_the_manifest_say(release: Path) -> None:
    found = read("duckdb-1-4", release / "warehouse.duckdb")["tables"]
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    assert {name: table["rows"] for name, table in found.items()} == rows
    assert set(found) == {table.name for table in PUBLISHED_TABLES}
    for table in PUBLISHED_TABLES:
        comment = found[table.name]["comment"]
        assert table.description in comment
        assert comment.startswith("Simulated data")
        columns = found[table.name]["columns"]
        assert [(name, type_, nullable) for name, type_, nullable, _ in columns] == [
            (column.name, DUCKDB_TYPES[column.type], column.nullable) for column in table.columns
        ]
        for column, (*_, said) in zip(table.columns, columns, strict=True):
            assert said.startswith(column.description)


@pytest.mark.parametrize("holder", CLIENTS)
def test_each_opens_it_while_another_version_has_it_open(release: Path, holder: str) -> None:
    before = tree(release)
    with held_open(holder, release / "warehouse.duckdb"):
        for client in CLIENTS:
            assert read(client, release / "warehouse.duckdb")["tables"]["dim_account"]["rows"] == 13
    assert tree(release) == before


def test_a_file_in_the_newest_format_is_refused_by_the_oldest_client(readable_folder: Path) -> None:
    """This is what the storage version of releases is for."""
    path = readable_folder / "new.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("create table dim_account as select 1 as account_id")
    path.chmod(0o444)
    done = subprocess.run(**command("duckdb-1-4", SCRIPT, path), timeout=120)
    assert done.returncode == 1
    assert "version number" in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        "update fct_video_month set like_count = like_count + 1 "
        "where video_id = (select min(video_id) from fct_video_month)",
        "update fct_video_month set hashtags = null "
        "where video_id = (select min(video_id) from fct_video_month where hashtags is not null)",
        "update fct_video_month set published_at = published_at + interval 1 microsecond "
        "where video_id = (select min(video_id) from fct_video_month)",
    ],
)
def test_one_changed_value_changes_what_is_read(release: Path, change: str) -> None:
    before = read("own", release / "warehouse.duckdb")["tables"]
    changed = release.parent / "changed.duckdb"
    shutil.copyfile(release / "warehouse.duckdb", changed)
    with closing(duckdb.connect(str(changed))) as connection:
        connection.execute(change)
    after = read("own", changed)["tables"]
    assert {name for name in before if before[name] != after[name]} == {"fct_video_month"}


@pytest.mark.parametrize(
    ("client", "seen"), [("duckdb-1-4", "old"), ("duckdb-1-5", "new"), ("own", "new")]
)
def test_what_a_process_sees_that_still_has_the_old_release_open(
    tmp_path: Path, client: str, seen: str
) -> None:
    """DuckDB 1.4 remembers a database by the path as it was given; the real path helps always."""
    for name in ("old", "new"):
        folder = tmp_path / "releases" / name
        folder.mkdir(parents=True)
        with closing(duckdb.connect(":memory:")) as connection:
            connection.execute(
                f"attach '{folder}/warehouse.duckdb' as made (storage_version 'v1.4.0')"
            )
            connection.execute(f"create table made.release as select '{name}' as name")
    found = answer_of(client, "client_sees_turned_link.py", tmp_path)
    assert found == {"held": "old", "by link": seen, "by real path": "new", "attached": "new"}
