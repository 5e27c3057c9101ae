"""Text files that go on from an earlier release's are those that are written anew."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_taken_over import NEXT, add_a_month, change_the_first_month, two_months, written

from sz_assets.publish.about import About
from sz_assets.publish.formats import csv, write_formats
from sz_assets.publish.formats.continued import Continued
from sz_assets.publish.manifest import hashes
from sz_assets.publish.taken_over import TakenOver
from sz_assets.storage import Home
from sz_assets.study import load_study

__all__ = ["two_months"]
ABOUT = About(load_study("shenzhen"), "run", datetime(2024, 1, 1, tzinfo=UTC), (), ("simulated",))


@pytest.fixture
def home(two_months: Path, tmp_path: Path) -> Home:
    """A home of two months from which nothing was published."""
    return Home(shutil.copytree(two_months, tmp_path / "home"))


def continued(first: Path, second: Path, start: TakenOver) -> Continued:
    since = {name: start.changed[name] for name in start.longer}
    return Continued(first, hashes(first), since, second)


@pytest.mark.parametrize("happens", [add_a_month, change_the_first_month])
def test_files_that_go_on_equal_those_written_anew(
    home: Home, tmp_path: Path, happens: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _, _ = written(home, "first")
    write_formats(first, first.parent, ["csv"], ABOUT)
    happens(home)  # type: ignore[operator]
    second, start, _ = written(home, "second")
    assert start is not None
    taken = continued(first.parent, second.parent, start)
    wholly: list[str] = []
    write = csv._write

    def noted(source: object, table: object, path: Path, since: str = "") -> None:
        if not since:
            wholly.append(path.stem)
        write(source, table, path, since)  # type: ignore[arg-type]

    monkeypatch.setattr(csv, "_write", noted)
    write_formats(second, second.parent, ["csv"], ABOUT, continued=taken)
    assert ("fct_video_month" in wholly) == (happens is change_the_first_month)
    assert "dim_account" not in wholly
    made = hashes(second.parent)
    write_formats(second, tmp_path / "anew", ["csv"], ABOUT)
    anew = hashes(tmp_path / "anew")
    assert {name: made[name] for name in anew} == anew
    assert taken.hashed == {name: made[name] for name in taken.hashed}
    assert len(taken.hashed) > 5


def test_a_file_that_is_no_longer_as_it_was_published_is_not_gone_on_with(
    home: Home, tmp_path: Path
) -> None:
    first, _, _ = written(home, "first")
    write_formats(first, first.parent, ["csv"], ABOUT)
    add_a_month(home)
    second, start, _ = written(home, "second")
    assert start is not None
    assert start.changed["fct_video_month"] == f"{NEXT}"
    taken = continued(first.parent, second.parent, start)
    with (first.parent / "data/csv/fct_video_month.csv").open("ab") as file:
        file.write(b"x")
    write_formats(second, second.parent, ["csv"], ABOUT, continued=taken)
    name = "data/csv/fct_video_month.csv"
    assert name not in taken.hashed
    write_formats(second, tmp_path / "anew", ["csv"], ABOUT)
    assert (second.parent / name).read_bytes() == (tmp_path / "anew" / name).read_bytes()
