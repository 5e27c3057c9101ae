"""What a section says, how it is kept and printed, and the page that is written of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import count_of, measure, text_of
from benchmarks.figures import Found, Table, Target, keep, kept, shown
from benchmarks.page import page
from benchmarks.sections import SECTIONS
from sz_assets.errors import UserError

FOUND = Found(
    tables=(Table("Wheels", ("wheel", "s", "ratio to a disc"), (("round", 0.5, 1.0),)),),
    targets=(Target("a wheel", 0.5, 1.0, "s"), Target("a cart", 0.5, 1.0, sense="at least")),
    remarks=("Measured once.",),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), ("a", "a"), (1234567.8, "1,234,568"), (12.34, "12.3"), (3.0, "3"),
     (0.1234, "0.12"), (0.01234, "0.012")],
)  # fmt: skip
def test_figures_show_what_is_significant(value: float | str | None, text: str) -> None:
    assert shown(value) == text


def test_targets_are_met_at_their_limit_and_in_their_sense() -> None:
    assert Target("", 1.0, 1.0).is_met
    assert not Target("", 1.1, 1.0).is_met
    assert Target("", 1.0, 1.0, sense="at least").is_met
    assert not Target("", 0.9, 1.0, sense="at least").is_met


def test_what_was_found_is_kept_and_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not measure("startup", lambda repeats: FOUND, 2, tmp_path)
    result = kept("startup", tmp_path)
    assert result is not None
    assert (result.found, result.failure, result.repeats) == (FOUND, None, 2)
    assert "cores" in result.machine
    assert "SHA-256" in result.yardstick
    printed = capsys.readouterr().out
    assert "round  0.50" in printed
    assert "a wheel: 0.50 s, at most 1: met" in printed
    assert "a cart: 0.50 , at least 1: missed" in printed


def test_a_section_that_could_not_be_run_says_why(tmp_path: Path) -> None:
    def refused(repeats: int) -> Found:
        raise UserError("The disk is too small.")

    assert measure("scale", refused, 1, tmp_path)
    result = kept("scale", tmp_path)
    assert result is not None
    text = page({"scale": result}, "")
    assert "Could not be run: The disk is too small." in text
    assert text.count("Not measured yet.") == len(SECTIONS) - 1


def test_the_page_shows_figures_targets_and_notes(tmp_path: Path) -> None:
    measure("startup", lambda repeats: FOUND, 2, tmp_path)
    text = page({"startup": kept("startup", tmp_path)}, "## Notes\n\nOf people.\n")
    assert "| wheel | s | ratio to a disc |\n| --- | ---: | ---: |\n| round | 0.50 | 1 |" in text
    assert "| a wheel | at most 1 s | 0.50 s | met |" in text
    assert "| a cart | at least 1 | 0.50 | **missed** |" in text
    assert "Measured once." in text
    assert text.endswith("Of people.\n")
    assert all(f"## {section.title}" in text for section in SECTIONS)


def test_a_new_result_replaces_the_old_one(tmp_path: Path) -> None:
    measure("startup", lambda repeats: FOUND, 2, tmp_path)
    first = kept("startup", tmp_path)
    assert first is not None
    assert kept("month", tmp_path) is None
    measure("startup", lambda repeats: Found(remarks=("Anew.",)), 1, tmp_path)
    second = kept("startup", tmp_path)
    assert second is not None
    assert second.found == Found(remarks=("Anew.",))
    assert keep(second, tmp_path).name == "startup.json"


def test_every_section_can_be_run() -> None:
    extras = [section.name for section in SECTIONS if section.measure is None]
    assert extras == ["scale"]
    assert all(callable(section.load()) for section in SECTIONS if section.measure)


def test_printed_columns_are_as_wide_as_their_widest_cell() -> None:
    table = Table("Title", ("a", "number"), (("longer", 1.5), ("b", None)))
    assert text_of(table) == "Title\na       number\nlonger    1.50\nb            –"


def test_a_count_is_written_out_or_as_a_power() -> None:
    assert count_of("10^8") == count_of("100000000") == 100_000_000
    for wrong in ("many", "10^x", "0"):
        with pytest.raises(ValueError, match=r"."):
            count_of(wrong)
