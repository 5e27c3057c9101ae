"""Drifted items: they are read one by one, and change nothing of the clean ones beside them."""

from __future__ import annotations

import json
from random import Random

import pytest

from benchmarks.full_items import ITEMS_PER_PAGE, full_pages
from sz_assets.sources import douyin_columns
from sz_assets.sources.registry import decode_batches, decode_pages

PAGES = 10


@pytest.fixture(scope="module")
def clean():
    return list(full_pages(PAGES, seed=5))


def wrong_type(item):
    item["statistics"]["digg_count"] = "many"


def missing_parts(item):
    for name in ("statistics", "author", "video", "desc"):
        del item[name]


def not_a_number(item):
    item["duration"] = "NaN"


def huge_number(item):
    item["statistics"]["share_count"] = 10**400


def wrong_nesting(item):
    item["text_extra"] = {"hashtag_name": [item["statistics"]]}


def no_id(item):
    del item["aweme_id"]


def half_an_emoji(item):
    item["desc"] = "\ud83d"


DRIFTS = [
    wrong_type, missing_parts, not_a_number, huge_number, wrong_nesting, no_id, half_an_emoji,
]  # fmt: skip


def drifted(body, change, place):
    page = json.loads(body)
    change(page["aweme_list"][place])
    return json.dumps(page).encode()


@pytest.mark.parametrize("change", DRIFTS, ids=lambda change: change.__name__)
def test_one_drifted_item_in_a_hundred_leaves_the_others_as_they_are(kit, clean, change):
    chance = Random(1)
    bodies, changed = list(clean), set()
    for page in chance.sample(range(PAGES), PAGES * ITEMS_PER_PAGE // 100):
        place = chance.randrange(ITEMS_PER_PAGE)
        bodies[page] = drifted(bodies[page], change, place)
        changed.add((page + 1, place))
    plain, mixed = (decode_pages(kit.rows(*pages)) for pages in (clean, bodies))
    assert mixed.items.height + mixed.rejected.height == PAGES * ITEMS_PER_PAGE
    places = ["page_number", "raw_item_index"]

    def others(decoded):
        rows = decoded.items.drop("raw_page_sha256").rows_by_key(places, named=True)
        return {place: row for place, row in rows.items() if place not in changed}

    assert len(others(plain)) == PAGES * ITEMS_PER_PAGE - 2
    assert others(mixed) == others(plain)
    assert plain.rejected.is_empty()


def test_only_pages_with_a_drifted_item_are_read_item_by_item(kit, clean, monkeypatch):
    read = []
    decode_item = douyin_columns.decode_item

    def noting(raw, latest):
        read.append(raw)
        return decode_item(raw, latest)

    monkeypatch.setattr(douyin_columns, "decode_item", noting)
    decode_pages(kit.rows(*clean))
    assert read == []
    decode_pages(kit.rows(*clean[1:], drifted(clean[0], wrong_type, 3)))
    assert len(read) == ITEMS_PER_PAGE


def test_full_items_are_as_large_as_a_platforms_and_the_same_each_time(clean):
    assert list(full_pages(PAGES, seed=5)) == clean
    assert 40_000 < sum(map(len, clean)) / PAGES / ITEMS_PER_PAGE < 46_000
    assert len(set(clean)) == PAGES


def test_a_tenth_drifted_by_the_benchmark_is_read_as_if_it_were_clean(kit, clean):
    """The benchmark's drift is a counter written as text, which says the same."""
    drifting = list(full_pages(PAGES, seed=5, drift_ratio=0.1))
    texts = sum(body.count(b'"digg_count":"') for body in drifting)
    assert 0 < texts < PAGES * ITEMS_PER_PAGE / 4
    rates = [decode_pages(kit.rows(*pages)).items["like_count"] for pages in (clean, drifting)]
    assert rates[0].null_count() == rates[1].null_count() == 0


def test_batches_give_what_the_whole_gives(kit, clean):
    rows = kit.rows(*clean[1:], drifted(clean[0], no_id, 3))
    whole = decode_pages(rows)
    parts = decode_batches(rows[start : start + 3] for start in range(0, PAGES, 3))
    assert parts.items.equals(whole.items)
    assert parts.rejected.equals(whole.rejected)
    assert parts.rejected.height == 1
    assert decode_batches([]).items.equals(whole.items.clear())
