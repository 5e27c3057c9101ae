"""A plain crawl of the embedded platform over HTTP, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import httpx
import pytest

from sz_assets.simulation.clock import observation_instant
from sz_assets.simulation.server import SimulatedPlatform

ACCOUNT_IDS = (
    "shenzhen_news_network", "first_scene", "shenzhen_satellite_tv", "shenzhen_traffic_police",
    "shenzhen_public_security", "shenzhen_special_zone_daily", "shenzhen_health_commission",
    "shenzhen_cyber_police", "shenzhen_swat", "noon_30_minutes", "iyou_shenzhen",
    "shenzhen_tv_news", "military_newsroom",
)  # fmt: skip
PROFILE = "/aweme/v1/web/user/profile/other/"
POSTS = "/aweme/v1/web/aweme/post/"

Pages = list[dict[str, Any]]


class Crawl:
    """What one month's crawl received: per account its profile and pages, in order."""

    def __init__(self, base_url: str) -> None:
        with httpx.Client(base_url=base_url, trust_env=False, timeout=10) as client:

            def of_account(account_id: str) -> tuple[dict[str, Any], Pages]:
                params: dict[str, Any] = {"sec_user_id": f"SIMULATED-{account_id}"}
                profile = client.get(PROFILE, params=params).raise_for_status().json()
                pages, cursor, more = [], 0, True
                while more:
                    query = {**params, "max_cursor": cursor, "count": 20}
                    answer = client.get(POSTS, params=query).raise_for_status()
                    pages.append(json.loads(answer.content))
                    cursor, more = pages[-1]["max_cursor"], bool(pages[-1]["has_more"])
                return profile["user"], pages

            with ThreadPoolExecutor(4) as pool:
                received = dict(zip(ACCOUNT_IDS, pool.map(of_account, ACCOUNT_IDS), strict=True))
        self.users = {account: user for account, (user, _) in received.items()}
        self.pages = {account: pages for account, (_, pages) in received.items()}

    def items(self, account: str | None = None) -> Pages:
        accounts = ACCOUNT_IDS if account is None else (account,)
        return [item for a in accounts for page in self.pages[a] for item in page["aweme_list"]]

    def sample(self) -> Pages:
        """The study's rule in plain words: per account the 200 most liked."""
        chosen: Pages = []
        for account in ACCOUNT_IDS:
            liked = [i for i in self.items(account) if likes(i) is not None]
            liked.sort(key=lambda i: (-(likes(i) or 0), i["create_time"], i["aweme_id"]))
            chosen += liked[:200]
        return chosen


def likes(item: dict[str, Any]) -> int | None:
    return item.get("statistics", {}).get("digg_count")


CrawlMonth = Callable[..., Crawl]


@pytest.fixture(scope="session")
def crawl_month() -> Iterator[CrawlMonth]:
    """Crawls a month once per session: `crawl_month("2023-10", scale="default")`."""
    done: dict[tuple[str, str], Crawl] = {}

    def crawl(month: str, scale: str = "default") -> Crawl:
        if (month, scale) not in done:
            instant = observation_instant(date.fromisoformat(f"{month}-01"), "Asia/Shanghai")
            with SimulatedPlatform(instant, scale) as base_url:
                done[month, scale] = Crawl(base_url)
        return done[month, scale]

    yield crawl
    done.clear()
