"""The end of a day's budget as the real command shows it, and going on with the same command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from fault_server import FaultServer, answer


def platform(request):
    """Two pages of one video each."""
    if request.path == "/robots.txt":
        return answer(b"", 404)
    if "profile" in request.path:
        user = {"uid": "11", "nickname": "one", "follower_count": 2_000_000, "aweme_count": 2}
        return answer(json.dumps({"status_code": 0, "user": user}).encode())
    is_first = request.query["max_cursor"] == "0"
    video = {
        "aweme_id": "8" if is_first else "7",
        "create_time": 1_700_000_000 - (not is_first),
        "author_user_id": 11,
        "author": {"uid": "11"},
        "statistics": {"digg_count": 1, "comment_count": 1, "collect_count": 1, "share_count": 1},
    }
    page = {"aweme_list": [video], "has_more": int(is_first), "max_cursor": 1_700_000_000_000}
    return answer(json.dumps(page).encode())


def run(server: FaultServer, folder: Path, limit: int) -> tuple[int, str]:
    """Exit code and output of `sz-assets run` on a live source."""
    done = subprocess.run(
        [Path(sys.executable).with_name("sz-assets"), "run"],
        capture_output=True,
        timeout=900,
        env={
            **os.environ,
            "SZ_HOME": str(folder / "home"),
            "SZ_STUDY": str(folder / "study.yaml"),
            "SZ_SOURCE": "live",
            "SZ_REQUESTS_PER_SECOND": "1000",
            "SZ_DAILY_REQUEST_LIMIT": str(limit),
            "SZ_DOUYIN_BASE_URL": server.base_url,
        },
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.slow
def test_a_spent_budget_ends_with_code_2_and_a_larger_one_goes_on(tiny_study, without_settings):
    folder = tiny_study("one").parent
    pages = folder / "home" / "lake" / "raw" / "account_pages"
    with FaultServer(platform) as server:
        code, said = run(server, folder, 3)
        assert code == 2, said
        assert "truncated" in said
        [first] = pages.rglob("*.parquet")
        [reason] = pl.read_parquet(first)["outcome_reason"].drop_nulls()
        assert reason.startswith("budget: the 3 requests of the day")
        assert reason.split("; ")[1] in said
        kept = first.read_bytes()
        code, said = run(server, folder, 3)
        assert code == 2, said
        # robots.txt, the profile, a page.
        assert len(server.requests) == 3
        code, said = run(server, folder, 100)
        assert code == 0, said
        assert "went on with attempt" in said
        asked = [one.query.get("max_cursor") for one in server.requests if one.query]
    assert asked == [None, "0", "1700000000000"]
    assert first.read_bytes() == kept
    second = max(pages.rglob("*.parquet"))
    assert pl.read_parquet(second)["outcome"].to_list() == ["ok", "ok"]
    assert not list(folder.rglob("*.journal"))
