"""The file of indexes: the bundled one is right, and mistakes name file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from sz_assets.core.indexes.catalogue import load_indexes, published_indexes
from sz_assets.core.indexes.expression import Formula
from sz_assets.errors import UserError

RIGHT = """\
indexes:
  - id: one
    name: {zh: 一, en: One}
    version: "1"
    formula: a * ln(like_sum + 1) + b * posts
    weights:
      - {a: 0.4, b: 0.6}
    unit: points
    status: verified
    source: https://example.org
"""


def test_the_bundled_indexes_are_verified_or_say_that_they_are_not() -> None:
    by_id = {index.id: index for index in published_indexes()}
    assert {"vci", "wci_14_2", "wci_2_0", "h_likes"} <= {
        i for i, index in by_id.items() if index.status == "verified"
    }
    for index in by_id.values():
        if index.status == "verified":
            assert index.source is not None
            assert index.source.startswith("http")
        if index.formula is None:
            assert index.status == "unverified"
        else:
            assert Formula(index.formula).names


def test_the_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "indexes.yaml"
    path.write_text(RIGHT, encoding="utf-8")
    assert load_indexes(path)[0].all_weights == {"a": 0.4, "b": 0.6}


WRONG = [
    ("ln(like_sum + 1)", "__import__('os').system('id')", 5, "formula", "is not allowed"),
    ("ln(like_sum + 1)", "lnn(like_sum + 1)", 5, "formula", "is not allowed"),
    ("like_sum", "likes", 5, "formula", "likes is neither an input nor a weight"),
    ("b * posts", "posts", 5, "formula", "the weight b is not used"),
    ("b * posts", "b * posts **", 5, "formula", "is not a formula"),
    ("b: 0.6", "b: 0.5", 7, "weights[0]", "sum to 0.9"),
    ("a: 0.4, b: 0.6", "a: 1.6, b: -0.6", 7, "weights[0]", "positive"),
    ("a: 0.4", "posts: 0.4", 7, "weights[0]", "posts is a name already"),
    ("    source: https://example.org\n", "", 9, "status", "give both"),
    ("id: one", "id: No. 1", 2, "id", "is no id"),
    ("verified", "certain", 9, "status", "none of the words allowed here"),
    ("unit: points", "units: points", 8, "units", "there is no such field"),
]


@pytest.mark.parametrize(("old", "new", "line", "field", "problem"), WRONG)
def test_a_wrong_file_names_the_line_and_the_field(
    tmp_path: Path, old: str, new: str, line: int, field: str, problem: str
) -> None:
    assert RIGHT.count(old) == 1
    path = tmp_path / "indexes.yaml"
    path.write_text(RIGHT.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_indexes(path)
    assert f"{path}, line {line}, field indexes[0].{field}: " in str(caught.value)
    assert problem in str(caught.value)


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "indexes.yaml"
    path.write_text(RIGHT + RIGHT.removeprefix("indexes:\n"), encoding="utf-8")
    with pytest.raises(UserError, match=r"line 11, field indexes\[1\]\.id"):
        load_indexes(path)
