"""`sz-assets prune`, `erase` and what doctor says of a deployment that nobody watches."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sz_assets.cli import main

HIDDEN = "t0ken-that-nobody-may-see"


@pytest.fixture
def sz(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("SZ_HOME", str(tmp_path / "home"))

    def call(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(main, list(words), env=environment)

    return call


def test_there_is_nothing_to_prune_in_a_new_home(sz) -> None:
    for words in (("prune",), ("prune", "--dry-run")):
        result = sz(*words)
        assert (result.exit_code, result.output) == (0, "Nothing is older than it is to be kept.\n")


def test_an_account_of_the_study_is_not_erased(sz) -> None:
    for words in ((), ("--dry-run",)):
        result = sz("erase", "--account", "shenzhen_swat", *words)
        assert result.exit_code == 1
        assert "shenzhen_swat" in result.output
        assert "Error: " in result.output


def test_an_account_of_which_nothing_is_stored_is_not_erased(sz) -> None:
    result = sz("erase", "--account", "never_heard_of")
    assert result.exit_code == 1
    assert "never_heard_of" in result.output


def test_doctor_tells_how_many_channels_there_are_and_no_address(sz) -> None:
    result = sz("doctor", SZ_NOTIFY_URLS=f"json://127.0.0.1/{HIDDEN}", SZ_SCHEDULE="on")
    assert "crawls at '0 3 28 * *' by itself (SZ_SCHEDULE), and tells channel 1 (json)" in (
        result.output
    )
    assert HIDDEN not in result.output
    assert "tells the log alone" in sz("doctor").output


def test_doctor_names_a_channel_that_is_none_by_its_number(sz) -> None:
    result = sz("doctor", SZ_NOTIFY_URLS=f"nochat://{HIDDEN}")
    assert result.exit_code == 1
    assert "!!  schedule: Address 1 of SZ_NOTIFY_URLS is none" in result.output
    assert HIDDEN not in result.output
