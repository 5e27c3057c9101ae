"""Whatever a page holds: items = videos + duplicates + rejected, and nothing is invented."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sz_assets.core.normalize import normalize
from sz_assets.sources.registry import decode_pages, get_source

SCALARS = ["7", "12", "\ud83d", "x" * 40, "9" * 6000, 10**25, 1_700_000_000, None, True, False]
json_values = st.recursive(
    st.sampled_from(SCALARS)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["uid", "digg_count", "duration", "hashtag_name", "x"]), inner, max_size=3
    ),
    max_leaves=5,
)  # fmt: skip
FIELDS = (
    "desc", "duration", "is_top", "aweme_type", "images", "text_extra", "statistics", "video",
    "author", "author_user_id", "user", "unknown",
)  # fmt: skip
good_items = st.builds(
    lambda identity, created, extra: {"aweme_id": identity, "create_time": created} | extra,
    st.integers(1, 6) | st.integers(1, 6).map(str),
    st.integers(1_600_000_000, 1_700_000_000),
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4),
)
drifted_items = st.dictionaries(
    st.sampled_from(("aweme_id", "create_time", *FIELDS)), json_values, max_size=6
)
pages = st.lists(
    st.lists(good_items | drifted_items | json_values, max_size=6), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None)
@given(pages, st.booleans())
def test_every_item_is_a_video_a_duplicate_or_a_reject(lists, escaped):
    rows = []
    for number, items in enumerate(lists, start=1):
        text = json.dumps({"aweme_list": items, "has_more": 1}, ensure_ascii=escaped)
        body = text.encode("utf-8", "surrogatepass")
        reading = get_source("douyin").read_page(body, None)
        if reading.problem is not None:
            # Only a body that is no JSON may be turned away as a whole.
            assert not escaped
            continue
        assert reading.item_count == len(items)
        rows.append(
            {
                "account_id": "one",
                "platform": "douyin",
                "outcome": "ok",
                "page_number": number,
                "received_at": datetime(2024, 3, 31),
                "body_sha256": hashlib.sha256(body).hexdigest(),
                "body": body,
                "data_origin": "simulated",
                "item_count": reading.item_count,
            }
        )
    if not rows:
        return
    stored = pl.DataFrame(rows, schema_overrides={"received_at": pl.Datetime("us")})
    decoded = decode_pages(stored)
    found = normalize(
        decoded.items, decoded.rejected, crawl_month=date(2024, 3, 1), time_zone="Asia/Shanghai"
    )
    parts = (found.videos, found.duplicates, found.rejected)
    assert sum(part.height for part in parts) == stored["item_count"].sum()
    places = pl.concat([part.select("page_number", "raw_item_index") for part in parts])
    assert places.is_unique().all()
    assert found.videos["video_id"].is_unique().all()
    for row in found.rejected.iter_rows(named=True):
        page = stored.row(by_predicate=pl.col("page_number") == row["page_number"], named=True)
        assert row["item_body"] in page["body"]
