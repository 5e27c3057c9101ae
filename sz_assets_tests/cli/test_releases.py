"""`sz-assets releases`: what is printed, as lines and as JSON, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sz_assets.storage import Home
from sz_assets_tests.publish.test_history import release


def test_the_commands_over_two_releases(sz: Callable[..., Any], home: Path) -> None:
    place = Home(home)
    release(place, 1)
    release(place, 2)
    listed = json.loads(sz("releases", "list", "--json").out)
    assert [(each["release"], each["is_current"]) for each in listed] == [
        ("stamp-2", True), ("stamp-1", False),
    ]  # fmt: skip
    assert sz("releases", "list").out.startswith("* stamp-2  2026-11-24 00:02  2023-10 (1 month)")
    assert "All files are as they were published." in sz("releases", "show", "--verify").out
    assert "2023-10: 1 added, 1 removed, 0 changed" in sz("releases", "diff", "stamp-1").out
    told = json.loads(sz("releases", "diff", "stamp-1", "--table", "fct_video_month", "--json").out)
    assert [row["what"] for row in told["rows"]] == ["removed", "added"]
    assert "stamp-1 is current, instead of stamp-2." in sz("releases", "rollback").out
    assert sz("releases", "prune", "--keep", "1").out.endswith("2 kept.\n")
    (place.releases / "stamp-1" / "more").write_text("x")
    said = sz("releases", "show", "--verify")
    assert said.code == 1
    assert said.sentence.startswith("1 file differs from what was published as stamp-1")


@pytest.mark.parametrize("name", ["list", "show", "diff", "rollback", "prune", "export"])
def test_each_command_shows_an_example(sz: Callable[..., Any], name: str) -> None:
    said = sz("releases", name, "--help")
    assert said.code == 0
    assert f"Examples:\n    sz-assets releases {name}" in said.out


def test_nothing_published_is_one_sentence(sz: Callable[..., Any]) -> None:
    for command in (("show",), ("rollback",), ("diff", "x")):
        said = sz("releases", *command)
        assert said.code == 1
        assert said.sentence.startswith("Nothing is published in")
    assert sz("releases", "list").out.startswith("Nothing is published in")
