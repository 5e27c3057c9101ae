"""The generator draws what it says, and its frames are those of the published tables."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.validation.frames import TOP, crawl_history, month_data, video_frame
from benchmarks.validation.studies import (
    EVENT_DAYS,
    FIRST_DAY,
    LOGNORMAL,
    METRICS,
    MODELS,
    STRESS,
    Model,
    Planted,
    draw,
)
from benchmarks.validation.truths import effect_truths, trend_truths
from sz_assets.contracts.growth import VIDEO_AGE_PASSAGE, VIDEO_GROWTH
from sz_assets.contracts.marts import FCT_VIDEO_MONTH
from sz_assets.contracts.validate import conform

EVERY_MODEL = [pytest.param(model, id=model.name) for model in (*MODELS, STRESS)]


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_frames_fit_their_contracts(model: Model) -> None:
    videos = draw(np.random.default_rng(1), model, Planted(growth_days=60))
    month = month_data(videos, 1, crawl_history(videos))
    conform(month.tables["fct_video_month"], FCT_VIDEO_MONTH)
    conform(month.history["video_growth"], VIDEO_GROWTH)
    conform(month.history["video_age_passage"], VIDEO_AGE_PASSAGE)


def test_sizes_days_and_durations_stay_within_their_bounds() -> None:
    videos = draw(np.random.default_rng(2), LOGNORMAL, Planted(), 200, (60, 800))
    sizes = np.bincount(videos.account)
    assert (sizes.min(), sizes.max()) >= (60, 600)
    assert sizes.max() <= 800
    assert videos.duration.min() >= 4
    assert videos.duration.max() <= 640
    assert set(videos.year.tolist()) <= set(range(2017, 2024))


def test_weekday_rank_and_sample_follow_from_the_videos() -> None:
    videos = draw(np.random.default_rng(3), LOGNORMAL, Planted(), sizes=(150, 400))
    frame = video_frame(videos)
    local = pl.col("published_at") + timedelta(hours=8)
    assert frame.select((local.dt.weekday() == pl.col("weekday")).all()).item()
    assert frame.select((local.dt.year() == pl.col("published_year")).all()).item()
    ordered = frame.sort("account_id", "like_rank")
    steps = ordered.select(pl.col("like_count").diff().over("account_id")).to_series()
    assert (steps.drop_nulls() <= 0).all()
    assert frame.filter("is_in_sample")["like_rank"].max() == TOP


@pytest.mark.parametrize("model", [pytest.param(model, id=model.name) for model in MODELS])
def test_the_planted_slope_is_there_and_the_top_200_flatten_it(model: Model) -> None:
    planted = Planted(duration_slope=0.4)
    videos = draw(np.random.default_rng(4), model, planted, 600, (500, 800))
    truths = effect_truths(videos)
    assert truths["all", "like_count", "per_doubling"] == pytest.approx(0.4 * np.log(2), abs=0.02)
    assert truths["sample", "like_count", "per_doubling"] < 0.7 * 0.4 * np.log(2)


def test_nothing_is_there_where_nothing_is_planted() -> None:
    truths = effect_truths(draw(np.random.default_rng(5), LOGNORMAL, Planted(), 1500, (60, 800)))
    assert max(abs(value) for value in truths.values()) < 0.04


def test_the_event_has_as_many_videos_and_as_much_engagement_as_planted() -> None:
    planted = Planted(event_crowd=4.0, event_ratio=4.0, is_steady=True)
    videos = draw(np.random.default_rng(6), LOGNORMAL, planted, 1000, (200, 400))
    inside = (videos.day >= planted.event_day) & (videos.day < planted.event_day + EVENT_DAYS)
    days = (date(2023, 10, 31) - FIRST_DAY).days - EVENT_DAYS
    assert (inside.sum() / EVENT_DAYS) / ((~inside).sum() / days) == pytest.approx(4.0, rel=0.05)
    likes = videos.final[:, 0]
    assert likes[inside].mean() - likes[~inside].mean() == pytest.approx(np.log(4.0), abs=0.1)


def test_growth_leads_to_the_final_counters_and_never_falls() -> None:
    videos = draw(np.random.default_rng(7), LOGNORMAL, Planted(growth_days=60))
    young, old = videos.at_age(30), videos.at_age(365)
    assert (young <= old).all()
    assert (old <= np.floor(np.exp(videos.final))).all()
    changes = crawl_history(videos)["video_growth"].select(
        pl.col([metric.replace("_count", "_growth") for metric in METRICS]).min()
    )
    assert min(changes.row(0)) >= 0


def test_quality_falls_only_where_that_is_planted() -> None:
    drawn = {
        fall: trend_truths(
            draw(np.random.default_rng(8), LOGNORMAL, Planted(yearly_change=fall), 1000)
        )
        for fall in (0.0, -0.5)
    }
    key = ("all", "like_count", "2022")
    assert drawn[0.0][key] == pytest.approx(1.0, abs=0.04)
    assert drawn[-0.5][key] == pytest.approx(np.exp(-0.5), abs=0.06)
