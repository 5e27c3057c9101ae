"""Notes in Chinese: all that makers write is known, and nothing of a note is lost."""

from __future__ import annotations

import re
import string
from contextlib import closing
from functools import cache
from typing import Any

import duckdb
import pytest
from told_makers import MAKERS, written

from sz_assets.charts.context import Bilingual
from sz_assets.core.indexes.catalogue import published_indexes
from sz_assets.report import (
    told_accounts,
    told_audit,
    told_claims,
    told_coding,
    told_effects,
    told_indexes,
    told_statistics,
    told_study,
)
from sz_assets.report.section import ESTIMANDS
from sz_assets.report.told import is_told, told

PARTS = (
    told_accounts,
    told_audit,
    told_claims,
    told_coding,
    told_effects,
    told_indexes,
    told_statistics,
    told_study,
)
# Strings of the makers that stand in errors alone, never in a table.
NOT_SHOWN = {"the true categories", "the predicted categories"}
PHRASES = [(en, zh) for part in PARTS for en, zh in part.PHRASES.items()]


@cache
def known_words() -> str:
    return " | ".join(en for en, _ in PHRASES).lower()


def holes(text: str) -> list[str]:
    return sorted(name for _, name, *_ in string.Formatter().parse(text) if name)


def digits(text: str) -> list[str]:
    return sorted(re.findall(r"\d+", text))


@pytest.mark.parametrize("maker", MAKERS)
def test_every_text_of_a_maker_is_known(maker: str) -> None:
    unknown = {run for run in written(maker) if run.lower() not in known_words()} - NOT_SHOWN
    assert not unknown


def test_makers_write_texts_at_all() -> None:
    assert sum(len(written(maker)) for maker in MAKERS) > 150


def test_a_phrase_keeps_its_numbers_and_names_and_is_chinese() -> None:
    for en, zh in PHRASES:
        assert holes(en) == holes(zh), en
        fixed = "".join(literal for literal, *_ in string.Formatter().parse(en))
        kept = "".join(literal for literal, *_ in string.Formatter().parse(zh))
        assert digits(fixed) == digits(kept), en


def test_no_phrase_is_given_twice() -> None:
    texts = [en for en, _ in PHRASES]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        (
            "10 pages with 180 items (the platform counts 180); the last page said that no more "
            "follow.",
            "10 页，共 180 条（平台计数为 180）；最后一页表明后面已没有更多。",
        ),
        (
            "Not eligible: 999,999 followers, fewer than 1,000,000; not verified as enterprise, "
            "verification as government or media not observed.",
            "未入选：粉丝 999,999，少于 1,000,000；未作企业认证，政府或媒体认证未观测到。",
        ),
        (
            "The profile was refused (HTTP status 403).",
            "账号主页被拒绝（HTTP 状态码 403）。",
        ),
        (
            "3 of 13 accounts left out for having too little (10 videos, one in the level and one "
            "outside it, and engagement that varies). Accounts pin what did well, and what is "
            "pinned is seen more. 10 videos without this counter left out.",
            "13 个账号中有 3 个因数据太少而略去"
            "（要求：10 条视频，该水平内外各一条，且互动数有变化）。"
            "账号置顶的本是表现好的视频，置顶后又更易被看到。10 条视频没有此项计数，已略去。",
        ),
        (
            "Inference: undecided. Of 9 events that could be tested 0 stand out after Holm's "
            "correction, 0 fall below, 0 do not matter and 9 are undecided.",
            "推断：未定。可检验的 9 个事件中，经 Holm 校正后突出地高的有 0 个，突出地低的 0 个，"
            "无关紧要的 0 个，未定的 9 个。",
        ),
    ],
)
def test_notes_are_told_sentence_by_sentence(text: str, zh: str) -> None:
    assert told(text) == Bilingual(zh, text)


def test_ids_are_called_by_their_names_in_both_languages() -> None:
    text = "Coded as overall_regional against coded otherwise, within the account."
    said = told(text, {"overall_regional": Bilingual("总体与区域功能", "Overall functions")})
    assert said.zh == "账号内，编码为“总体与区域功能”与编码为其他者相比。"
    assert said.en == "Coded as Overall functions against coded otherwise, within the account."


@pytest.mark.parametrize(
    "text",
    [
        "Nobody has written this before.",
        "No value is present. Nobody has written this before.",
        "多少 <script>alert(1)</script> {n}",
    ],
)
def test_what_is_unknown_stays_as_it_is(text: str) -> None:
    assert told(text) == Bilingual(text, text)
    assert not is_told(text)


def test_all_texts_of_the_indexes_are_known() -> None:
    texts = {
        text for one in published_indexes() for text in (one.unit, one.note, one.source) if text
    }
    assert len(texts) > 10
    assert {text for text in texts if not is_told(text)} == set()


# --- a month as it is published ---


# Columns of English text that pages show; the study itself gives its statements in Chinese.
TEXTS = {"method", "note", "coverage_reason", "eligibility_reason", "unit", "formula", "source"}
TEXTS |= {"contrast", "arithmetic", "suggestion", "estimand"}


@pytest.mark.slow
def test_every_note_of_a_published_month_is_known(october: Any) -> None:
    names, path = ESTIMANDS, str(october.home.current / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as warehouse:
        columns = warehouse.execute(
            "select table_name, column_name from duckdb_columns() where data_type = 'VARCHAR'"
        ).fetchall()
        texts = {
            text
            for table, column in columns
            if column in TEXTS
            for (text,) in warehouse.execute(
                f'select distinct "{column}" from "{table}"'
            ).fetchall()
            if text
        }
    assert len(texts) > 200
    assert {text for text in texts if not is_told(text, names)} == set()
    assert [text for text in texts if digits(text) != digits(told(text, names).zh)] == []
