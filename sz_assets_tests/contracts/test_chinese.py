"""The contracts' words in Chinese: none lacks, none is left over, and none loses a name."""

from __future__ import annotations

import re

import pytest

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.chinese import catalogue, chinese, comment_of
from sz_assets.contracts.marts import DIM_ACCOUNT, ENGAGEMENT_SUMMARY

HAN = re.compile(r"[\u4e00-\u9fff]")


def said() -> set[str]:
    """Every English text of the published tables that readers see."""
    words: set[str] = set()
    for table in PUBLISHED_TABLES:
        words |= {table.description, table.grain}
        words |= {column.description for column in table.columns}
        words |= {column.unit for column in table.columns if column.unit}
    return words


def test_each_text_of_a_contract_has_a_translation_and_no_translation_is_left_over() -> None:
    assert said() - catalogue().keys() == set()
    assert catalogue().keys() - said() == set()


@pytest.mark.parametrize(("english", "translated"), catalogue().items())
def test_a_translation_is_chinese_and_keeps_names_and_numbers(
    english: str, translated: str
) -> None:
    assert HAN.search(translated)
    names = {name for name in re.findall(r"`([a-z0-9_]+)`", english) if "_" in name}
    assert names <= set(re.findall(r"[a-z0-9_]+", translated))
    assert english.endswith(".") == translated.endswith("。")


def test_an_untranslated_text_stays_as_it_is() -> None:
    assert chinese("Nobody has written this.") == "Nobody has written this."


def test_a_comment_says_all_in_both_languages() -> None:
    assert comment_of(DIM_ACCOUNT) == (
        "The study's accounts, as their profiles said in the newest crawl month. "
        "Grain: one row per account. Key: account_id. "
        "本研究的账号，以最新采集月的主页信息为准。粒度：每个账号一行。主键：account_id。"
    )
    assert comment_of(ENGAGEMENT_SUMMARY.column("crawl_month")) == (
        "First day of the month in which the counters were observed. Unit: month. "
        "观测计数所在月份的第一天。单位：月。"
    )
    assert comment_of(ENGAGEMENT_SUMMARY.column("median")).startswith("Median. Unit: ")
