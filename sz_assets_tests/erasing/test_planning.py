"""Whom an erasure is about, what is looked for, and when it is refused; nothing is changed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from small_home import (
    BY_GONE_ELSEWHERE,
    BY_HARBOUR_AT_GONE,
    GARDEN,
    GONE,
    HARBOUR,
    MONTHS,
    NAMES,
    NICKNAME,
    NOW,
    SPEAKS_OF_GONE,
    TITLE_ELSEWHERE,
    TITLE_OF_HARBOUR,
    TODAY,
    UIDS,
    Small,
    item,
    sec_uid,
    title_of,
    video_id,
)

from sz_assets.contracts.core import CORE_TABLES
from sz_assets.crawl.import_files import import_files
from sz_assets.disk import remove_folder
from sz_assets.erasing.erase import plan_erasure
from sz_assets.erasing.finding import ACCOUNT_ID, NAME, PLATFORM_ID, TITLE, VIDEO_ID
from sz_assets.errors import UserError
from sz_assets.study import Event, Name, load_study


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "locks" not in path.parts
    }


def wanted(small: Small, kind: str) -> set[str]:
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    return {text for text, of in plan.wanted.items() if of == kind}


def more(small: Small, account: str, *items: dict, month: int = 0) -> None:
    """A further attempt at an account, beside those that are stored."""
    path = small.folder / "more.json"
    path.write_text(json.dumps(list(items)), encoding="utf-8")
    import_files(
        small.before, small.lake, MONTHS[month], [path], account_id=account, imported_at=NOW
    )


def test_everything_that_identifies_it_is_known_and_nothing_changes(small: Small) -> None:
    before = content_of(small.home.root)
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    identity = plan.identity
    assert identity.platform_ids == {str(UIDS[GONE]), sec_uid(GONE), f"{GONE}_public"}
    assert identity.names == {*NAMES[GONE], NICKNAME}
    own = {video_id(100 + n) for n in range(8)} | {video_id(BY_GONE_ELSEWHERE)}
    assert identity.video_ids == own
    assert identity.shared_video_ids == {video_id(BY_HARBOUR_AT_GONE)}
    assert identity.titles == {title_of(GONE, n) for n in range(8)} | {TITLE_ELSEWHERE}
    assert TITLE_OF_HARBOUR not in plan.wanted
    assert Counter(plan.wanted.values()) == {
        ACCOUNT_ID: 1, PLATFORM_ID: 3, NAME: 3, VIDEO_ID: 9, TITLE: 9,
    }  # fmt: skip
    assert plan.left_out == {}
    assert plan.stored == {"files of answers": 4, "videos": 20}
    assert [(one.crawl_month, one.answer_count, one.item_count) for one in plan.changes] == [
        (month, 2, 1) for month in MONTHS
    ]
    assert content_of(small.home.root) == before


def test_a_plan_is_told_in_sentences(small: Small) -> None:
    lines = plan_erasure(small.home, small.after, GONE, TODAY).lines()
    assert lines[0] == f"Of {GONE} is stored: files of answers 4, videos 20."
    assert "2024-03: 2 answers of other accounts are changed, and 1 items" in lines[2]


def test_without_built_tables_the_answers_tell_it(small: Small) -> None:
    for table in CORE_TABLES:
        remove_folder(small.home.lake / "core" / table.name)
    identity = plan_erasure(small.home, small.after, GONE, TODAY).identity
    # What only the study called it is not stored any more.
    assert identity.names == {NICKNAME}
    assert identity.platform_ids == {str(UIDS[GONE]), sec_uid(GONE), f"{GONE}_public"}
    assert len(identity.video_ids) == 9


def test_without_answers_the_tables_tell_it(small: Small) -> None:
    remove_folder(small.home.lake / "raw")
    identity = plan_erasure(small.home, small.after, GONE, TODAY).identity
    assert identity.platform_ids == {str(UIDS[GONE]), sec_uid(GONE)}
    assert identity.names == {*NAMES[GONE], NICKNAME}
    assert identity.titles == {title_of(GONE, n) for n in range(8)} | {TITLE_ELSEWHERE}
    assert len(identity.video_ids) == 9
    assert identity.shared_video_ids == {video_id(BY_HARBOUR_AT_GONE)}


def test_a_number_that_nothing_tells_is_that_of_most_items(small: Small) -> None:
    remove_folder(small.home.lake / "core")
    for month in MONTHS:
        for path in (small.home.lake / "raw").glob(f"*/crawl_month={month}/{GONE}"):
            remove_folder(path)
    bare = [
        {name: value for name, value in item(n, GONE, f"第{n}条水务消息", 1).items()
         if name != "author"}
        for n in range(3)
    ]  # fmt: skip
    helped = item(BY_HARBOUR_AT_GONE, HARBOUR, TITLE_OF_HARBOUR, 1)
    more(small, GONE, *bare, helped)
    identity = plan_erasure(small.home, small.after, GONE, TODAY).identity
    assert identity.platform_ids == {str(UIDS[GONE])}
    assert video_id(BY_GONE_ELSEWHERE) in identity.video_ids
    assert identity.shared_video_ids == {video_id(BY_HARBOUR_AT_GONE)}


def test_an_account_of_the_study_is_refused(small: Small) -> None:
    with pytest.raises(UserError, match="would be crawled again: take it out of the study's file"):
        plan_erasure(small.home, small.before, GONE, TODAY)


@pytest.mark.parametrize("name", ["nobody", "../lake", "", "*"])
def test_an_unknown_account_is_refused(small: Small, name: str) -> None:
    with pytest.raises(UserError, match=f"name an account that is \\({GONE}\\)"):
        plan_erasure(small.home, small.after, name, TODAY)


def test_a_study_that_still_names_it_is_refused(small: Small) -> None:
    event = Event(
        id="flood", starts_on=MONTHS[0], name=Name(zh=f"{NAMES[GONE][0]}开放日", en="Open day"),
        source="x",
    )  # fmt: skip
    study = msgspec.structs.replace(small.after, events=(event,))
    with pytest.raises(UserError, match=f"still has the name '{NAMES[GONE][0]}' in its events"):
        plan_erasure(small.home, study, GONE, TODAY)


def test_titles_of_others_and_short_ones_are_not_looked_for(small: Small) -> None:
    more(
        small, GONE, item(810, GONE, "早安海湾", 1), item(811, GONE, "水", 1),
        item(812, GONE, "Recompute every hash", 1), item(813, GONE, "只有我们这样说话", 1),
    )  # fmt: skip
    more(small, GARDEN, item(820, GARDEN, "早安海湾，早安花园", 1))
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    assert plan.left_out == {
        "titles that are too short (of 4 signs at least)": 1,
        "titles that other accounts, the study or this program also have": 2,
    }
    assert "只有我们这样说话" in plan.wanted
    assert not {"早安海湾", "水", "Recompute every hash"} & plan.wanted.keys()


def test_a_name_within_anothers_name_is_not_looked_for(small: Small) -> None:
    text = (small.folder / "after.yaml").read_text(encoding="utf-8")
    (small.folder / "after.yaml").write_text(
        text.replace(NAMES[GARDEN][0], f"{NAMES[GONE][0]}园艺处"), encoding="utf-8"
    )
    study = load_study(str(small.folder / "after.yaml"))
    plan = plan_erasure(small.home, study, GONE, TODAY)
    assert NAMES[GONE][0] not in plan.wanted
    assert plan.left_out == {"names that are part of another account's name": 1}


def test_who_wrote_a_video_decides_whose_it_is(small: Small) -> None:
    both = item(830, GONE, "没有作者的联合视频在此", 1)
    del both["author"], both["author_user_id"]
    more(small, GONE, *(item(840 + n, GONE, f"水务第{n}号公告", 1) for n in range(3)), both)
    more(small, HARBOUR, item(831, HARBOUR, "海", 1), both)
    identity = plan_erasure(small.home, small.after, GONE, TODAY).identity
    assert video_id(830) in identity.shared_video_ids
    assert video_id(SPEAKS_OF_GONE) not in identity.video_ids | identity.shared_video_ids
