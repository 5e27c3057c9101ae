"""A folder is there whole, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_two_writers_of_one_folder_do_not_mix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that ends first has it, and the other is told."""
    target = tmp_path / "made"

    def write_both() -> None:
        with whole_folder(target, "give --out") as one:
            (one / "a").write_text("a")
            with monkeypatch.context() as elsewhere:
                elsewhere.setattr(os, "getpid", os.getppid)
                with whole_folder(target) as other:
                    assert other != one
                    (other / "b").write_text("b")
            assert (one / "a").is_file()

    with pytest.raises(UserError, match=r"a folder with files is there already\..* give --out a"):
        write_both()
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "b"]


def test_only_what_a_writer_that_is_no_more_left_is_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = {
        f".made [1].{ended.pid}.tmp": False,
        ".made [1].99999999999999999999.tmp": False,
        f".made [1].{os.getppid()}.tmp": True,
        f".other.{ended.pid}.tmp": True,
    }
    for name in names:
        (tmp_path / name).mkdir()
    fill(tmp_path / "made [1]", None)
    assert {name for name in names if (tmp_path / name).exists()} == {
        name for name, stays in names.items() if stays
    }
