"""What a crawl plan takes from the settings and the study."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from sz_assets.crawl.resume import open_attempt
from sz_assets.crawl.session import crawl_month
from sz_assets.defs.assets.raw import accounts_to_crawl
from sz_assets.defs.platforms import LivePlatforms, open_platforms
from sz_assets.defs.resources import LakeTables
from sz_assets.settings import Settings
from sz_assets.storage import Lake
from sz_assets.study import load_study
from sz_assets_tests.bundled import shenzhen

STUDY = """\
id: small
name: {zh: 小, en: Small}
first_crawl_month: 2023-01
accounts:
  - id: one
    platform: douyin
    platform_account_id: SEC-one
    name: {zh: 一, en: One}
"""


@pytest.fixture
def small(tmp_path: Path):
    def load(extra: str = ""):
        path = tmp_path / "study.yaml"
        path.write_text(STUDY + extra, encoding="utf-8")
        return load_study(str(path))

    return load


@pytest.mark.parametrize(
    ("extra", "is_obeyed"),
    [("", True), ("obey_robots: true\n", True), ("obey_robots: false\n", False)],
)
def test_a_live_plan_is_as_polite_as_it_is_told(small, tmp_path, extra, is_obeyed):
    settings = Settings.from_environment(
        {
            "SZ_HOME": str(tmp_path / "home"),
            "SZ_SOURCE": "live",
            "SZ_CONCURRENCY": "2",
            "SZ_DAILY_REQUEST_LIMIT": "7",
            "SZ_USER_AGENT": "my-city/1.0",
        }
    )
    study = small(extra)
    # Midnight in Shanghai has passed.
    now = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    with LivePlatforms(settings, study, lambda: now).plan(
        date(2026, 11, 1), study.accounts
    ) as plan:
        assert (plan.requests_per_second, plan.concurrency) == (1.0, 2)
        assert plan.user_agent == "my-city/1.0"
        assert plan.obey_robots is is_obeyed
        assert plan.budget is not None
        assert (plan.budget.limit, plan.budget.today()) == (7, date(2026, 11, 1))
        assert plan.budget.folder == tmp_path / "home" / "requests"


def test_the_default_names_the_program_and_the_embedded_platform_has_no_budget(tmp_path):
    study = shenzhen()
    platforms = open_platforms(Settings.from_environment({"SZ_HOME": str(tmp_path)}), study)
    with platforms.plan(date(2023, 10, 1), study.accounts) as plan:
        assert plan.user_agent.startswith("sz-assets/")
        assert plan.budget is None
        assert plan.requests_per_second is None
        assert plan.obey_robots is True


def test_a_complete_list_is_fetched_again_only_to_end_what_was_left_unfinished(tmp_path):
    study = shenzhen()
    first, second = study.accounts[8:10]
    study = msgspec.structs.replace(study, accounts=(first, second))
    lake = Lake(tmp_path / "lake")
    platforms = open_platforms(Settings.from_environment({"SZ_HOME": str(tmp_path)}), study)
    month = date(2023, 10, 1)

    def left(*, recrawl: bool = False):
        return accounts_to_crawl(study, LakeTables(lake), platforms, month, recrawl=recrawl)

    assert left() == [first, second]
    with platforms.plan(month, [first]) as plan:
        crawl_month(plan, lake, lambda progress: None)
        assert left() == [second]
        open_attempt(plan, lake, first).journal.close()
    assert left() == left(recrawl=True) == [first, second]
