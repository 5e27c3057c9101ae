"""Every way in which a claim that inference decides can be wrong: the field is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from sz_assets.errors import UserError
from sz_assets.study import Inferred, load_study

STUDY = """\
id: small
name: {zh: 小, en: Small}
first_crawl_month: 2024-03
claims: claims.yaml
accounts:
  - id: one
    platform: douyin
    platform_account_id: AAA
    name: {zh: 一, en: One}
"""
CLAIMS = """\
claims:
  - id: no_matter
    section: "5"
    statement: {zh: 无, en: It does not matter.}
    unit: ratio
    measure:
      kind: tested
      table: engagement_effects
      where: {metric: share_count, factor: duration, level: per_doubling}
      expects: none
      equivalence: 1.25
      unless:
        - {metric: share_count, factor: duration, level: u_shape}
"""


def write(folder: Path, claims: str) -> str:
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "claims.yaml").write_text(claims, encoding="utf-8")
    return str(folder)


def test_the_unchanged_claim_is_right(tmp_path: Path) -> None:
    measure = load_study(write(tmp_path, CLAIMS)).claims[0].measure
    assert isinstance(measure, Inferred)
    assert (measure.expects, measure.equivalence) == ("none", 1.25)
    assert measure.unless[0]["level"] == "u_shape"


@pytest.mark.parametrize(
    "measure",
    [
        "{table: event_effects, where: {metric: video_count}, expects: positive}",
        "{table: engagement_effects, expects: negative, "
        "where: {metric: like_count, factor: topic, level: natural}}",
    ],
)
def test_other_claims_are_right_too(tmp_path: Path, measure: str) -> None:
    head, _, _ = CLAIMS.partition("    measure:")
    text = f"{head}    measure: {measure.replace('{', '{kind: tested, ', 1)}\n"
    assert isinstance(load_study(write(tmp_path, text)).claims[0].measure, Inferred)


# (text to replace, what by, line, field, part of the problem)
WRONG = [
    ("table: engagement_effects", "table: engagement_description", 8,
     "measure.table", "allowed here: engagement_effects, event_effects"),
    ("    unit: ratio\n", "", 2, "unit", "missing"),
    ("expects: none", "expects: nothing", 10, "measure.expects",
     "allowed here: negative, none, positive"),
    ("      equivalence: 1.25\n", "", 6, "measure.equivalence",
     "add the ratio, such as 1.25"),
    ("equivalence: 1.25", "equivalence: 1", 11, "measure.equivalence", "> 1"),
    ("expects: none", "expects: positive", 11, "measure.equivalence",
     "only expects: none has this: remove it"),
    ("      expects: none\n      equivalence: 1.25\n", "      expects: negative\n", 11,
     "measure.unless", "only expects: none has this: remove it"),
    ("table: engagement_effects", "table: event_effects", 10,
     "measure.expects", "an event stands out or does not: write positive"),
    ("where: {metric: share_count, factor", "where: {population: all, factor", 9,
     "measure.where.population", "found by metric, factor, level only"),
    (", level: per_doubling", "", 9, "measure.where", "add level"),
    ("where: {metric: share_count", "where: {metric: shares", 9,
     "measure.where.metric", "never 'shares'"),
    ("where: {metric: share_count", "where: {metric: duration_seconds", 9,
     "measure.where.metric", "measures no engagement"),
    ("factor: duration, level: per_doubling", "factor: length, level: per_doubling", 9,
     "measure.where.factor", "no effect of 'length' is estimated: use one of duration,"),
    ("level: per_doubling", "level: per_second", 9, "measure.where.level",
     "duration has no level 'per_second': use one of per_doubling, u_shape"),
    ("factor: duration, level: per_doubling", "factor: topic, level: third", 9,
     "measure.where.level", "topic has no level 'third': use one of construction_entity,"),
    ("level: u_shape", "level: v_shape", 13, "measure.unless[0].level",
     "duration has no level 'v_shape'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "field", "problem"), WRONG)
def test_wrong_tested_claim(
    tmp_path: Path, old: str, new: str, line: int, field: str, problem: str
) -> None:
    assert CLAIMS.count(old) == 1, "the case must change exactly one place"
    with pytest.raises(UserError) as caught:
        load_study(write(tmp_path, CLAIMS.replace(old, new)))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'claims.yaml'}, line {line}, field claims[0].{field}: ")
    assert problem in message
    assert "\n" not in message
