"""Real items, imported and run: nothing is lost, and the sums are those of the files."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from sz_assets.contracts.core import (
    CRAWL_COVERAGE,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    VIDEOS,
)
from sz_assets.storage import Home, Lake

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
STUDY = Path(__file__).parents[1] / "data" / "seven_creators"
MONTH = date(2024, 3, 1)


@pytest.fixture(scope="module")
def posts(real_data: Path) -> list[Path]:
    return sorted((real_data / "douyin" / "posts").glob("*.json"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, real_data: Path, posts: list[Path]):
    """The home after the import and the run, with what the two commands said."""
    from sz_assets.cli import main

    root = tmp_path_factory.mktemp("creators") / "home"
    environment = {"SZ_HOME": str(root), "SZ_STUDY": str(STUDY), "SZ_SOURCE": "simulated"}

    def command(*arguments: object):
        return CliRunner().invoke(main, list(map(str, arguments)), env=environment)

    profiles = real_data / "douyin" / "profiles.json"
    imported = command("import", "--month", "2024-03", "--format", "douyin", *posts, profiles)
    assert imported.exit_code == 0, imported.output
    ran = command("run", "--month", "2024-03")
    assert ran.exit_code == 0, ran.output
    verified = command("verify")
    assert verified.exit_code == 0, verified.output
    return Home(root), imported, ran, verified


@pytest.fixture(scope="module")
def of_the_files(posts: list[Path]) -> dict[str, tuple[int, int]]:
    """Videos and likes by account id, from the files and the study's text alone."""
    accounts: dict[str, str] = {}
    for line in (STUDY / "study.yaml").read_text(encoding="utf-8").splitlines():
        name, _, value = line.strip().removeprefix("- ").partition(": ")
        if name == "id":
            account = value
        elif name == "platform_uid":
            accounts[value.strip('"')] = account
    found = {}
    for path in posts:
        items = json.loads(path.read_bytes())
        [(author, _)] = Counter(item["author_user_id"] for item in items).most_common(1)
        likes = sum(item["statistics"]["digg_count"] for item in items)
        found[accounts[str(author)]] = len(items), likes
    return found


def test_449_items_are_videos_duplicates_and_rejected(run, posts: list[Path]) -> None:
    home, _, _, verified = run
    assert sum(len(json.loads(path.read_bytes())) for path in posts) == 449
    lake = Lake(home.lake)
    tables = (VIDEOS, DUPLICATE_ITEMS, REJECTED_ITEMS)
    assert sum(lake.read(table, MONTH).height for table in tables) == 449
    coverage = lake.read(CRAWL_COVERAGE, MONTH)
    assert coverage["item_count"].sum() == 449
    parts = sum(coverage[f"{part}_count"] for part in ("video", "duplicate", "rejected"))
    assert parts.to_list() == coverage["item_count"].to_list()
    assert verified.stdout == (
        "2024-03: 14 answers have their hashes, 449 items are accounted for: ok.\n"
    )


def test_counts_and_likes_of_each_account_are_those_of_the_files(run, of_the_files) -> None:
    home, *_ = run
    path = str(home.current / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as connection:
        rows = connection.execute(
            "select account_id, count(*), sum(like_count)::bigint from fct_video_month group by all"
        ).fetchall()
    assert {account: (count, likes) for account, count, likes in rows} == of_the_files
    assert len(of_the_files) == 7


def test_real_data_are_not_called_simulated(run) -> None:
    home, imported, ran, _ = run
    said = imported.stdout + imported.stderr + ran.stdout + ran.stderr
    assert "simulated" not in said
    assert "Warning: core/crawl_coverage of 2024-03, check complete: 7 of 7 lists" in ran.stderr
    manifest = json.loads((home.current / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["simulated"], manifest["data_origins"]) == (False, ["import:douyin"])
    # The study speaks of no paper, so there is nothing to compare with.
    assert manifest["tables"]["paper_comparison"]["rows"] == 0
