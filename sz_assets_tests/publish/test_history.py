"""Releases that are kept: listing, finding, verifying, comparing, going back, removing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.errors import UserError
from sz_assets.publish import history
from sz_assets.publish.comparison import compare, first_rows
from sz_assets.publish.place import current_release, current_warehouse, find, turn_current_to
from sz_assets.publish.release import publish
from sz_assets.settings import ReleaseSettings
from sz_assets.storage import Home
from sz_assets_tests.bundled import shenzhen
from sz_assets_tests.publish.stamped import FIRST, stamp_home


def release(home: Home, number: int, version: str = "v1.4.0") -> None:
    stamp_home(home, number)
    options = replace(ReleaseSettings(formats=()), storage_version=version)
    at = FIRST + timedelta(minutes=number)
    publish(home, shenzhen(), f"stamp-{number}", at, options)


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Home(tmp_path_factory.mktemp("two") / "home")
    release(made, 1)
    release(made, 2, "v1.5.0")
    return made.root


@pytest.fixture
def home(two_releases: Path, tmp_path: Path) -> Home:
    """A home with two releases, of which the second is current and has another storage version."""
    return Home(shutil.copytree(two_releases, tmp_path / "home", symlinks=True))


def damage(folder: Path, text: str) -> None:
    path = folder / "manifest.json"
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")


def test_a_list_begins_with_the_newest(home: Home) -> None:
    listed = history.list_releases(home)
    assert [(each.name, each.is_current) for each in listed] == [
        ("stamp-2", True), ("stamp-1", False),
    ]  # fmt: skip
    facts = listed[0].facts()
    assert facts["rows"] == len(PUBLISHED_TABLES)
    assert (facts["crawl_months"], facts["data_origins"]) == (["2023-10-01"], ["simulated"])
    damage(home.releases / "stamp-2", "{")
    assert [(each.name, each.problem is None) for each in history.list_releases(home)] == [
        ("stamp-1", True), ("stamp-2", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("nothing", "There is no release 'nothing'"),
        ("../releases/stamp-1", "There is no release"),
        ("", "There is no release ''"),
        ("stamp-", "2 releases have names that begin with 'stamp-'"),
    ],
)
def test_a_name_is_no_path_and_means_one_release(home: Home, asked: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        find(home, asked)
    assert find(home, "stamp-1") == home.releases / "stamp-1"


def test_a_link_that_leads_nowhere_is_mended_by_going_back(home: Home) -> None:
    assert current_warehouse(home) == home.releases / "stamp-2" / "warehouse.duckdb"
    turn_current_to(home, home.releases / "gone")
    with pytest.raises(UserError, match="points to releases/gone, where no release is"):
        current_release(home)
    assert history.rollback(home, "stamp-1") == (None, "stamp-1")
    home.current.unlink()
    with pytest.raises(UserError, match=r"No release in .* is current"):
        history.show(home)


def test_nothing_published_is_said(tmp_path: Path) -> None:
    assert history.list_releases(Home(tmp_path)) == []
    for ask in (history.show, history.rollback, history.verify):
        with pytest.raises(UserError, match=r"Nothing is published in .* yet"):
            ask(Home(tmp_path))


def test_going_back_and_publishing_on(home: Home) -> None:
    assert history.rollback(home) == ("stamp-2", "stamp-1")
    with pytest.raises(UserError, match="No release was published before stamp-1"):
        history.rollback(home)
    with pytest.raises(UserError, match="stamp-1 is the current release already"):
        history.rollback(home, "stamp-1")
    release(home, 3)
    assert current_release(home).name == "stamp-3"


@pytest.mark.parametrize("name", ["warehouse.duckdb", "index.html", "dictionary/model.svg"])
def test_nobody_goes_back_to_what_was_changed(home: Home, name: str) -> None:
    path = home.releases / "stamp-1" / name
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert history.verify(home, "stamp-1") == [f"{name} has changed bytes."]
    with pytest.raises(UserError, match="is not as it was published"):
        history.rollback(home)
    assert current_release(home).name == "stamp-2"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"run_id": 1}', "[" * 100_000], ids=lambda text: text[:12]
)
def test_a_damaged_manifest_is_said(home: Home, text: str) -> None:
    damage(home.releases / "stamp-1", text)
    with pytest.raises(UserError, match=r"The manifest of release stamp-1 can't be read \("):
        history.show(home, "stamp-1")


def test_missing_and_foreign_files_are_seen(home: Home) -> None:
    folder = home.releases / "stamp-1"
    (folder / "index.html").unlink()
    (folder / "more.txt").write_text("x")
    assert history.verify(home, "stamp-1") == [
        "index.html is missing.", "more.txt is not in the manifest.",
    ]  # fmt: skip


def test_pruning_keeps_the_current_one_and_who_reads(home: Home) -> None:
    history.rollback(home)
    release(home, 3)
    history.rollback(home, "stamp-2")
    path = str(home.releases / "stamp-1" / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as reader:
        assert history.prune(home, 1) == ["stamp-1"]
        assert reader.execute("select count(*) from fct_video_month").fetchall() == [(1,)]
    assert {each.name for each in history.list_releases(home)} == {"stamp-2", "stamp-3"}
    assert not list(home.releases.glob(".*"))


def test_what_changed_is_told_by_table_and_month(home: Home) -> None:
    first, second = home.releases / "stamp-1", home.releases / "stamp-2"
    found = compare(first, second)
    assert (found.tables_added, found.tables_removed) == ([], [])
    by_name = {each.table: each for each in found.tables}
    # The stamp is in the key too: each row went, and another one came.
    videos = by_name["fct_video_month"]
    assert (videos.rows.added, videos.rows.removed, videos.rows.changed) == (1, 1, 0)
    assert list(videos.by_month) == ["2023-10"]
    assert by_name["dim_account"].by_month == {}
    told = first_rows(first, second, "fct_video_month")
    assert [(row["what"], row["key"]["video_id"]) for row in told] == [
        ("removed", "1"), ("added", "2"),
    ]  # fmt: skip
    with pytest.raises(UserError, match="Both are the release stamp-1"):
        compare(first, first)
    with pytest.raises(UserError, match="Not both releases have a table 'x'"):
        first_rows(first, second, "x")


def test_a_number_that_is_none_is_told_as_text(home: Home) -> None:
    first, second = home.releases / "stamp-1", home.releases / "stamp-2"
    for folder, value in ((first, "nan"), (second, "infinity")):
        (folder / "warehouse.duckdb").chmod(0o644)
        with closing(duckdb.connect(str(folder / "warehouse.duckdb"))) as connection:
            connection.execute(
                "update fct_video_month set account_id = 'x', video_id = 'x', coding_confidence = "
                f"'nan', duration_seconds = '{value}'"
            )
    [row] = first_rows(first, second, "fct_video_month")
    assert row["what"] == "changed"
    assert row["values"]["duration_seconds"] == ["nan", "inf"]
    assert "coding_confidence" not in row["values"]
    json.dumps(row, allow_nan=False, default=str)


@pytest.mark.parametrize("most_bytes", [10_000, 100_000, 800_000])
def test_a_full_disk_is_told_in_one_sentence(home: Home, most_bytes: int) -> None:
    """The limit meets DuckDB while it opens the file, its log, and the file again."""
    stamp_home(home, 3)
    limited = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from sz_assets.errors import UserError\n"
        "from sz_assets.storage import Home\n"
        "from sz_assets.study import load_study\n"
        "from sz_assets_tests.publish.stamped import publish_stamped\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))\n"
        "try:\n"
        "    publish_stamped(Home(Path(sys.argv[1])), load_study('shenzhen'), 3)\n"
        "except UserError as error:\n"
        "    print(error)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", limited, home.root, str(most_bytes)],
        stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[2],
    ).stdout  # fmt: skip
    assert "could not be written: file too large. What was stored before is unchanged" in told
    assert current_release(home).name == "stamp-2"
    assert not list(home.releases.glob(".*"))


def test_releases_of_other_contracts_compare(home: Home) -> None:
    release(home, 3)
    first, third = home.releases / "stamp-1", home.releases / "stamp-3"
    for folder, statements in {
        first: ["update dim_account set account_id = 'x'", "drop table video_growth"],
        third: [
            "update dim_account set account_id = 'x'",
            "alter table dim_account drop column field",
            "alter table dim_account add column more bigint",
            "create table extra as select 1 as n",
        ],
    }.items():
        (folder / "warehouse.duckdb").chmod(0o644)
        with closing(duckdb.connect(str(folder / "warehouse.duckdb"))) as connection:
            for statement in statements:
                connection.execute(statement)
    found = compare(first, third)
    assert (found.tables_added, found.tables_removed) == (["extra", "video_growth"], [])
    accounts = next(each for each in found.tables if each.table == "dim_account")
    assert (accounts.columns_added, accounts.columns_removed) == (["more"], ["field"])
    assert (accounts.rows.added, accounts.rows.removed, accounts.rows.changed) == (0, 0, 1)
    [row] = first_rows(first, third, "dim_account")
    assert row["what"] == "changed"
    assert row["values"]["name_zh"] == ["1", "3"]
    manifest = json.loads((first / "manifest.json").read_bytes())
    manifest["tables"]["dim_account"]["key"] = ["name_zh"]
    damage(first, json.dumps(manifest))
    changed = next(e for e in compare(first, third).tables if e.table == "dim_account")
    assert changed.note == "Its key changed, so rows can't be matched: 1 rows before, 1 now."
