"""The check of a written dictionary sees what is missing from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sz_assets.publish.dictionary import write_dictionary
from sz_assets.publish.dictionary_inspection import inspect_dictionary
from sz_assets_tests.bundled import shenzhen


@pytest.fixture
def page(tmp_path: Path) -> str:
    write_dictionary(tmp_path, shenzhen(), ["simulated"])
    return (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_whole_page_passes(page: str) -> None:
    assert inspect_dictionary(page, ["simulated"]) is None


@pytest.mark.parametrize(
    ("said", "instead", "problem"),
    [
        ("</html>", "", "cut short"),
        ('id="dim_account"', "", "does not explain dim_account."),
        ('id="fct_video_month.title"', "", "does not explain fct_video_month.title."),
        ("<main", '<img src="https://example.test/a.png"><main', "refers to something outside"),
        ("say nothing about any real account", "", "does not say: The data of this release"),
    ],
)
def test_a_damaged_page_does_not(page: str, said: str, instead: str, problem: str) -> None:
    assert said in page
    assert problem in str(inspect_dictionary(page.replace(said, instead), ["simulated"]))
