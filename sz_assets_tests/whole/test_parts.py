"""Parts of a month, built by themselves as a click in the UI does."""

from __future__ import annotations

from sz_assets.disk import remove_folder
from sz_assets.storage import Home


def test_one_mart_is_built_and_tested_without_the_others(october_copy: Home, materialize) -> None:
    result = materialize(october_copy, "engagement/publishing_by_year")
    assert result.success
    assert [e.asset_key.to_user_string() for e in result.get_asset_materialization_events()] == [
        "engagement/publishing_by_year"
    ]
    checked = {e.check_name for e in result.get_asset_check_evaluations()}
    assert "publishing_by_year_counts_every_video" in checked
    assert {e.asset_key.path[-1] for e in result.get_asset_check_evaluations()} == {
        "publishing_by_year"
    }


def test_one_chart_is_drawn_without_the_others(october_copy: Home, materialize) -> None:
    folder = october_copy.charts_of(next(iter(october_copy.reports())))
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    remove_folder(october_copy.kept / "charts")
    assert materialize(october_copy, "charts/table_1").success
    drawn = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert drawn == {f"table_1.{kind}" for kind in ("json", "svg", "png", "html")}


def test_an_unchanged_chart_is_kept_and_its_event_says_who_made_it(
    october_copy: Home, materialize
) -> None:
    folder = october_copy.charts_of(next(iter(october_copy.reports())))
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    result = materialize(october_copy, "charts/table_1")
    [event] = result.get_asset_materialization_events()
    told = event.materialization.metadata["made by an earlier run"]
    assert told.value != result.run_id
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
