"""Reading the published summaries of a study: every complaint names file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from sz_assets.errors import UserError
from sz_assets.study import Study, load_study
from sz_assets_tests.bundled import shenzhen

STUDY = """\
id: small
name: {zh: 小, en: Small}
first_crawl_month: 2024-03
published: published.yaml
accounts:
  - id: one
    platform: douyin
    platform_account_id: AAA
    name: {zh: 一, en: One}
"""
PUBLISHED = """\
variables:
  - id: likes
    name: {zh: 赞, en: likes}
    section: "4"
    n: 10
    mean: {value: 5, step: 1}
    below:
      - {threshold: 3, count: 4, percent: {value: 40.0, step: 0.1}}
  - id: shares
    name: {zh: 享, en: shares}
    section: "4"
    n: 10
tables:
  - id: accounts
    section: "3"
    name: {zh: 表, en: Table}
    lists: accounts
    rows:
      - {label: One, of: one, cells: ["1"]}
  - id: categories
    section: "5"
    name: {zh: 表, en: Table}
    lists: categories
    complete: false
    rows:
      - {label: Visual, of: visual, group: identification}
names:
  - id: first
    names: [{section: "3", name: One}]
    may_be: [one]
orders:
  - id: more_likes
    section: "4"
    statement: {zh: 多, en: More.}
    subject: likes
    relation: more
    than: [shares]
totals:
  - id: sum
    section: "3"
    name: {zh: 和, en: sum}
    printed: {value: 10, step: 1}
    parts:
      - {name: {zh: 份, en: part}, times: 2, minimum: 5, maximum: 5}
quantities:
  - id: size
    name: {zh: 量, en: size}
    printed:
      - {section: "1", printed: {value: 10, step: 1}}
"""


def load(folder: Path, published: str = PUBLISHED) -> Study:
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "published.yaml").write_text(published, encoding="utf-8")
    return load_study(str(folder))


def test_summaries_are_read(tmp_path: Path) -> None:
    published = load(tmp_path).published
    assert published
    assert [v.id for v in published.variables] == ["likes", "shares"]
    assert published.variables[0].below[0].percent
    assert published.variables[0].below[0].percent.value == 40


def test_summaries_are_optional(tmp_path: Path) -> None:
    text = STUDY.replace("published: published.yaml\n", "")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    assert load_study(str(tmp_path)).published is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    with pytest.raises(UserError, match=r"line 4, field published: there is no file .*published"):
        load_study(str(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("id: likes", "id: Likes", "variables[0].id", "is not an id"),
        ("id: shares", "id:  likes", "variables[1].id", "is used twice in variables"),
        ("n: 10\n    mean", "n: 0\n    mean", "variables[0].n", "a whole number >= 1"),
        ("n: 10\n    mean", "mean", "variables[0].n", "this required field is missing"),
        ("mean: {", "means: {", "variables[0].means", "there is no such field"),
        ("step: 1}\n    below", "step: -1}\n    below", "variables[0].mean.step", "correct it"),
        ("{value: 5", "{value: .inf", "variables[0].mean.value", "no finite number"),
        ("{value: 5", "{value: -5", "variables[0].mean.value", "variables of 0 and more"),
        ("threshold: 3", "threshold: .nan", "variables[0].below[0].threshold", "no finite"),
        ("count: 4", "count: -4", "variables[0].below[0].count", "correct it"),
        ("value: 40.0", "value: .nan", "variables[0].below[0].percent.value", "no finite"),
        ("lists: accounts", "lists: videos", "tables[0].lists", "accounts, categories"),
        ("of: one", "of: two", "tables[0].rows[0].of", "none of the accounts with id 'two'"),
        ("of: one", "of: one, may_be: [one]", "tables[0].rows[0].may_be", "remove one"),
        ("of: one", "may_be: [two]", "tables[0].rows[0].may_be[0]", "with id 'two'"),
        ("of: visual", "of: visul", "tables[1].rows[0].of", "none of the categories"),
        (
            "group: identification",
            "group: visual",
            "tables[1].rows[0].group",
            "no primary category",
        ),
        ("may_be: [one]", "may_be: [two]", "names[0].may_be[0]", "no account 'two'"),
        ("subject: likes", "subject: plays", "orders[0].subject", "use one of likes, shares"),
        ("than: [shares]", "than: [plays]", "orders[0].than[0]", "use one of likes, shares"),
        ("than: [shares]", "than: [likes]", "orders[0].than", "compared with itself"),
        ("than: [shares]", "than: []", "orders[0].than", "length >= 1"),
        ("relation: more", "relation: better", "orders[0].relation", "less, more, more_even"),
        ("maximum: 5", "maximum: 4", "totals[0].parts[0].maximum", "at least `minimum`"),
        ("minimum: 5", "minimum: .nan", "totals[0].parts[0].minimum", "no finite"),
        ("id: sum", "id: a-b", "totals[0].id", "is not an id"),
        (
            "printed: {value: 10, step: 1}}",
            "printed: {value: .inf, step: 1}}",
            "quantities[0].printed[0].printed.value",
            "no finite",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, place: str, problem: str
) -> None:
    assert old in PUBLISHED
    with pytest.raises(UserError) as error:
        load(tmp_path, PUBLISHED.replace(old, new, 1))
    message = str(error.value)
    assert f"published.yaml, line {line_of(old, new)}, field {place}: " in message
    assert problem in message


def line_of(old: str, new: str) -> int:
    """The line that the complaint must name: where the changed text stands."""
    changed = PUBLISHED.replace(old, new, 1)
    before = changed.index(new)
    # A removed field is complained about at the item that lacks it.
    missing = old.startswith("n: 10") and new == "mean"
    return 2 if missing else changed[:before].count("\n") + 1


def test_the_bundled_summaries_are_those_of_the_paper() -> None:
    published = shenzhen().published
    assert published
    assert {variable.n for variable in published.variables} == {2580}
    means = {v.id: v.mean.value for v in published.variables if v.mean}
    assert means == {
        "duration_seconds": 56,
        "like_count": 116_000,
        "favorite_count": 989,
        "share_count": 6552,
        "comment_count": 8103,
    }
    extremes = {
        v.id: (v.minimum.value, v.maximum.value)
        for v in published.variables
        if v.minimum and v.maximum
    }
    assert extremes == {
        "duration_seconds": (4, 640),
        "like_count": (122, 73_450_000),
        "favorite_count": (0, 108_000),
        "share_count": (0, 385_000),
        "comment_count": (0, 714_000),
    }
    assert [len(table.rows) for table in published.tables] == [13, 16]


def test_the_bundled_table_1_is_the_one_of_the_accounts() -> None:
    study = shenzhen()
    assert study.published
    table = study.published.tables[0]
    for account in study.accounts:
        rows = [row for row in table.rows if row.of == account.id]
        told = account.published
        assert len(rows) == (told.printed_times if told else 0)
        for row in rows:
            assert told
            assert row.label == told.name
            assert row.cells == (f"{told.followers_in_ten_thousand}", told.videos, told.field)
