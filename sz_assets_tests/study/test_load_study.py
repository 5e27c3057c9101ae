"""Finding and reading a study: what is bundled, what is beside the file, what is the default."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest

from sz_assets.errors import UserError
from sz_assets.study import NotTestable, Study, Trend, bundled_studies, load_study

SMALL = """\
id: small
name: {zh: 小, en: Small}
first_crawl_month: 2024-03
accounts:
  - id: one
    platform: douyin
    platform_account_id: MS4wLjA
    name: {zh: 一, en: One}
"""


def write(folder: Path, text: str = SMALL, **files: str) -> Path:
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shenzhen() -> Study:
    return load_study("shenzhen")


def test_bundled_study_has_the_rules_of_the_paper(shenzhen: Study) -> None:
    assert bundled_studies() == ["shenzhen"]
    assert shenzhen.time_zone == "Asia/Shanghai"
    assert shenzhen.first_crawl_month == date(2023, 1, 1)
    assert (shenzhen.selection.min_followers, shenzhen.selection.verified) == (1_000_000, True)
    assert (shenzhen.sample.top, shenzhen.sample.by) == (200, "like_count")


def test_bundled_accounts_are_placeholders_in_the_order_of_the_paper(shenzhen: Study) -> None:
    assert len(shenzhen.accounts) == 13
    for number, account in enumerate(shenzhen.accounts, start=1):
        assert account.platform_account_id == f"SIMULATED-{account.id}"
        assert account.platform_uid == str(9_000_000_000_000 + number)
    assert shenzhen.accounts[0].id == "shenzhen_news_network"
    assert shenzhen.accounts[-1].id == "military_newsroom"


def test_table_1_is_recorded_as_printed(shenzhen: Study) -> None:
    printed = {a.id: a.published for a in shenzhen.accounts if a.published}
    missing = [a.id for a in shenzhen.accounts if a.published is None]
    assert missing == [
        "shenzhen_public_security",
        "shenzhen_special_zone_daily",
        "military_newsroom",
    ]
    assert sum(p.printed_times for p in printed.values()) == 13
    repeated = {name for name, p in printed.items() if p.printed_times == 2}
    assert repeated == {"shenzhen_health_commission", "shenzhen_cyber_police", "shenzhen_swat"}
    noon = printed["noon_30_minutes"]
    assert (noon.name, noon.follower_count, noon.videos) == ("Noon 30", 2_856_000, "Over 35000")
    for account in printed.values():
        assert account.videos == f"Over {account.video_count_at_least}"
        assert account.follower_count >= 1_000_000


def test_file_and_folder_are_read_alike_and_defaults_apply(tmp_path: Path) -> None:
    folder = write(tmp_path)
    study = load_study(str(folder))
    assert study == load_study(str(folder / "study.yaml"))
    assert study.time_zone == "Asia/Shanghai"
    assert study.first_crawl_month == date(2024, 3, 1)
    assert study.codebook == load_study("shenzhen").codebook
    assert study.claims == ()
    assert study.events == ()
    assert study.accounts[0].platform_uid is None


def test_events_and_claims_lie_beside_the_study(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        SMALL + "claims: claims.yaml\nevents: events.yaml\n",
        claims="""\
claims:
  - id: rise
    section: "1"
    statement: {zh: 升, en: It rises.}
    unit: steps
    measure: {kind: trend, table: publishing_by_year, where: {population: all},
              over: published_year, from: 2020, to: 2022, column: video_count, direction: rising}
  - id: felt
    section: "2"
    statement: {zh: 感, en: It is felt.}
    measure: {kind: not_testable, reason: Nobody was asked.}
""",
        events="""\
events:
  - id: forty
    starts_on: 2020-08-26
    name: {zh: 特区四十周年, en: The special zone turns 40}
    source: https://example.org/40
""",
    )
    study = load_study(str(folder))
    assert study.events[0].starts_on == study.events[0].last_day == date(2020, 8, 26)
    trend, felt = (claim.measure for claim in study.claims)
    assert isinstance(trend, Trend)
    assert (trend.first, trend.last) == (2020, 2022)
    assert isinstance(felt, NotTestable)


def test_bundled_name_wins_over_a_folder_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shenzhen").mkdir()
    write(tmp_path / "shenzhen")
    monkeypatch.chdir(tmp_path)
    assert load_study("shenzhen").id == "shenzhen"
    assert load_study("./shenzhen").id == "small"


@pytest.mark.parametrize("name", ["nowhere", "../shenzhen/../nowhere", "", "/"])
def test_unknown_study_names_the_bundled_ones(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"no study .*bundled one \(shenzhen\)"):
        load_study(name)


def test_study_is_immutable(shenzhen: Study) -> None:
    with pytest.raises(AttributeError):
        shenzhen.accounts[0].id = "other"  # type: ignore[misc]


def test_codebook_version_follows_its_content(shenzhen: Study) -> None:
    codebook = shenzhen.codebook
    first, *others = codebook.primary
    category, *rest = first.secondary
    changed = msgspec.structs.replace(category, cues_en=(*category.cues_en, "another"))
    other = msgspec.structs.replace(
        codebook,
        primary=(msgspec.structs.replace(first, secondary=(changed, *rest)), *others),
    )
    assert len(codebook.version) == 16
    assert codebook.version == load_study("shenzhen").codebook.version
    assert codebook.version != other.version


def test_importing_is_cheap() -> None:
    heavy = "polars pandas duckdb dagster altair great_expectations httpx numpy"
    code = f"import sys, sz_assets.study; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
