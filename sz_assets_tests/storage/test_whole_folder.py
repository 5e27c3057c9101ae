"""A folder is there whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sz_assets.disk import whole_folder
from sz_assets.errors import UserError


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "above" / "made"
    left = tmp_path / "above" / ".made.tmp"
    left.mkdir(parents=True)
    (left / "half").write_text("of a writer that was killed")
    with whole_folder(target) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text("all of it")
        assert not target.exists()
    assert [path.name for path in target.rglob("*")] == ["inner", "file"]
    assert list(target.parent.iterdir()) == [target]


def fill(target: Path, error: BaseException | None, setting: str = "set SZ_HOME to") -> None:
    with whole_folder(target, setting) as folder:
        (folder / "half").write_text("half")
        if error:
            raise error


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt()])
def test_nothing_is_left_of_what_failed(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fill(tmp_path / "made", error)
    assert list(tmp_path.iterdir()) == []


def test_what_the_disk_refuses_is_said_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"could not be written: .*; name with --out a folder"):
        fill(tmp_path / "file" / "made", None, "name with --out")
