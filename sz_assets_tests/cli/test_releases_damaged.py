"""`sz-assets releases` where what is published is damaged: one sentence, and a way out of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sz_assets.storage import Home
from sz_assets_tests.publish.test_history import damage, release


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Home(tmp_path_factory.mktemp("two") / "home")
    release(made, 1)
    release(made, 2)
    return made.root


@pytest.fixture
def place(home: Path, two: Path) -> Home:
    """A copy of a home with two releases."""
    shutil.copytree(two, home, symlinks=True)
    return Home(home)


def changed(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest.update(changes)


def of_table(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["tables"]["dim_account"].update(changes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (of_table(rows="x"), "the rows of dim_account are no number"),
        (of_table(rows=None), "the rows of dim_account are no number"),
        (of_table(rows=True), "the rows of dim_account are no number"),
        (of_table(rows=float("nan")), "NaN is no number of JSON"),
        (of_table(key=5), "the key of dim_account is no list of texts"),
        (changed(data_origins=[1]), "data_origins is no list of texts"),
        (changed(files={"x": 1}), "it tells no bytes of x"),
        (changed(files={"x": {"sha256": ""}}), "it tells no bytes of x"),
        (changed(files=[]), "its files are none"),
    ],
)
def test_a_manifest_that_is_wrong_inside_is_said_and_harms_no_other(
    sz: Callable[..., Any], place: Home, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    folder = place.releases / "stamp-1"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    damage(folder, json.dumps(manifest))
    said = sz("releases", "show", "stamp-1")
    assert said.code == 1
    assert said.sentence.startswith(f"The manifest of release stamp-1 can't be read ({words}")
    listed = json.loads(sz("releases", "list", "--json").out)
    assert [(each["release"], each["problem"] is None) for each in listed] == [
        ("stamp-2", True), ("stamp-1", False),
    ]  # fmt: skip


def test_json_is_one_document_where_files_differ(sz: Callable[..., Any], place: Home) -> None:
    (place.releases / "stamp-2" / "more").write_text("x")
    said = sz("releases", "show", "--verify", "--json")
    assert said.code == 1
    assert json.loads(said.out)["problems"] == ["more is not in the manifest."]
    assert said.sentence.startswith("1 file differs from what was published as stamp-2")


def test_a_link_that_leads_to_itself_is_mended_by_going_back(
    sz: Callable[..., Any], place: Home
) -> None:
    place.current.unlink()
    place.current.symlink_to("current")
    said = sz("releases", "list")
    assert said.code == 0
    assert "None is current" in said.out
    for command in ("show", "rollback"):
        said = sz("releases", command)
        assert said.sentence.startswith(f"{place.current} points to current, where no release is")
    assert sz("releases", "rollback", "stamp-2").code == 0
    assert place.current.resolve().name == "stamp-2"


def test_a_link_out_of_the_releases_leads_to_none(
    sz: Callable[..., Any], place: Home, tmp_path: Path
) -> None:
    place.current.unlink()
    (tmp_path / "stamp-2").mkdir()
    place.current.symlink_to(tmp_path / "stamp-2")
    said = sz("releases", "show")
    assert said.sentence.startswith(f"{place.current} points to {tmp_path}/stamp-2, where no")
    assert sz("releases", "rollback", "stamp-2", "--json").code == 0


def test_a_folder_in_the_place_of_the_link_is_to_be_removed(
    sz: Callable[..., Any], place: Home
) -> None:
    place.current.unlink()
    place.current.mkdir()
    for command in (("show",), ("rollback", "stamp-1")):
        said = sz("releases", *command)
        assert said.code == 1
        assert f"{place.current} is no link: remove it" in said.sentence
    assert place.current.is_dir()
    assert not list(place.published.glob(".current.*"))


def test_a_release_without_its_database_is_not_exported(
    sz: Callable[..., Any], place: Home, tmp_path: Path
) -> None:
    (place.releases / "stamp-1" / "warehouse.duckdb").unlink()
    said = sz("releases", "export", "stamp-1", "--format", "csv", "--out", tmp_path / "out")
    assert said.code == 1
    assert said.sentence.startswith("The database of release stamp-1 can't be opened (")
    assert "our mistake" not in said.sentence
    (place.releases / "stamp-1" / "warehouse.duckdb").write_bytes(b"no database" * 1_000)
    said = sz("releases", "export", "stamp-1", "--format", "csv", "--out", tmp_path / "out")
    assert said.sentence.startswith("The database of release stamp-1 can't be opened (")
    assert not (tmp_path / "out").exists()


def test_removing_from_no_home_makes_none(sz: Callable[..., Any], tmp_path: Path) -> None:
    said = sz("releases", "prune", SZ_HOME=tmp_path / "mistyped")
    assert said.code == 0
    assert not (tmp_path / "mistyped").exists()
