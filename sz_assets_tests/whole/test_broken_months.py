"""Months that are broken on purpose: the check that must fail does, and the old release stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.disk import remove_folder
from sz_assets.settings import Settings
from sz_assets.storage import Home, Lake

MONTH = date(2023, 10, 1)


@pytest.fixture
def unchanged(published_hashes) -> Callable[[Home], Any]:
    """A context after which the same release is current and holds the same rows."""

    @contextmanager
    def check(home: Home) -> Iterator[None]:
        before = home.current.readlink(), published_hashes(home)
        yield
        assert (home.current.readlink(), published_hashes(home)) == before
        assert [path.name for path in home.releases.iterdir()] == [before[0].name]

    return check


def failed_checks(ran: Any) -> set[str]:
    return {f"{asset}:{name}" for (asset, name, _), e in ran.checks().items() if not e.passed}


def test_a_changed_byte_of_a_stored_page_stops_the_month(
    october_copy: Home, run_month, unchanged, change_body
) -> None:
    lake = Lake(october_copy.lake)
    [path] = lake.attempts(ACCOUNT_PAGES, MONTH, "shenzhen_swat")
    change_body(path, lambda body: body.replace(b'"digg_count":', b'"digg_count":1', 1))
    with unchanged(october_copy):
        ran = run_month(october_copy.root)
    assert ran.outcome.exit_code == 1
    [sentence] = ran.outcome.failures
    assert sentence.startswith("raw/account_pages of 2023-10, check hashes: 1 of ")
    assert failed_checks(ran) == {"raw/account_pages:hashes"}
    evidence = ran.checks()["raw/account_pages", "hashes", "2023-10"].metadata["changed"].value
    assert evidence == [f"shenzhen_swat, attempt {path.stem}, request 2"]
    assert ran.materialized() == {"raw/account_pages", "raw/account_profiles"}


def test_a_lost_video_stops_the_month(
    october_copy: Home, run_month, unchanged, monkeypatch
) -> None:
    from sz_assets.core.normalize import Items, normalize

    def losing(*args: Any, **options: Any) -> Items:
        found = normalize(*args, **options)
        return Items(found.videos[1:], found.duplicates, found.rejected)

    monkeypatch.setattr("sz_assets.defs.assets.core.normalize", losing)
    with unchanged(october_copy):
        ran = run_month(october_copy.root)
    assert ran.outcome.exit_code == 1
    [sentence] = ran.outcome.failures
    assert "core/crawl_coverage of 2023-10, check totals" in sentence
    assert "item_count_minus_parts" in sentence
    assert failed_checks(ran) == {"core/crawl_coverage:totals"}
    assert not any(name.startswith(("engagement", "publish")) for name in ran.materialized())
    rows = ran.checks()["core/crawl_coverage", "totals", "2023-10"].metadata
    [sample] = rows["failing rows (up to 5 each)"].value.values()
    assert len(sample) == 1


@pytest.mark.slow
def test_a_refused_account_stops_the_month_unless_that_is_allowed_and_is_made_up_for(
    tmp_path: Path, small_study: Path, run_month, refusing, light, manifest
) -> None:
    home = tmp_path / "home"
    environment = {"SZ_STUDY": str(small_study)}
    settings = Settings.from_environment({"SZ_HOME": str(home), **environment})
    refused = {"platforms": refusing("shenzhen_swat")}
    ran = run_month(home, build=lambda: light(settings, refused))
    assert ran.outcome.exit_code == 2
    [sentence] = ran.outcome.failures
    assert "core/crawl_coverage of 2023-10, check complete: 1 of 2 lists" in sentence
    assert "shenzhen_swat refused" in sentence
    assert "Run the month again, import what is missing, or go on without it" in sentence
    assert failed_checks(ran) == {"core/crawl_coverage:complete"}
    assert not any(name.startswith("engagement") for name in ran.materialized())
    assert not ran.home.published.exists()
    assert "shenzhen_health_commission" in Lake(ran.home.lake).accounts(ACCOUNT_PAGES, MONTH)

    allowed = run_month(home, build=lambda: light(settings, refused), allow_partial=True)
    assert (allowed.outcome.exit_code, allowed.outcome.failures) == (2, [])
    [warning] = allowed.outcome.warnings
    assert "shenzhen_swat refused" in warning
    complete = allowed.checks()["core/crawl_coverage", "complete", "2023-10"]
    assert (complete.passed, complete.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert manifest(allowed.home)["crawl_months"] == ["2023-10-01"]
    # Only the account that lacked was asked for again.
    attempts = {
        account: len(Lake(ran.home.lake).attempts(ACCOUNT_PAGES, MONTH, account))
        for account in ("shenzhen_health_commission", "shenzhen_swat")
    }
    assert attempts == {"shenzhen_health_commission": 1, "shenzhen_swat": 2}

    mended = run_month(home, build=lambda: light(settings))
    assert (mended.outcome.exit_code, mended.outcome.failures) == (0, [])
    assert mended.checks()["core/crawl_coverage", "complete", "2023-10"].passed


def test_a_truncated_chart_stops_the_report(
    october_copy: Home, materialize, unchanged, monkeypatch
) -> None:
    from sz_assets.charts.render import ChartFiles, write_chart

    def truncating(*args: Any, **options: Any) -> ChartFiles:
        files = write_chart(*args, **options)
        content = files.svg.read_bytes()
        files.svg.write_bytes(content[: len(content) // 2])
        return files

    monkeypatch.setattr("sz_assets.charts.batch.write_chart", truncating)
    remove_folder(october_copy.kept / "charts")
    with unchanged(october_copy):
        result = materialize(october_copy, "charts/figure_3", "publish/report", "publish/warehouse")
    assert not result.success
    failed = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert [(e.asset_key.to_user_string(), e.check_name) for e in failed] == [
        ("charts/figure_3", "files")
    ]
    assert "SVG" in failed[0].description
    built = {e.asset_key.to_user_string() for e in result.get_asset_materialization_events()}
    assert built == {"charts/figure_3"}


def test_a_release_with_an_unexpected_column_is_not_published(
    october_copy: Home, materialize, unchanged, monkeypatch
) -> None:
    from sz_assets.publish import release

    fill = release.fill_warehouse

    def adding(path: Path, *args: Any) -> None:
        import duckdb

        fill(path, *args)
        with duckdb.connect(str(path)) as connection:
            connection.execute("alter table dim_account add column digg_count bigint")

    monkeypatch.setattr(release, "fill_warehouse", adding)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with unchanged(october_copy):
        result = materialize(october_copy, "publish/warehouse")
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "dim_account has columns" in str(failure.step_failure_data.error)
    assert not list(october_copy.releases.glob(".*"))


def test_stored_pages_are_used_again(october_copy: Home, materialize) -> None:
    lake = Lake(october_copy.lake)
    before = {path: path.stat().st_mtime_ns for path in lake.root.rglob("raw/**/*.parquet")}
    result = materialize(october_copy, "raw/account_pages", "raw/account_profiles")
    assert result.success
    assert {p: p.stat().st_mtime_ns for p in lake.root.rglob("raw/**/*.parquet")} == before
    [event, _] = result.get_asset_materialization_events()
    metadata = event.step_materialization_data.materialization.metadata
    assert metadata["accounts_crawled_by_this_run"].value == 0
    assert isinstance(pl.read_parquet(next(iter(before)), glob=False), pl.DataFrame)
