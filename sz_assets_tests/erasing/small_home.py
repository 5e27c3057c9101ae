"""A home of three accounts with names like no others, of which one is erased.

Here: the accounts, their items in two months, and storing them as imports. Not here: any test.

Of the erased account a video also stands in another's list; another's video stands in its list and
names it as second author; and a third account speaks of it in a caption.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sz_assets.contracts.core import (
    ACCOUNTS,
    CRAWL_COVERAGE,
    DUPLICATE_ITEMS,
    REJECTED_ITEMS,
    VIDEOS,
)
from sz_assets.core.accounts import build_accounts
from sz_assets.core.coverage import build_coverage
from sz_assets.core.normalize import normalize
from sz_assets.crawl.import_files import import_files
from sz_assets.crawl.stored import load_month
from sz_assets.sources.registry import decode_batches, decode_profiles
from sz_assets.storage import Home, Lake
from sz_assets.study import Study, load_study

MONTHS = (date(2024, 3, 1), date(2024, 4, 1))
NOW = datetime(2024, 5, 2, tzinfo=UTC)
TODAY = date(2026, 12, 1)
GONE = "mangrove_water"
HARBOUR, GARDEN = "harbour_guard", "garden_office"
UIDS = {GONE: 98_765_432_101, HARBOUR: 12_345_678_901, GARDEN: 22_334_455_667}
NAMES = {
    GONE: ("红树湾水务局", "Mangrove Bay Waterworks"),
    HARBOUR: ("蛇口海港卫队", "Shekou Harbour Guard"),
    GARDEN: ("梅林园艺处", "Meilin Gardens"),
}
NICKNAME = "红树湾小水滴"
BY_GONE_ELSEWHERE, BY_HARBOUR_AT_GONE, SPEAKS_OF_GONE = 900, 901, 902
TITLE_ELSEWHERE = "红树湾与蛇口联合巡河第一天"
TITLE_OF_HARBOUR = "蛇口海港清晨的第一班船"
_WORDS = ("救援现场", "特警训练", "公园花开", "博物馆之夜", "市长来访", "暴雨提醒")


def sec_uid(account: str) -> str:
    return f"MS4wLjABAAAA_{account.upper()}_x7"


def video_id(number: int) -> str:
    return str(7_300_000_000_000_000_000 + number)


def author(account: str) -> dict[str, Any]:
    nickname = NICKNAME if account == GONE else NAMES[account][0]
    return {
        "uid": str(UIDS[account]),
        "sec_uid": sec_uid(account),
        "nickname": nickname,
        "unique_id": f"{account}_public",
        "enterprise_verify_reason": f"{NAMES[account][0]}官方账号",
    }


def item(number: int, account: str, title: str, likes: int, **more: Any) -> dict[str, Any]:
    return {
        "aweme_id": video_id(number),
        "create_time": 1_700_000_000 + number * 3_600,
        "desc": title,
        "duration": 15_000,
        "author": author(account),
        "author_user_id": UIDS[account],
        "statistics": {
            "digg_count": likes, "comment_count": 3, "collect_count": 2, "share_count": 1,
        },
        **more,
    }  # fmt: skip


def title_of(account: str, number: int) -> str:
    words = _WORDS[number % len(_WORDS)]
    return f"{NAMES[account][0][:3]}{words}第{number}期 #日常{number}"


def lists(month: int, count: int) -> dict[str, list[dict[str, Any]]]:
    """The lists of all accounts in the month of that number; likes grow from month to month."""
    accounts = (GONE, HARBOUR, GARDEN)
    made = {
        account: [
            item(place * 100 + n, account, title_of(account, n), 10 * n + 1_000 * month)
            for n in range(count)
        ]
        for place, account in enumerate(accounts, 1)
    }
    together = item(BY_GONE_ELSEWHERE, GONE, TITLE_ELSEWHERE, 77 + month)
    helped = item(
        BY_HARBOUR_AT_GONE, HARBOUR, TITLE_OF_HARBOUR, 88 + month,
        cooperation_info={"co_creators": [author(GONE), author(HARBOUR)]},
    )  # fmt: skip
    speaks = item(
        SPEAKS_OF_GONE, GARDEN, f"感谢@{NICKNAME} 帮忙浇水", 99,
        text_extra=[{"start": 2, "end": 9, "type": 0, "sec_uid": sec_uid(GONE)}],
        music={"owner_id": str(UIDS[GONE]), "title": f"@{NICKNAME}创作的原声"},
    )  # fmt: skip
    made[GONE] += [together, helped]
    made[HARBOUR] += [together, helped]
    made[GARDEN].append(speaks)
    return made


def profile(account: str) -> dict[str, Any]:
    return {
        **author(account),
        "follower_count": 2_000_000,
        "aweme_count": 10,
        "total_favorited": 99,
        "is_gov_media_vip": True,
    }


def study_text(*accounts: str, more: str = "") -> str:
    listed = "".join(
        f"  - {{id: {account}, platform: douyin, platform_account_id: {sec_uid(account)}, "
        f'platform_uid: "{UIDS[account]}", name: {{zh: {NAMES[account][0]}, '
        f"en: {NAMES[account][1]}}}}}\n"
        for account in accounts
    )
    return (
        "id: bays\nname: {zh: 海湾研究, en: Study of Bays}\nfirst_crawl_month: 2024-01\n"
        f"selection: {{min_followers: 0, verified: false}}\n{more}accounts:\n{listed}"
    )


@dataclass
class Small:
    """The home, the study with all three accounts, and the one without the erased."""

    home: Home
    folder: Path
    before: Study
    after: Study

    @property
    def lake(self) -> Lake:
        return Lake(self.home.lake)

    def build(self, study: Study, months: Any = MONTHS) -> None:
        """The tables of core that the assets would make of what is stored."""
        ids = [account.id for account in study.accounts]
        for month in months:
            stored = load_month(self.lake, month, ids)
            decoded = decode_batches(stored.page_batches())
            items = normalize(
                decoded.items, decoded.rejected, crawl_month=month, time_zone=study.time_zone
            )
            accounts = build_accounts(
                study,
                decode_profiles(stored.profiles),
                crawl_month=month,
                data_origin=stored.data_origin,
            )
            coverage = build_coverage(
                ids, month, stored.data_origin, stored.page_answers, stored.profile_answers,
                accounts, items,
            )  # fmt: skip
            for table, frame in (
                (ACCOUNTS, accounts),
                (VIDEOS, items.videos),
                (DUPLICATE_ITEMS, items.duplicates),
                (REJECTED_ITEMS, items.rejected),
                (CRAWL_COVERAGE, coverage),
            ):
                self.lake.write(table, month, frame)


def make_small(folder: Path, count: int = 8) -> Small:
    """A home in `folder` with both months imported and their core tables built."""
    home = Home(folder / "home")
    home.prepare()
    studies = {}
    for name, accounts in (("before", (GONE, HARBOUR, GARDEN)), ("after", (HARBOUR, GARDEN))):
        path = folder / f"{name}.yaml"
        path.write_text(study_text(*accounts), encoding="utf-8")
        studies[name] = load_study(str(path))
    home.claim_for("bays")
    made = Small(home, folder, studies["before"], studies["after"])
    for number, month in enumerate(MONTHS):
        files = []
        for account, items in lists(number, count).items():
            for kind, content in (("posts", items), ("profile", profile(account))):
                path = folder / f"{kind}-{month}-{UIDS[account] % 97}.json"
                # One account's files are escaped, as some tools write them.
                text = json.dumps(content, ensure_ascii=account == GARDEN)
                path.write_text(text, encoding="utf-8")
                files.append(path)
        import_files(made.before, made.lake, month, files, imported_at=NOW)
    made.build(made.before)
    return made
