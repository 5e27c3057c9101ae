"""What an import says of codes that replace others, of the future, and of what nobody disputes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sz_assets.coding.store import newest
from sz_assets.errors import UserError

NOW = datetime(2023, 11, 2, 8, 0)


def _row(task: str, category: str, at: datetime | None = None) -> dict[str, str]:
    said = {"task_id": task, "category": category, "coder_id": "anna"}
    return said | ({"coded_at": f"{at:%Y-%m-%d %H:%M}"} if at else {})


def test_what_is_imported_last_counts_whenever_it_was_coded(coding: Any) -> None:
    first, second, third = coding.tasks_of("anna")[:3]
    coding.take(coding.sheet("a.csv", [_row(first, "natural", NOW), _row(second, "natural", NOW)]))
    earlier = NOW - timedelta(days=9)
    rows = [_row(first, "economic", earlier), _row(second, "natural"), _row(third, "none")]
    result = coding.take(coding.sheet("b.csv", rows))
    assert (result.imported, result.unchanged, result.replaced) == (2, 1, 1)
    assert result.to_json()["replaced"] == 1
    codes = newest(coding.store.codes())
    account, _, video = first.partition(":")
    (counts,) = codes.filter(account_id=account, video_id=video)["secondary_categories"].to_list()
    assert counts == ["economic"]


def test_a_time_that_is_still_to_come_is_a_problem(coding: Any) -> None:
    first, second = coding.tasks_of("anna")[:2]
    late, soon = NOW + timedelta(days=1, minutes=1), NOW + timedelta(days=1)
    sheet = coding.sheet("a.csv", [_row(first, "natural", late), _row(second, "natural", soon)])
    result = coding.take(sheet, on_problem="keep_good")
    assert (result.imported, result.refused) == (1, 1)
    (line,) = result.problem_lines()
    assert line == (
        "a.csv, line 2: it was coded at 2023-11-03 08:01 UTC, which is still to come: correct the "
        "time, or leave it empty."
    )


def test_decisions_that_nobody_asked_for_are_told(coding: Any) -> None:
    disputed, agreed, alone = coding.tasks_of("anna", reliability=True)[:3]
    coding.coded("anna", {disputed: "natural", agreed: "natural"}, "a.csv")
    coding.coded("博文", {disputed: "economic", agreed: "natural"}, "b.csv")
    both = coding.sheet("c.csv", [_row(disputed, "natural")])
    assert coding.take(both, round="adjudicated").notes == ()
    sheet = coding.sheet("d.csv", [_row(agreed, "none"), _row(alone, "natural")])
    result = coding.take(sheet, round="adjudicated")
    assert result.imported == 2
    (note,) = result.notes
    assert note.startswith("2 decisions are on tasks about which the coders do not differ")


def test_remedies_name_their_options(coding: Any) -> None:
    task = coding.tasks_of("anna")[0]
    row = {"task_id": task, "category": "natural", "coder_id": "eva"}
    result = coding.take(coding.sheet("a.csv", [row]))
    assert result.problem_lines()[0].endswith(
        "correct the name, say who that is with --coder eva=anna, or take the codes all the same "
        "with --new-coders."
    )
    assert coding.take(coding.sheet("a.csv", [row]), coder_id="eva=anna").imported == 1
    assert "with --keep-good." in result.notes[-1]
    unnamed = coding.folder / "b.csv"
    unnamed.write_text("task_id,category\n")
    with pytest.raises(UserError, match="say who with --coder NAME"):
        coding.take(unnamed)
