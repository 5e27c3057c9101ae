"""Reliability of files: each layout, the levels, and the shape of the result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import krippendorff
import pytest

from sz_assets.coding.reliability_files import read_reliability_file, reliability_of_file
from sz_assets.coding.reliability_text import lines


def result_of(path: Path, **options: Any) -> dict[str, Any]:
    """The result as a program reads it: through JSON, which has no NaN."""
    result = reliability_of_file(path, **{"resamples": 0, **options})
    return json.loads(json.dumps(result, allow_nan=False))


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "codes.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def only(result: dict[str, Any]) -> dict[str, Any]:
    [variable] = result["variables"]
    return variable


WIDE = "unit,anna,ben\n1,a,a\n2,b,a\n3,b,b\n4,a,\n"
LONG = "item,rater,topic,tone\n" + "".join(
    f"{unit},{coder},{topic},{tone}\n"
    for unit, coder, topic, tone in [
        (1, "anna", "a", -1), (1, "ben", "a", 1), (2, "anna", "b", 0), (2, "ben", "a", 0),
        (3, "anna", "b", 1), (3, "ben", "b", 1), (4, "anna", "a", "NA"), (4, "ben", "", 1),
    ]
)  # fmt: skip


def test_the_same_codes_in_columns_and_rows_are_the_same(tmp_path: Path) -> None:
    wide = result_of(written(tmp_path, WIDE))
    long = result_of(written(tmp_path, LONG))
    assert (wide["layout"], long["layout"]) == ("coders_in_columns", "long")
    assert "rater" in long["layout_reason"]
    topic, tone = long["variables"]
    assert (topic["name"], tone["name"]) == ("topic", "tone")
    for name in ("krippendorff_alpha", "cohen_kappa", "by_category", "complete_pair_count"):
        assert topic[name] == only(wide)[name]
    assert topic["missing_tokens"] == {"": 1}
    assert tone["missing_tokens"] == {"NA": 1}


def test_the_result_has_the_shape_that_readers_rely_on(tmp_path: Path) -> None:
    found = only(result_of(written(tmp_path, WIDE)))
    assert {"name", "layout", "unit_count", "coder_count", "code_count", "verdict"} <= found.keys()
    assert list(found["krippendorff_alpha"]) == ["nominal", "ordinal", "interval", "ratio"]
    parts = [*found["krippendorff_alpha"].values(), found["cohen_kappa"], found["fleiss_kappa"]]
    parts += [found["gwet_ac1"], found["percent_agreement"]]
    assert all(list(one) == ["value", "ci_lower", "ci_upper", "note"] for one in parts)
    assert [one["category"] for one in found["by_category"]] == ["a", "b"]
    [pair] = found["by_coder_pair"]
    assert (pair["coders"], pair["complete_pair_count"]) == (["anna", "ben"], 3)
    assert pair["cohen_kappa"]["value"] == found["cohen_kappa"]["value"]


def test_text_is_nominal_until_its_order_is_stated(tmp_path: Path) -> None:
    text = "id,rater1,rater2\n1,low,low\n2,high,middle\n3,middle,low\n4,high,high\n"
    path = written(tmp_path, text)
    alpha = only(result_of(path))["krippendorff_alpha"]
    assert alpha["ordinal"]["value"] is None
    assert "order" in alpha["ordinal"]["note"]
    found = only(result_of(path, order=["low", "middle", "high"]))
    codes = [[0, 2, 1, 2], [0, 1, 0, 2]]
    expected = krippendorff.alpha(codes, level_of_measurement="ordinal", value_domain=[0, 1, 2])
    assert found["krippendorff_alpha"]["ordinal"]["value"] == pytest.approx(expected)
    assert found["krippendorff_alpha"]["interval"]["value"] is None
    assert found["verdict_level"] == "ordinal"


def test_numbers_written_differently_are_one_value(tmp_path: Path) -> None:
    path = written(tmp_path, "id,rater1,rater2\n1,1,1.0\n2,2.0,2\n3,10,9\n")
    found = only(result_of(path))
    assert found["values"] == [1, 2, 9, 10]
    assert found["percent_agreement"]["value"] == pytest.approx(2 / 3)
    assert found["highest_level"] == "ratio"


def test_negative_numbers_have_no_ratio(tmp_path: Path) -> None:
    found = only(result_of(written(tmp_path, LONG), values=["tone"]))
    assert found["krippendorff_alpha"]["ratio"]["value"] is None
    assert "negative" in found["krippendorff_alpha"]["ratio"]["note"]
    assert found["krippendorff_alpha"]["interval"]["value"] is not None


def test_a_stated_level_leaves_out_those_above_and_is_judged(tmp_path: Path) -> None:
    path = written(tmp_path, "id,rater1,rater2\n1,1,1\n2,2,3\n3,3,3\n4,5,5\n5,1,2\n")
    found = only(result_of(path, level="ordinal"))
    assert found["krippendorff_alpha"]["interval"]["value"] is None
    assert found["verdict_level"] == "ordinal"
    assert found["verdict"] == "reliable"
    free = only(result_of(path))
    assert (free["verdict_level"], free["verdict"]) == ("nominal", "insufficient")
    assert only(result_of(path, tentative=0.2, reliable=0.9))["verdict"] == "tentative"


def test_a_variable_without_codes_is_none_beside_the_others(tmp_path: Path) -> None:
    text = "unit,coder,topic,empty\n1,x,a,\n1,y,a,NA\n2,x,b,.\n2,y,a,\n"
    topic, empty = result_of(written(tmp_path, text))["variables"]
    assert topic["krippendorff_alpha"]["nominal"]["value"] is not None
    assert empty["krippendorff_alpha"]["nominal"]["value"] is None
    assert empty["verdict"] == empty["verdict_of_lower_end"] == "undefined"
    assert empty["missing_tokens"] == {"": 2, "NA": 1, ".": 1}


def test_none_is_a_code_and_not_missing(tmp_path: Path) -> None:
    found = only(result_of(written(tmp_path, "id,rater1,rater2\n1,none,none\n2,a,none\n")))
    assert found["values"] == ["a", "none"]


def test_stated_columns_win_over_names(tmp_path: Path) -> None:
    text = "text,who,note,topic\np,x,n1,a\np,y,n2,a\nq,x,n3,b\nq,y,n4,a\n"
    path = written(tmp_path, text)
    result = result_of(path, unit="text", coder="who", values=["topic"])
    assert result["layout"] == "long"
    assert result["columns"] == {"unit": "text", "coder": "who", "group": None, "codes": ["topic"]}
    assert only(result)["complete_pair_count"] == 2


def test_a_stated_layout_wins_over_the_rule(tmp_path: Path) -> None:
    path = written(tmp_path, "id,x,y\n1,0,2\n2,2,0\n3,1,1\n")
    assert result_of(path)["layout"] == "distribution"
    result = result_of(path, layout="coders_in_columns")
    assert (result["layout"], result["layout_reason"]) == (
        "coders_in_columns",
        "the layout was stated",
    )
    assert only(result)["values"] == [0, 1, 2]


def test_a_first_column_of_different_texts_names_units(tmp_path: Path) -> None:
    path = written(tmp_path, "标题,甲,乙\n春天,a,a\n夏天,b,a\n秋天,b,b\n")
    result = result_of(path)
    assert result["columns"]["unit"] == "标题"
    assert only(result)["coders"] == ["甲", "乙"]


@pytest.mark.parametrize("start", [0, 1])
def test_a_first_column_that_counts_names_units(start: int, tmp_path: Path) -> None:
    rows = "".join(f"{i + start},{i % 2},{i % 3 % 2}\n" for i in range(6))
    result = result_of(written(tmp_path, "clip,anna,ben\n" + rows))
    assert result["columns"]["unit"] == "clip"
    assert only(result)["coder_count"] == 2


def test_coders_who_mostly_agree_on_numbers_are_no_counts(tmp_path: Path) -> None:
    rows = "2,2\n" * 6 + "0,2\n" + "0,0\n"
    assert result_of(written(tmp_path, "anna,ben\n" + rows))["layout"] == "coders_in_columns"
    rows = "2,2\n" * 6 + "0,2\n"
    assert result_of(written(tmp_path, "anna,ben\n" + rows))["layout"] == "coders_in_columns"


def test_values_that_are_measurements_have_no_categories(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i},{i + i % 2}\n" for i in range(60))
    found = only(result_of(written(tmp_path, "id,rater1,rater2\n" + rows)))
    assert found["by_category"] == []
    assert "50" in found["by_category_note"]


def test_lines_say_every_number_and_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'ab'[i % 2]},{'ab'[i % 3 % 2]}\n" for i in range(30))
    path = written(tmp_path, "id,rater1,rater2\n" + rows + "x,\x1b[31mred,a\n")
    result = result_of(path, resamples=500)
    found = lines(result)
    text = "\n".join(found)
    assert "\x1b" not in text
    assert all("\n" not in line for line in found)
    alpha = only(result)["krippendorff_alpha"]["nominal"]
    assert f"{alpha['value']:.3f}  [{alpha['ci_lower']:.3f}, {alpha['ci_upper']:.3f}]" in text
    assert "does not apply" not in text
    assert "31 units, 2 coders" in text


def test_the_data_hold_positions_in_the_values(tmp_path: Path) -> None:
    [variable] = read_reliability_file(written(tmp_path, WIDE)).variables
    assert variable.codes.tolist() == [[0, 0], [1, 0], [1, 1], [0, -1]]
    assert variable.units == ("1", "2", "3", "4")


TEXTS = [f"unclear {n}" for n in range(12)]
DATES = ["2023-10-05" if n < 7 else f"2023-10-{n:02d}" for n in range(12)]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("comment", TEXTS),
        ("why", TEXTS),
        ("note", ["", "", "see the link", *[""] * 9]),
        ("备注", ["看不清", "", "看不清", *[""] * 9]),
        ("coded", DATES),
    ],
)
@pytest.mark.parametrize("options", [{}, {"layout": "coders_in_columns"}])
def test_a_column_of_free_text_or_dates_is_no_coder(tmp_path, name, cells, options) -> None:
    codes = [(f"{'ab'[n % 2]}", "a" if n < 2 else "ab"[n % 2]) for n in range(12)]
    plain = "id,anna,ben\n" + "".join(f"{n},{a},{b}\n" for n, (a, b) in enumerate(codes))
    rows = zip(plain.splitlines(), [name, *cells], strict=True)
    more = "".join(f"{row},{cell}\n" for row, cell in rows)
    found = result_of(written(tmp_path, more, name="more.csv"), **options)
    expected = result_of(written(tmp_path, plain), **options)
    assert found["variables"] == expected["variables"]
    assert found["columns"]["codes"] == ["anna", "ben"]
    assert (
        f"free text or dates, no codes (--value names columns): '{name}'"
        in (found["layout_reason"])
    )
    stated = result_of(tmp_path / "more.csv", values=["anna", "ben", name])
    assert only(stated)["coder_count"] == 3


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("id,anna,ben,comment", [f"{n},{n}.5,{n}.25,{n * 7}.75" for n in range(12)]),  # numbers
        ("id,anna,ben,carl", [f"{n},a,b,{'ab'[n % 2]}" for n in range(12)]),
        ("id,anna,ben,note", [f"{n},a,b,{'ab'[n % 2]}" for n in range(12)]),  # codes
        ("id,coder1,coder2,coder3", [f"{n},a,b,text {n}" for n in range(12)]),
        ("id,anna,ben,carl", [f"{n},x{n},y{n},z{n}" for n in range(12)]),  # no two would be left
        ("id,anna,ben,carl", [f"{n},a,b,{'cd'[n % 2]}" for n in range(12)]),  # never agrees
    ],
)
def test_what_may_be_a_coder_is_one(tmp_path, header, cells) -> None:
    found = result_of(written(tmp_path, "\n".join([header, *cells]) + "\n"))
    assert len(found["columns"]["codes"]) == 3
    assert "left out" not in found["layout_reason"]
