"""Files of real answers into the raw tables, and what is said of files that can't be imported."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from sz_assets.contracts.raw import ACCOUNT_PAGES, ACCOUNT_PROFILES
from sz_assets.core.accounts import build_accounts
from sz_assets.core.coverage import build_coverage
from sz_assets.core.normalize import normalize
from sz_assets.crawl.import_files import import_files
from sz_assets.crawl.session import crawl_month
from sz_assets.crawl.stored import load_month
from sz_assets.errors import UserError
from sz_assets.sources.registry import decode_batches, decode_profiles
from sz_assets.study import Selection, Study
from sz_assets_tests.bundled import shenzhen

MONTH = date(2024, 3, 1)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MONTH_END = datetime(2024, 3, 31, 15, 59, 59)


@pytest.fixture
def study(kit):
    return make_study(kit.account("one", platform_uid="1"), kit.account("two", platform_uid="2"))


def make_study(*accounts):
    import msgspec

    bundled = shenzhen()
    return msgspec.structs.replace(
        bundled, id="test", accounts=accounts, selection=Selection(min_followers=10, verified=False)
    )


def items(kit, *authors, start=0):
    return [
        kit.item(start + number, author_user_id=author) for number, author in enumerate(authors)
    ]


def save(path, content):
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def core(study, lake, month=MONTH):
    """The composition that the assets make of the parts."""
    ids = [account.id for account in study.accounts]
    stored = load_month(lake, month, ids)
    decoded = decode_batches(stored.page_batches())
    items = normalize(decoded.items, decoded.rejected, crawl_month=month, time_zone=study.time_zone)
    accounts = build_accounts(
        study, decode_profiles(stored.profiles), crawl_month=month, data_origin=stored.data_origin
    )
    coverage = build_coverage(
        ids, month, stored.data_origin, stored.page_answers, stored.profile_answers, accounts, items
    )
    return accounts, items, coverage


def test_an_author_is_also_known_by_the_id_of_the_list(kit, study, lake, tmp_path):
    account = study.accounts[1]
    author = {"uid": "31", "sec_uid": account.platform_account_id}
    path = save(tmp_path / "a.json", [kit.item(1, author=author)])
    result = import_files(study, lake, MONTH, [path], imported_at=NOW)
    assert [one.account_id for one in result.accounts] == [account.id]


def test_files_go_to_the_authors_of_most_of_their_items(kit, study, lake, tmp_path):
    first = save(tmp_path / "a.json", items(kit, 1, 1, 2))
    second = save(tmp_path / "b.json", {"aweme_list": items(kit, 2, start=9), "has_more": 0})
    result = import_files(study, lake, MONTH, [first, second], imported_at=NOW)
    assert [(one.account_id, one.item_count, one.is_new) for one in result.accounts] == [
        ("one", 3, True),
        ("two", 1, True),
    ]
    [page] = lake.read_attempts(
        ACCOUNT_PAGES, lake.attempts(ACCOUNT_PAGES, MONTH, "one")
    ).iter_rows(named=True)
    assert page["body"] == first.read_bytes()
    assert (page["url"], page["page_number"], page["item_count"]) == ("a.json", 1, 3)
    assert (page["has_more"], page["http_status"], page["cursor_in"]) == (None, None, None)
    assert page["received_at"] == MONTH_END
    assert page["data_origin"] == "import:douyin"
    _, found, coverage = core(study, lake)
    assert found.videos.group_by("account_id").len().sort("account_id")["len"].to_list() == [3, 1]
    assert coverage["coverage_verdict"].to_list() == ["unknown", "unknown"]
    assert "imported files do not say" in coverage["coverage_reason"][0]


def test_lines_of_items_are_read(kit, study, lake, tmp_path):
    lines = b"\n".join(json.dumps(one).encode() for one in items(kit, 1, 1, 1))
    path = save(tmp_path / "a.ndjson", b"\xef\xbb\xbf" + lines + b"\n\n")
    import_files(study, lake, MONTH, [path], imported_at=NOW)
    _, found, _ = core(study, lake)
    assert found.videos.height == 3


def test_an_account_can_be_named(kit, study, lake, tmp_path):
    path = save(tmp_path / "a.json", items(kit, 7, 7))
    result = import_files(study, lake, MONTH, [path], account_id="two", imported_at=NOW)
    assert result.accounts[0].account_id == "two"


def test_the_same_files_are_stored_once(kit, study, lake, tmp_path):
    path = save(tmp_path / "a.json", items(kit, 1))
    profile = save(tmp_path / "p.json", [{"uid": "1", "nickname": "x", "follower_count": 12}])
    import_files(study, lake, MONTH, [path, profile], imported_at=NOW)
    result = import_files(study, lake, MONTH, [path, path, profile], imported_at=NOW)
    assert [one.is_new for one in result.accounts] == [False]
    assert len(lake.attempts(ACCOUNT_PAGES, MONTH, "one")) == 1
    other = save(tmp_path / "b.json", items(kit, 1, 1))
    assert import_files(study, lake, MONTH, [other], imported_at=NOW).accounts[0].is_new
    accounts, found, _ = core(study, lake)
    assert found.videos.height == 2
    assert accounts["follower_count"].to_list() == [12, None]
    assert accounts["is_eligible"].to_list() == [True, False]


def test_profiles_keep_their_bytes(kit, study, lake, tmp_path):
    users = b'[ {"uid":"2","nickname":"\\ud83d","follower_count" : 11},{"uid":"99"} ]'
    result = import_files(study, lake, MONTH, [save(tmp_path / "p.json", users)], imported_at=NOW)
    assert (result.accounts[0].profile_count, result.foreign_profile_count) == (1, 1)
    [row] = lake.read_attempts(
        ACCOUNT_PROFILES, lake.attempts(ACCOUNT_PROFILES, MONTH, "two")
    ).iter_rows(named=True)
    assert row["body"] == b'{"uid":"2","nickname":"\\ud83d","follower_count" : 11}'
    accounts, _, coverage = core(study, lake)
    assert accounts["follower_count"].to_list() == [None, 11]
    assert coverage["coverage_verdict"].to_list() == ["unknown", "unknown"]


def test_the_present_month_is_observed_now(kit, study, lake, tmp_path):
    path = save(tmp_path / "a.json", items(kit, 1))
    import_files(study, lake, date(2026, 11, 1), [path], imported_at=NOW)
    rows = lake.read_attempts(ACCOUNT_PAGES, lake.attempts(ACCOUNT_PAGES, date(2026, 11, 1), "one"))
    assert rows["received_at"][0] == NOW.replace(tzinfo=None)
    with pytest.raises(UserError, match="2026-12 has not begun"):
        import_files(study, lake, date(2026, 12, 1), [path], imported_at=NOW)


BAD_FILES = {
    "empty": (b"", "is empty"),
    "space": (b"\n", "is empty"),
    "no items": (b"[]", "holds no videos and no profiles"),
    "no list": (b'{"a":1}', "holds something else"),
    "numbers": (b"[1,2]", "holds something else"),
    "text": (b"aweme_id,desc\n1,a\n", "is not JSON"),
    "cut": (b'[{"aweme_id":"1","create_time":16000', "is not JSON"),
    "a bad line": (b'{"aweme_id":"1"}\n{"aweme_id":"2"}\n{"aweme_id\n', r"is not JSON \(line 3: "),
    "not UTF-8": ("[{'标题'}]".encode("gbk"), "is not JSON"),
    "no author": (b'[{"aweme_id":"1"}]', "does not say who authored"),
    "foreign": (b'[{"aweme_id":"1","author_user_id":5}]', r"is of no account of the study.* by 5"),
    "foreign profile": (b'[{"uid":"5"}]', "holds the profile of no account of the study"),
    "a mixture": (b'[{"uid":"1"},{"aweme_id":"1"}]', "holds something else"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_named_and_nothing_is_imported(kit, study, lake, tmp_path, name):
    content, message = BAD_FILES[name]
    good = save(tmp_path / "good.json", items(kit, 1))
    bad = save(tmp_path / "bad.json", content)
    with pytest.raises(UserError, match=rf"bad\.json {message}"):
        import_files(study, lake, MONTH, [good, bad], imported_at=NOW)
    assert not list(lake.root.rglob("*.parquet"))


@pytest.mark.parametrize(("name", "cause"), [("none.json", "no such file"), (".", "directory")])
def test_a_missing_file_is_named(study, lake, tmp_path, name, cause):
    with pytest.raises(UserError, match=rf"can't be read \(.*{cause}"):
        import_files(study, lake, MONTH, [tmp_path / name], imported_at=NOW)


def test_unknown_names_are_refused(study, lake):
    with pytest.raises(UserError, match="format 'har' is unknown: use one of douyin"):
        import_files(study, lake, MONTH, [], format_name="har", imported_at=NOW)
    with pytest.raises(UserError, match="--account 'three' is no account"):
        import_files(study, lake, MONTH, [], account_id="three", imported_at=NOW)


def test_real_files_are_not_put_beside_simulated_data(kit, study, lake, serve, platform, tmp_path):
    crawl_month(kit.plan(serve(platform), crawl_month=MONTH), lake, lambda progress: None)
    path = save(tmp_path / "a.json", items(kit, 1))
    with pytest.raises(UserError, match="2024-03 already holds simulated data of one"):
        import_files(study, lake, MONTH, [path], imported_at=NOW)


@pytest.mark.real_data
def test_the_real_creators(kit, lake, real_data):
    """449 items; counts and sums of likes as twenty independent lines compute them."""
    folder = real_data / "douyin"
    files = sorted((folder / "posts").glob("*.json"))
    study: Study = make_study(
        *(
            kit.account(f"u{user['uid']}", platform_uid=user["uid"])
            for user in json.loads((folder / "profiles.json").read_bytes())
        )
    )
    result = import_files(study, lake, MONTH, [*files, folder / "profiles.json"], imported_at=NOW)
    assert sum(one.item_count for one in result.accounts) == 449
    accounts, found, coverage = core(study, lake)
    assert found.videos.height + found.duplicates.height + found.rejected.height == 449
    expected = {}
    for file in files:
        posts = json.loads(file.read_bytes())
        authors = [post["author_user_id"] for post in posts]
        owner = f"u{max(set(authors), key=authors.count)}"
        likes = sum(post["statistics"]["digg_count"] for post in posts)
        expected[owner] = (len(posts), likes)
    sums = found.videos.group_by("account_id").agg(pl.len(), pl.sum("like_count"))
    assert {row[0]: row[1:] for row in sums.iter_rows()} == expected
    assert coverage["item_count"].sum() == 449
    assert accounts["follower_count"].null_count() == 0
    photos = found.videos.filter(pl.col("media_type") == "photo")
    assert photos.height == 3
    assert photos["duration_seconds"].null_count() == 3
    assert found.videos["play_count"].null_count() == 449
    assert found.videos["is_pinned"].sum() == 18
    strangers = found.videos.filter("u" + pl.col("author_platform_uid") != pl.col("account_id"))
    assert strangers.height == 4
