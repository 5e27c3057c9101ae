"""Which samples count: those that are coded, whatever else was drawn before or since."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from sz_assets.core.coding.counting_samples import of_counting_samples, of_keeping_samples

OCTOBER, SEPTEMBER = date(2023, 10, 1), date(2023, 9, 1)


def tasks(*samples: tuple[str, range], month: date = OCTOBER) -> pl.DataFrame:
    return pl.DataFrame(
        [(name, month, "a", str(n)) for name, numbers in samples for n in numbers],
        schema={
            "sample_id": pl.String,
            "sample_crawl_month": pl.Date,
            "account_id": pl.String,
            "video_id": pl.String,
        },
        orient="row",
    )


def coded(numbers: range) -> pl.DataFrame:
    return pl.DataFrame(
        [("a", str(n)) for n in numbers],
        schema={"account_id": pl.String, "video_id": pl.String},
        orient="row",
    )


def names(frame: pl.DataFrame) -> list[str]:
    return frame["sample_id"].unique(maintain_order=True).to_list()


FIRST = ("first", range(100))


@pytest.mark.parametrize(
    "other",
    [range(600), range(50, 150), range(20, 60), range(600, 700), range(5, 102)],
    ids=["everything", "half shared", "within", "apart", "nearly within"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_sample_that_was_only_drawn_changes_nothing(other, is_first):
    # Nothing can tell an older one that lies within the coded tasks from a coded one.
    if is_first and other in (range(20, 60), range(5, 102)):
        return
    pair = [FIRST, ("drawn", other)]
    drawn = tasks(*(reversed(pair) if is_first else pair))
    for done in (range(100), range(85), range(60)):
        assert names(of_counting_samples(drawn, coded(done))) == ["first"]
        assert names(of_keeping_samples(drawn, coded(done))) == ["first"]


def test_all_samples_that_are_coded_count():
    both = tasks(FIRST, ("second", range(50, 150)))
    assert names(of_counting_samples(both, coded(range(140)))) == ["first", "second"]
    assert names(of_counting_samples(both, coded(range(139)))) == ["first"]


def test_a_sample_that_is_begun_keeps_its_part_before_it_counts():
    both = tasks(FIRST, ("second", range(50, 150)))
    assert names(of_keeping_samples(both, coded(range(102)))) == ["first"]
    assert names(of_counting_samples(both, coded(range(103)))) == ["first"]
    assert names(of_keeping_samples(both, coded(range(103)))) == ["first", "second"]


def test_months_have_samples_of_their_own_and_one_counts_until_one_is_done():
    drawn = pl.concat([tasks(FIRST), tasks(("september", range(90, 200)), month=SEPTEMBER)])
    assert names(of_counting_samples(drawn, coded(range(95)))) == ["first", "september"]


def test_without_codes_none_counts():
    assert of_counting_samples(tasks(FIRST), coded(range(0))).is_empty()
    assert of_keeping_samples(tasks(FIRST), coded(range(500, 501))).is_empty()
    assert of_counting_samples(tasks(), coded(range(3))).is_empty()
