"""Homes that several tests read: made by the first who asks, and a copy for each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from sz_assets_tests import made_once as module

Ask = Callable[[], tuple[Path, Any]]


@pytest.fixture
def made() -> list[Path]:
    """Where a home was made, in turn."""
    return []


@pytest.fixture
def ask(
    made: list[Path],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Ask:
    monkeypatch.setattr(module, "_SHARED", str(tmp_path / "shared"))

    def make(root: Path) -> str:
        made.append(root)
        root.mkdir(parents=True)
        (root / "first").write_text("whole")
        if len(made) == 1 and (tmp_path / "fails").exists():
            raise OSError("no room")
        (root / "second").write_text("whole")
        return "made"

    return lambda: module.made_once(tmp_path_factory, "example", make)


def test_it_is_made_once_for_all_who_ask_at_once(ask: Ask, made: list[Path]) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: ask(), range(4)))
    assert len(made) == 1
    assert {answer for _, answer in found} == {"made"}
    assert len({root for root, _ in found} | set(made)) == 5


def test_what_one_changes_the_others_do_not_see(ask: Ask) -> None:
    one, _ = ask()
    (one / "first").write_text("changed")
    other, _ = ask()
    assert (other / "first").read_text() == "whole"


def test_what_failed_is_made_again(ask: Ask, made: list[Path], tmp_path: Path) -> None:
    (tmp_path / "fails").touch()
    with pytest.raises(OSError, match="no room"):
        ask()
    root, _ = ask()
    assert len(made) == 2
    assert sorted(path.name for path in root.iterdir()) == ["first", "second"]


def test_a_home_of_other_code_is_not_taken(
    ask: Ask, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    monkeypatch.setattr("sz_assets.kept.code_digest", lambda: "another")
    ask()
    assert len(made) == 2


@dataclass
class Item:
    """What the order looks at."""

    path: Path
    fixturenames: tuple[str, ...] = ()


def test_makers_come_first_and_who_needs_them_when_much_else_is_done() -> None:
    sizes = {"a": 1, "b": 5, "c": 4, "d": 3, "e": 2}
    plain = [Item(Path(name)) for name, size in sizes.items() for _ in range(size)]
    # Its second test needs the home, so it would wait; the other one begins with it.
    late = [Item(Path("late")), *(Item(Path("late"), ("home",)) for _ in range(8))]
    maker = [Item(Path("maker"), ("home", "other")) for _ in range(2)]
    given = cast("list[pytest.Item]", [*plain, *late, *maker])
    found = module.in_order(given, ("home", "absent"))
    assert [path.name for path in dict.fromkeys(item.path for item in found)] == [
        "maker", "b", "late", "c", "d", "e", "a",
    ]  # fmt: skip
    assert len(found) == len(given)
