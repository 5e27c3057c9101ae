"""What `sz-assets coding` says when it refuses: JSON where asked for, and nothing for terminals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result


@pytest.fixture
def said(home: Path, without_settings: None) -> Callable[..., Result]:
    def command(*arguments: str) -> Result:
        from sz_assets.cli import main

        # With colour: else Click takes away the orders that a terminal would be sent.
        return CliRunner().invoke(
            main, ["coding", *arguments], color=True, env={"SZ_HOME": str(home)}
        )

    return command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "no-such.xlsx"], "There is no file no-such.xlsx"),
        (["import"], "Missing argument"),
        (["import", "a.csv", "--format", "pdf"], "'pdf' is not one of"),
        (["export", "--size", "0"], "not in the range"),
        (["export"], "Give either --month"),
        (["export", "--sample", "x", "--coder", "anna"], "leave out --coder"),
        (["status", "--sample"], "No such option"),
        (["reliability", "no-such.csv"], "There is no file no-such.csv"),
        (["codebook", "--changes-from", "../x"], "no codebook of version ../x"),
        (["adjudicate", "--coder", "anna"], "Name the sample"),
    ],
)
def test_an_error_is_json_too_and_a_sentence(
    said: Callable[..., Result], arguments: list[str], words: str
) -> None:
    found = said(*arguments, "--json")
    assert found.exit_code == 1
    assert words in json.loads(found.stdout)["error"]
    assert words in found.stderr
    assert said(*arguments).stdout == ""


def test_no_text_of_a_file_reaches_the_terminal_as_an_order(
    said: Callable[..., Result], tmp_path: Path
) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text("task_id,category,coder_id,x\x1b[31m\nnobody:1,\x1b]0;red\x07,anna,\n")
    for arguments in (["import", str(sheet)], ["import", "\x1b[31m.csv"], ["import", "a\u202eb"]):
        found = said(*arguments, "--format", "csv")
        assert found.exit_code == 1
        assert not {"\x1b", "\x07", "\u202e"} & set(found.stdout + found.stderr)
