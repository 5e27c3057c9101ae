"""Every way in which a study can be wrong: the message names the file, the line and the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from sz_assets.errors import UserError
from sz_assets.study import load_study

STUDY = """\
id: small
name: {zh: 小, en: Small}
time_zone: Asia/Shanghai
first_crawl_month: 2024-03
selection: {min_followers: 1000, verified: false}
sample: {top: 5, by: like_count}
codebook: codebook.yaml
claims: claims.yaml
accounts:
  - id: one
    platform: douyin
    platform_account_id: AAA
    platform_uid: "111"
    name: {zh: 一, en: One}
  - id: two
    platform: douyin
    platform_account_id: BBB
    platform_uid: "222"
    name:
      zh: 二
      en: Two
events: events.yaml
"""
CODEBOOK = """\
version_label: "1"
primary:
  - id: main
    name: {zh: 主, en: Main}
    definition: {zh: 主, en: Main}
    secondary:
      - id: first
        name: {zh: 甲, en: First}
        definition: {zh: 甲, en: First}
        cues_zh: [城市, 地铁]
        cues_en: [metro]
      - id: second
        name: {zh: 乙, en: Second}
        definition: {zh: 乙, en: Second}
        cues_zh: [公园]
        cues_en: [park]
"""
CLAIMS = """\
claims:
  - id: likes_mean
    section: "4.3"
    statement: {zh: 均, en: The mean is 5.}
    published_value: 5
    unit: count
    tolerance: 0.5
    measure:
      kind: value
      table: engagement_summary
      where: {population: sample, metric: like_count}
      column: mean
  - id: rising
    section: "4.1"
    statement: {zh: 升, en: It rises.}
    unit: steps
    measure:
      kind: trend
      table: publishing_by_year
      where: {population: sample}
      over: published_year
      from: 2020
      to: 2022
      column: video_count
      direction: rising
  - id: more
    section: "4.5"
    statement: {zh: 多, en: More.}
    unit: count
    measure:
      kind: comparison
      table: fct_account_month
      where: {account_id: one}
      column: follower_count
      relation: more
      than:
        - {table: fct_account_month, where: {account_id: two}, column: follower_count}
  - id: bounded
    section: "4.2"
    statement: {zh: 界, en: Bounded.}
    unit: accounts
    measure:
      kind: within
      table: fct_account_month
      take: rows
      minimum: 1
"""
EVENTS = """\
events:
  - id: feast
    starts_on: 2020-08-26
    ends_on: 2020-08-27
    name: {zh: 庆, en: Feast}
    source: https://example.org
