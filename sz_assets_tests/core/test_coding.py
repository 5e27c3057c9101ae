"""The cue-word coder: each sentence of its rule on small captions, then its speed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest

from sz_assets.contracts.core import VIDEO_CODES, VIDEOS
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.cue_words import CODING_METHOD, code_videos
from sz_assets.study import Codebook, Name, PrimaryCategory, SecondaryCategory
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
BUNDLED = shenzhen().codebook


def category(identifier: str, *cues: str) -> SecondaryCategory:
    name = Name(zh="名", en="Name")
    return SecondaryCategory(id=identifier, name=name, definition=name, cues_zh=cues, cues_en=())


def codebook(*categories: SecondaryCategory) -> Codebook:
    name = Name(zh="名", en="Name")
    return Codebook(
        version_label="test",
        primary=(PrimaryCategory(id="only", name=name, definition=name, secondary=categories),),
    )


SMALL = codebook(
    category("first", "救援", "交警", "rescue", "fire truck"),
    category("second", "海上救援", "海", "police", "SWAT", "5G基站"),
    category("third", "交警执法", "大海", "people's day", "e-bike"),
)


def videos(titles: Sequence[str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "crawl_month": [MONTH] * len(titles),
            "account_id": ["one"] * len(titles),
            "video_id": [str(number) for number in range(len(titles))],
            "title": pl.Series(titles, dtype=pl.String),
        }
    )


def code(title: str | None, book: Codebook = SMALL) -> tuple[str | None, list[str]]:
    coded = code_videos(videos([title]), book)
    return coded["secondary_category"].item(), coded["matched_cues"].to_list()[0]


@pytest.mark.parametrize(
    ("title", "expected", "cues"),
    [
        # the most different cue words win, a repeated one counts once
        ("救援 police SWAT", "second", ["救援", "police", "SWAT"]),
        ("救援！rescue, police police police", "first", ["救援", "rescue", "police"]),
        # of equals the one that stands first in the codebook
        ("police 救援", "first", ["police", "救援"]),
        ("大海 police", "second", ["大海", "police"]),
        # the longest cue at a place, whose characters count for no other
        ("海上救援", "second", ["海上救援"]),
        ("交警执法", "third", ["交警执法"]),
        ("海上救援后再救援", "first", ["海上救援", "救援"]),
        ("大海", "third", ["大海"]),
        # Latin words only as whole words, in any case and width, also beside Chinese
        ("POLICE", "second", ["police"]),
        ("ＰＯＬＩＣＥ", "second", ["police"]),
        ("深圳swat来了", "second", ["SWAT"]),
        ("swatting policeman rescued", None, []),
        ("swat1 1swat", None, []),
        ("police rescue", "first", ["police", "rescue"]),
        ("a fire  truck\nhere", "first", ["fire truck"]),
        ("fire trucks", None, []),
        ("“police”", "second", ["police"]),
        ("'police'", "second", ["police"]),
        ("People’s Day", "third", ["people's day"]),
        ("an E-BIKE!", "third", ["e-bike"]),
        ("#police#rescue", "first", ["police", "rescue"]),
        ("5G基站", "second", ["5G基站"]),
        ("15G基站", None, []),
        # nothing to go by
        ("别的", None, []),
        ("", None, []),
        (None, None, []),
    ],
)
def test_rule(title: str | None, expected: str | None, cues: list[str]) -> None:
    assert code(title) == (expected, cues)


def test_frame_keeps_the_contract_and_the_order_of_the_videos() -> None:
    titles = ["police", None, "救援", "nothing", "大海"]
    coded = code_videos(videos(titles).reverse(), SMALL)
    assert conform(coded, VIDEO_CODES).height == 5
    assert coded["video_id"].to_list() == ["4", "3", "2", "1", "0"]
    assert coded["primary_category"].to_list() == ["only", None, "only", None, "only"]
    assert coded["coding_method"].unique().to_list() == [CODING_METHOD]
    assert coded["codebook_version"].unique().to_list() == [SMALL.version]


def test_no_videos_give_no_rows() -> None:
    coded = code_videos(pl.DataFrame(schema=polars_schema(VIDEOS)), SMALL)
    assert coded.schema == polars_schema(VIDEO_CODES)
    assert coded.is_empty()


def test_a_video_in_two_lists_is_coded_in_each() -> None:
    twice = pl.concat(
        [
            videos(["police"]),
            videos(["police"]).with_columns(pl.lit("two").alias("account_id")),
        ]
    )
    coded = code_videos(twice, SMALL)
    assert coded["account_id"].to_list() == ["one", "two"]
    assert coded["secondary_category"].to_list() == ["second", "second"]


def test_same_input_gives_the_same_rows() -> None:
    titles = [cue for _, second in BUNDLED.secondary for cue in second.cues] * 3
    first = code_videos(videos(titles), BUNDLED)
    assert first.equals(code_videos(videos(titles), BUNDLED))


def test_every_cue_of_the_bundled_codebook_leads_to_its_category() -> None:
    expected = [(cue, second.id) for _, second in BUNDLED.secondary for cue in second.cues]
    coded = code_videos(videos([cue for cue, _ in expected]), BUNDLED)
    found = zip((cue for cue, _ in expected), coded["secondary_category"], strict=True)
    assert [pair for pair in found if pair not in expected] == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        # The subjects of Table 2's examples, in our words.
        ("深圳企业家日座谈会：为民营经济献策", "construction_entity"),
        ("市长在人民代表大会上作政府工作报告", "organizational_entity"),
        ("堵车路上，市民自发为消防车让路", "citizen_entity"),
        ("交通新规：斑马线不礼让行人罚款多少？", "general_core"),
        ("全城为他们亮灯，致敬最美逆行者", "overall_regional"),
        ("深圳特警亮剑守护平安", "connotation_extension"),
        ("去盐田梅沙尖，看山看海", "natural"),
        ("千架无人机点亮夜空，致敬深圳医生", "humanistic"),
        ("经济特区成立40周年", "economic"),
        ("看展！三星堆文物来深圳", "modern_ancient"),
        ("最炫民族风上线", "ethnic"),
        ("高考首日考生遇堵车求助", "secular_religious"),
        ("全球最大的乐高乐园明年开园", "local_foreign"),
        ("深圳警方捍卫国家安全和社会稳定", "conceptual"),
        ("争分夺秒！民警第一时间海上救援", "behavioral"),
        ("深圳制造名片：从世界工厂到设计之都", "visual"),
        ("Drones light up the night sky for doctors", "humanistic"),
        ("Police race against time in a sea rescue", "behavioral"),
    ],
)
def test_bundled_codebook_on_the_subjects_of_table_2(title: str, expected: str) -> None:
    assert code(title, BUNDLED)[0] == expected


def test_5000_captions_take_well_under_a_second() -> None:
    words = [cue for _, second in BUNDLED.secondary for cue in second.cues]
    titles = [
        f"{words[n % len(words)]} 今天的深圳 {n} {words[n * 7 % len(words)]} #深圳 #日常"
        for n in range(5_000)
    ]
    frame = videos(titles)
    start = time.perf_counter()
    coded = code_videos(frame, BUNDLED)
    assert time.perf_counter() - start < 1
    assert coded["secondary_category"].null_count() == 0
