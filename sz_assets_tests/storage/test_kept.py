"""Records of what was made of which inputs: when they hold, and everything that ends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from sz_assets import kept
from sz_assets.kept import Kept, digest_of
from sz_assets.study import load_study


@dataclass(frozen=True)
class Pair:
    left: object
    right: object


class Named(msgspec.Struct, frozen=True):
    name: str
    value: object


def _frame(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame(columns)


WORDS = {"word": ["a", None, ""], "words": [["a", None], [], None], "number": [1.5, None, 0.0]}

DIFFERENT = [
    (None, ""),
    (1, 1.0),
    (1, True),
    ("1", 1),
    (b"a", "a"),
    (["ab", "c"], ["a", "bc"]),
    ([["a"], "b"], [["a", "b"]]),
    ({"a": 1}, {"a": 2}),
    ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
    (date(2023, 1, 1), datetime(2023, 1, 1, tzinfo=UTC)),
    (Pair(1, 2), Pair(2, 1)),
    (Named("a", 1), Named("a", None)),
    (frozenset({"a"}), frozenset({"b"})),
    (_frame(a=[1, 2]), _frame(a=[2, 1])),
    (_frame(a=[1]), _frame(b=[1])),
    (_frame(a=[1]), _frame(a=[1.0])),
    (_frame(a=[None]), _frame(a=[None, None])),
    (_frame(a=["a", ""]), _frame(a=["a", None])),
    (_frame(a=[0.0]), _frame(a=[None])),
    (_frame(a=[["a"], ["b"]]), _frame(a=[["a", "b"], []])),
    (_frame(a=[[], None]), _frame(a=[None, []])),
    (_frame(a=[["a", None]]), _frame(a=[["a", ""]])),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=map(str, range(len(DIFFERENT))))
def test_what_differs_has_another_digest(one: object, other: object) -> None:
    assert digest_of(one) != digest_of(other)


def test_what_is_the_same_has_the_same_digest() -> None:
    frame = _frame(**WORDS)
    assert digest_of(frame) == digest_of(pl.concat([frame.head(1), frame.tail(2)]))
    assert digest_of(frame) == digest_of(frame.rechunk())
    assert digest_of({"a": 1, "b": frame}) == digest_of({"b": frame, "a": 1})
    assert digest_of(load_study("shenzhen")) == digest_of(load_study("shenzhen"))


def test_what_has_no_content_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no content"):
        digest_of(object())


RUN = "run-1"


@pytest.fixture(name="made")
def made_file(tmp_path: Path) -> Path:
    path = tmp_path / "artifacts" / "figure.svg"
    path.parent.mkdir()
    path.write_text("<svg/>")
    return path


def test_what_is_unchanged_is_found_with_its_run_and_value(tmp_path: Path, made: Path) -> None:
    records = Kept(tmp_path / "kept")
    assert records.found("charts/figure/2023-10", digest_of(1)) is None
    records.remember("charts/figure/2023-10", digest_of(1), [made], RUN, {"marks": 5})
    found = Kept(tmp_path / "kept").found("charts/figure/2023-10", digest_of(1))
    assert found is not None
    assert (found.run_id, found.value) == (RUN, {"marks": 5})
    assert records.found("charts/figure/2023-11", digest_of(1)) is None


def test_a_moved_home_keeps_its_records(tmp_path: Path, made: Path) -> None:
    Kept(tmp_path / "kept").remember("a", digest_of(1), [made], RUN)
    home = tmp_path.parent / f"{tmp_path.name}-moved"
    tmp_path.rename(home)
    assert Kept(home / "kept").found("a", digest_of(1)) is not None


def _change_inputs(folder: Path, made: Path) -> object:
    return 2


def _change_file(folder: Path, made: Path) -> object:
    made.write_text("<svg></svg>")
    return 1


def _remove_file(folder: Path, made: Path) -> object:
    made.unlink()
    return 1


def _cut_record(folder: Path, made: Path) -> object:
    record = folder / "a.json"
    record.write_bytes(record.read_bytes()[:-9])
    return 1


def _turn_value(folder: Path, made: Path) -> object:
    record = folder / "a.json"
    record.write_text(record.read_text().replace("true", "false"))
    return 1


def _empty_record(folder: Path, made: Path) -> object:
    (folder / "a.json").write_text("[]")
    return 1


@pytest.mark.parametrize(
    "damage", [_change_inputs, _change_file, _remove_file, _cut_record, _turn_value, _empty_record]
)
def test_what_changed_is_not_found(
    tmp_path: Path, made: Path, damage: Callable[[Path, Path], object]
) -> None:
    records = Kept(tmp_path / "kept")
    records.remember("a", digest_of(1), [made], RUN, {"holds": True})
    assert records.found("a", digest_of(1)) is not None
    assert records.found("a", digest_of(damage(tmp_path / "kept", made))) is None


def test_other_code_finds_nothing(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Kept(tmp_path / "kept")
    records.remember("a", digest_of(1), [made], RUN)
    monkeypatch.setattr(kept, "code_digest", lambda: "of other code")
    assert records.found("a", digest_of(1)) is None


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="can't be the name"):
        Kept(tmp_path / "kept").remember("../a", digest_of(1), [], RUN)