"""
FILES = {"study": STUDY, "codebook": CODEBOOK, "claims": CLAIMS, "events": EVENTS}


def write(folder: Path, **changed: str) -> str:
    for name, text in {**FILES, **changed}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_the_unchanged_files_are_right(tmp_path: Path) -> None:
    study = load_study(write(tmp_path))
    assert (len(study.accounts), len(study.claims), len(study.events)) == (2, 4, 1)


# (file, text to replace, what by, line, field, part of the problem)
WRONG = [
    # shape
    ("study", "id: small\n", "", 1, "id", "required field is missing"),
    ("study", "name: {zh: 小, en: Small}", "name: {zh: 小}", 2, "name.en", "missing"),
    ("study", "id: small", "ident: small", 1, "ident", "no such field: use one of id, name,"),
    ("study", "top: 5", "tops: 5", 6, "sample.tops", "use one of top, by"),
    ("study", "    platform: douyin\n    platform_account_id: BBB", "    platform_account_id: BBB",
     15, "accounts[1].platform", "missing"),
    ("study", "      en: Two", "      eng: Two", 21, "accounts[1].name.eng", "use one of zh, en"),
    ("study", "      en: Two", "      en: ''", 21, "accounts[1].name.en", "this is empty"),
    ("study", "accounts:\n", "accounts: {}\nother:\n", 9, "accounts",
     "expected a list, got a mapping of fields"),
    # values
    ("study", "id: small", "id: Small", 1, "id", "small letters, digits and _"),
    ("study", "Asia/Shanghai", "Asia/Shenzhen", 3, "time_zone", "no time zone 'Asia/Shenzhen'"),
    ("study", "Asia/Shanghai", "../../etc/passwd", 3, "time_zone", "no time zone"),
    ("study", "Asia/Shanghai", "Asia", 3, "time_zone", "no time zone"),
    ("study", "2024-03", "2024-13", 4, "first_crawl_month", "YYYY-MM, such as 2023-01"),
    ("study", "2024-03", "2024-03-01", 4, "first_crawl_month", "YYYY-MM"),
    ("study", "2024-03", "202403", 4, "first_crawl_month", "put it in quotes"),
    ("study", "top: 5", "top: 0", 6, "sample.top", ">= 1"),
    ("study", "top: 5", "top: many", 6, "sample.top", "expected a whole number, got a text"),
    ("study", "by: like_count", "by: share_count", 6, "sample.by", "allowed here: like_count"),
    ("study", "1000", "-1", 5, "selection.min_followers", ">= 0"),
    ("study", "verified: false", "verified: maybe", 5, "selection.verified",
     "expected true or false"),
    # accounts
    ("study", "id: two", "id: one", 15, "accounts[1].id", "used twice"),
    ("study", "id: two", "id: twö", 15, "accounts[1].id", "'twö' is not an id"),
    ("study", "    platform: douyin\n    platform_account_id: BBB",
     "    platform: twitter\n    platform_account_id: BBB", 16, "accounts[1].platform",
     "use one of douyin, bilibili, kuaishou, tiktok_research"),
    ("study", "BBB", "AAA", 17, "accounts[1].platform_account_id", "also that of account one"),
    ("study", "BBB", "''", 17, "accounts[1].platform_account_id", "empty"),
    ("study", "BBB", "' '", 17, "accounts[1].platform_account_id", "empty"),
    ("study", "BBB", "https://www.douyin.com/user/BBB", 17, "accounts[1].platform_account_id",
     "write only the id"),
    ("study", '"222"', "222", 18, "accounts[1].platform_uid", "put it in quotes"),
    ("study", '"222"', '"111"', 18, "accounts[1].platform_uid", "also that of account one"),
    # other files
    ("study", "codebook: codebook.yaml", "codebook: none.yaml", 7, "codebook", "no file"),
    ("study", "claims: claims.yaml", "claims: .", 8, "claims", "no file"),
    ("study", "events: events.yaml", "events: none.yaml", 22, "events", "no file"),
    ("events", "2020-08-26", "2020-08-32", 3, "events[0].starts_on", "write it as YYYY-MM-DD"),
    ("events", "2020-08-27", "2020-08-25", 4, "events[0].ends_on", "before the first day"),
    ("events", "id: feast", "id: A feast", 2, "events[0].id", "is not an id"),
    ("events", "https://example.org", '" "', 6, "events[0].source", "where the date comes from"),
    ("events", "    source: https://example.org\n", "", 2, "events[0].source", "missing"),
    # YAML
    ("study", "top: 5", "top: 5, top: 6", 6, "sample.top", "stands in line 6 already"),
    ("study", "time_zone:", "id: again\ntime_zone:", 3, "id", "stands in line 1 already"),
    ("study", "name: {zh: 小", "name: {zh: [小", 2, "", "this is not YAML"),
    ("study", "time_zone: Asia", "time_zone: *zone", 3, "", ""),
    ("study", "id: small", "id: !!python/name:os.system ''", 1, "", "tags (!name)"),
    ("study", "id: small", "---\nid: small\n---", 3, "", "this is not YAML"),
    ("study", "id: small", '"a\\nb": small', 1, "a b", "no such field"),
    ("study", STUDY, "", 1, "", "the file is empty"),
    ("study", STUDY, "- id: small\n", 1, "", "expected a mapping of fields, got a list"),
    # codebook
    ("codebook", "[公园]", "[公园, 地铁]", 15, "primary[0].secondary[1].cues_zh[1]",
     "'地铁' stands in first already"),
    ("codebook", "[park]", "[park, PARK]", 16, "primary[0].secondary[1].cues_en[1]", "already"),
    ("codebook", "[park]", "[park, ' ']", 16, "primary[0].secondary[1].cues_en[1]", "empty"),
    ("codebook", "[park]", "[park, 110]", 16, "primary[0].secondary[1].cues_en[1]", "in quotes"),
    ("codebook", "[公园]\n        cues_en: [park]", "[]\n        cues_en: []", 12,
     "primary[0].secondary[1]", "second has no cue word"),
    ("codebook", "id: second", "id: first", 12, "primary[0].secondary[1].id", "used twice"),
    # claims: shape
    ("claims", "kind: value", "kind: values", 9, "claims[0].measure.kind", "allowed here: value,"),
    ("claims", "      kind: value\n", "", 8, "claims[0].measure.kind", "missing"),
    ("claims", "column: mean", "columns: mean", 12, "claims[0].measure.columns", "no such field"),
    ("claims", "relation: more", "relation: bigger", 35, "claims[2].measure.relation",
     "allowed here: less, more"),
    ("claims", "id: rising", "id: likes_mean", 13, "claims[1].id", "used twice"),
    ("claims", "    published_value: 5\n", "", 2, "claims[0].published_value", "add it"),
    ("claims", "    tolerance: 0.5\n", "", 2, "claims[0].tolerance", "rounding"),
    ("claims", "tolerance: 0.5", "tolerance: -1", 7, "claims[0].tolerance", ">= 0"),
    ("claims", "unit: steps", "unit: steps\n    tolerance: 1", 17, "claims[1].tolerance",
     "remove it"),
    ("claims", "unit: steps", "unit: steps\n    published_value: 1", 17,
     "claims[1].published_value", "remove it"),
    ("claims", "    unit: steps\n", "", 13, "claims[1].unit", "missing"),
    ("claims", "      minimum: 1\n", "", 42, "claims[3].measure.minimum", "needs a minimum"),
    ("claims", "to: 2022", "to: 2020", 23, "claims[1].measure.to", "more than `from`"),
    # claims: marts
    ("claims", "table: engagement_summary", "table: engagement", 10, "claims[0].measure.table",
     "'engagement' is no mart that claims may read: use one of fct_account_month"),
    ("claims", "table: engagement_summary", "table: dim_account", 10, "claims[0].measure.table",
     "no mart that claims may read"),
    ("claims", "table: engagement_summary", "table: fct_video_month", 10,
     "claims[0].measure.table", "no mart that claims may read"),
    ("claims", "column: mean", "column: average", 12, "claims[0].measure.column",
     "no column 'average'"),
    ("claims", "      column: mean\n", "", 8, "claims[0].measure.column", "missing"),
    ("claims", "column: mean", "column: metric", 12, "claims[0].measure.column", "no numbers"),
    ("claims", "metric: like_count", "metric: likes", 11, "claims[0].measure.where.metric",
     "never 'likes'"),
    ("claims", "population: sample, metric", "people: sample, metric", 11,
     "claims[0].measure.where.people", "no column 'people'"),
    ("claims", "metric: like_count", "video_count: true", 11,
     "claims[0].measure.where.video_count", "integer values and True is none"),
    ("claims", ", metric: like_count", "", 11, "claims[0].measure.where",
     "add a value for metric"),
    ("claims", "      where: {population: sample}\n", "", 17, "claims[1].measure.where",
     "add a value for population"),
    ("claims", "over: published_year", "over: population", 21, "claims[1].measure.over",
     "whole numbers"),
    ("claims", "account_id: two", "account_id: three", 37,
     "claims[2].measure.than[0].where.account_id", "no account 'three'"),
    ("claims", "take: rows", "take: rows\n      column: video_count", 46,
     "claims[3].measure.column", "remove the column"),
    ("claims", "table: fct_account_month\n      take: rows",
     "table: fct_account_month\n      where: {account_id: three}\n      take: rows", 45,
     "claims[3].measure.where.account_id", "the study has no account 'three'"),
    ("claims", "table: fct_account_month\n      take: rows",
     "table: fct_video_month\n      where: {secondary_category: third}\n      take: rows", 45,
     "claims[3].measure.where.secondary_category", "no secondary category 'third'"),
    ("claims", "table: fct_account_month\n      take: rows",
     "table: fct_video_month\n      column: like_count\n      take: sum", 44,
     "claims[3].measure.table", "no mart that claims may read"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "field", "problem"), WRONG)
def test_wrong_study(
    tmp_path: Path, file: str, old: str, new: str, line: int, field: str, problem: str
) -> None:
    assert FILES[file].count(old) == 1, "the case must change exactly one place"
    folder = write(tmp_path, **{file: FILES[file].replace(old, new)})
    with pytest.raises(UserError) as caught:
        load_study(folder)
    message = str(caught.value)
    where = f"{tmp_path / file}.yaml, line {line}" + (f", field {field}: " if field else ": ")
    assert message.startswith(where)
    assert problem in message
    assert "\n" not in message


def test_aliases_are_refused_before_they_multiply(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"k{i}: &k{i} [*a, *a]\n" for i in range(3))
    with pytest.raises(UserError, match=r"study.yaml, line 2: aliases \(\*name\) are not allowed"):
        load_study(write(tmp_path, study=bomb))


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_deep_nesting_is_refused(tmp_path: Path, opening: str) -> None:
    # libyaml's own composer dies of this with a segmentation fault.
    with pytest.raises(UserError, match="line 1: nested deeper than 30 levels"):
        load_study(write(tmp_path, study=opening * 200_000))


def test_control_characters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"study.yaml, line 2: this is not YAML") as caught:
        load_study(write(tmp_path, study=STUDY.replace("小", "\0")))
    assert "\n" not in str(caught.value)


def test_unreadable_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a number that can't be read"):
        load_study(write(tmp_path, study=STUDY.replace("top: 5", "top: 0x_")))


def test_large_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"study.yaml has 1,100,000 bytes, more than"):
        load_study(write(tmp_path, study="#" * 1_100_000))


def test_other_encoding_names_the_line(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "study.yaml").write_bytes(STUDY.encode().replace(b"Asia", b"\xff"))
    with pytest.raises(UserError, match=r"study.yaml, line 3: this is not UTF-8"):
        load_study(str(tmp_path))
