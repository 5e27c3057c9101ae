"""What would make a codebook ambiguous for coders is told with file, line and field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sz_assets.errors import UserError
from sz_assets.study import load_study
from sz_assets_tests.bundled import shenzhen

STUDY = """\
id: small
name: {zh: 小, en: Small}
first_crawl_month: 2023-10
codebook: codebook.yaml
accounts:
  - {id: one, platform: douyin, platform_account_id: AAA, name: {zh: 一, en: One}}
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
        inclusion: {zh: 含, en: This too}
        exclusion: {zh: 不含, en: Not this}
        examples: ["one:1", "one:2"]
        cues_zh: [城市]
        cues_en: [city]
      - id: second
        name: {zh: 乙, en: Second}
        definition: {zh: 乙, en: Second}
        examples: ["one:3"]
        cues_zh: [公园]
        cues_en: [park]
"""


def load(folder: Path, codebook: str):
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "codebook.yaml").write_text(codebook, encoding="utf-8")
    return load_study(str(folder))


def test_inclusion_exclusion_and_examples_are_read(tmp_path):
    first, second = (category for _, category in load(tmp_path, CODEBOOK).codebook.secondary)
    assert first.inclusion.en == "This too"
    assert first.exclusion.zh == "不含"
    assert first.examples == ("one:1", "one:2")
    assert second.inclusion is None


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "text"),
    [
        ("id: second", "id: none", 15, "primary[0].secondary[1].id", "a meaning of its own"),
        ("id: main", "id: overall", 3, "primary[0].id", "a meaning of its own"),
        ('"one:3"', '"3"', 18, "primary[0].secondary[1].examples[0]", "names no video"),
        ('"one:3"', '"two:3"', 18, "primary[0].secondary[1].examples[0]", "no account 'two'"),
        ('"one:2"', '"one:1"', 12, "primary[0].secondary[0].examples[1]", "stands here twice"),
        ('"one:3"', '"one:1"', 18, "primary[0].secondary[1].examples[0]", "stands in first"),
        ("cues_zh: [公园]", "cues_zh: [城市]", 19, "primary[0].secondary[1].cues_zh[0]", "first"),
        ('label: "1"', 'label: "1"\ncodes_per_video: two', 2, "codes_per_video", "one, several"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, old, new, line, field, text):
    assert CODEBOOK.count(old) == 1
    with pytest.raises(UserError) as error:
        load(tmp_path, CODEBOOK.replace(old, new))
    message = str(error.value)
    assert f"codebook.yaml, line {line}" in message
    assert field in message
    assert text in message


def test_an_example_may_stand_in_two_categories_where_videos_have_several_codes(tmp_path):
    book = CODEBOOK.replace('"one:3"', '"one:1"').replace(
        'label: "1"', 'label: "1"\ncodes_per_video: several'
    )
    assert load(tmp_path, book).codebook.codes_per_video == "several"


def test_each_bundled_category_says_what_belongs_and_where_the_rest_goes():
    codebook = shenzhen().codebook
    categories = {category.id: category for _, category in codebook.secondary}
    names = {category.name.zh: category.id for category in categories.values()}
    for identifier, category in categories.items():
        assert category.inclusion is not None
        assert category.exclusion is not None
        english = re.findall(r"→\s(\w+)", category.exclusion.en)
        chinese = [names[name] for name in re.findall(r"→([^；。]+)", category.exclusion.zh)]
        # Both languages send the same cases to the same categories, and none to itself.
        assert english == chinese
        assert len(english) >= 2
        assert identifier not in english
        assert set(english) <= set(categories)
