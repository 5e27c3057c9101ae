"""Commands that do their work: import and run, run again after a kill, verify, doctor."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sz_assets.contracts.core import REJECTED_ITEMS, VIDEOS
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.storage import Home, Lake

MONTH = date(2023, 10, 1)


@pytest.mark.slow
def test_files_become_a_report_and_nobody_is_asked(
    sz, home, study, posts, kit, tmp_path, nobody_is_asked
) -> None:
    """On a live source, in a past month: what is stored is all that there is."""
    live = {"SZ_SOURCE": "live", "SZ_STUDY": study}
    profiles = kit.save(
        tmp_path / "profiles.json",
        [
            {"uid": "11", "nickname": "一<script>", "follower_count": 5_000, "aweme_count": 13},
            {"uid": "22", "nickname": "二", "follower_count": 70, "aweme_count": 0},
            {"uid": "99", "nickname": "别人", "follower_count": 1, "aweme_count": 1},
        ],
    )
    said = sz("import", "--month", "2024-03", posts, profiles, **live)
    assert (said.code, said.err) == (0, "")
    assert "one: 13 items, 1 profiles stored (profiles.json, one.json)" in said.out
    assert "two: 0 items, 1 profiles stored (profiles.json)" in said.out
    assert "1 profiles are of no account of the study." in said.out
    assert said.out.endswith("Next: sz-assets run --month 2024-03\n")
    again = sz("import", "--month", "2024-03", posts, profiles, **live)
    assert "one: 13 items, 1 profiles already stored" in again.out

    # The list of account two was not among the files.
    said = sz("run", "--month", "2024-03", **live)
    assert (said.code, said.out) == (2, "")
    assert "two unknown (No page of the account's list was asked for" in said.sentence
    said = sz("run", "--month", "2024-03", "--allow-partial", **live)
    assert said.code == 2, said.err
    [warning] = [line for line in said.err.splitlines() if line.startswith("Warning")]
    assert "2 of 2 lists are not known to be complete" in warning
    made = dict(re.findall(r"^  (\w+) +(/.*)$", said.out, flags=re.M))
    assert set(made) == {"report", "warehouse", "dictionary", "charts"}
    assert all(Path(path).exists() for path in made.values())
    assert "simulated" not in said.out + said.err
    with closing(duckdb.connect(made["warehouse"], read_only=True)) as connection:
        rows = connection.execute(
            "select account_id, follower_count, video_count, data_origin from fct_account_month "
            "order by all"
        ).fetchall()
        assert rows == [("one", 5_000, 12, "import:douyin"), ("two", 70, 0, "import:douyin")]
        likes = "select sum(like_count), count(*) from fct_video_month"
        assert connection.execute(likes).fetchall() == [(7_800, 12)]
        [(comment,)] = connection.execute(
            "select comment from duckdb_tables() where table_name = 'dim_account'"
        ).fetchall()
        assert "imulated" not in comment
    assert "<script>" not in re.sub(
        r"<script[ >].*?</script>", "", Path(made["report"]).read_text(encoding="utf-8"), flags=re.S
    )
    rejected = Lake(home / "lake").read(REJECTED_ITEMS, date(2024, 3, 1))
    assert json.loads(rejected["item_body"][0])["author_user_id"] == 11
    assert sz("verify", **live).out == (
        "2024-03: 3 answers have their hashes, 13 items are accounted for: ok.\n"
    )


@pytest.mark.slow
def test_the_same_month_again_after_a_kill_and_from_the_start(
    sz, october, october_copy: Home, light, published_hashes, core_hashes, monkeypatch
) -> None:
    """A run that was killed is closed, and a new crawl of the month brings the same tables."""
    import dagster as dg
    from dagster._core.test_utils import create_run_for_test

    from sz_assets.defs.instance import LAUNCHED_BY_COMMAND, open_instance

    with open_instance(october_copy) as instance:
        killed = create_run_for_test(
            instance, "month", status=dg.DagsterRunStatus.STARTED, tags=LAUNCHED_BY_COMMAND
        )
        instance.event_log_storage.set_concurrency_slots("crawl", 1)
        claim = instance.event_log_storage.claim_concurrency_slot(
            "crawl", killed.run_id, "account_lists"
        )
        assert claim.is_claimed
    monkeypatch.setattr("sz_assets.definitions.build_defs", light)
    said = sz("run", "--month", "2023-10", "--recrawl", SZ_HOME=october_copy.root)
    assert said.code == 0, said.err
    assert f"An earlier run ({killed.run_id[:8]}) had been killed; it is closed now." in said.err
    assert "From the embedded platform: all of it is simulated data." in said.out
    with open_instance(october_copy) as instance:
        assert instance.get_run_by_id(killed.run_id).status is dg.DagsterRunStatus.FAILURE
    lake = Lake(october_copy.lake)
    attempts = [path.stem for path in lake.attempts(ACCOUNT_PAGES, MONTH, "shenzhen_swat")]
    assert attempts == ["20231031T040000Z-0001", "20231031T040000Z-0002"]
    assert published_hashes(october_copy) == published_hashes(october.home)
    assert core_hashes(october_copy) == core_hashes(october.home)
    assert len(list(october_copy.releases.iterdir())) == 2
    assert october_copy.current.readlink().name != october.outcome.run_id


def test_a_home_without_anything_is_well(sz, home: Path) -> None:
    said = sz("verify")
    assert (said.code, said.out) == (0, f"Nothing is stored in {home} yet.\n")
    assert not home.exists()


def test_verify_finds_that_all_is_well(sz, october: Home) -> None:
    said = sz("verify", SZ_HOME=october.home.root)
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(
        r"2023-10: \d+ answers have their hashes, \d{4} items are accounted for: ok\.\n", said.out
    )


def rewrite(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    change(pl.read_parquet(path, glob=False, hive_partitioning=False)).write_parquet(path)


def swat_pages(home: Home) -> Path:
    return Lake(home.lake).attempts(ACCOUNT_PAGES, MONTH, "shenzhen_swat")[0]


def change_a_byte(home: Home) -> None:
    body = pl.col("body").bin.slice(1).bin.encode("hex").str.to_uppercase()
    rewrite(
        swat_pages(home),
        lambda frame: frame.with_columns(
            pl.when(pl.int_range(pl.len()) == 1)
            .then(pl.lit(b" ") + body.str.decode("hex"))
            .otherwise("body")
            .alias("body")
        ),
    )


def cut_a_file(home: Home) -> None:
    path = swat_pages(home)
    path.write_bytes(path.read_bytes()[:-100])


def remove_a_file(home: Home) -> None:
    swat_pages(home).unlink()


def lose_a_video(home: Home) -> None:
    rewrite(Lake(home.lake).path(VIDEOS, MONTH), lambda frame: frame[1:])


def double_a_video(home: Home) -> None:
    rewrite(Lake(home.lake).path(VIDEOS, MONTH), lambda frame: pl.concat([frame, frame[:1]]))


def lose_a_table(home: Home) -> None:
    Lake(home.lake).path(REJECTED_ITEMS, MONTH).unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change_a_byte, r"shenzhen_swat, attempt 2023\S+, request 3 has changed bytes\."),
        (cut_a_file, r"shenzhen_swat, attempt 2023\S+ \(the file can't be read\)"),
        (remove_a_file, r"shenzhen_swat: 0 items were received, 0 are in .*, 3\d\d in the"),
        (lose_a_video, r"1 items are not in exactly one of .*for example page \d+, item \d+"),
        (double_a_video, r"1 items are not in exactly one of videos, duplicates and rejected"),
        (lose_a_table, r"The month is stored but not built: run it\."),
    ],
)
def test_verify_names_the_damage(sz, october_copy: Home, damage, words: str) -> None:
    damage(october_copy)
    said = sz("verify", SZ_HOME=october_copy.root)
    assert said.code == 1
    assert re.search(words, said.err), said.err
    assert re.fullmatch(r"\d problems? found; each is named above\.", said.sentence)
    assert re.search(r"2023-10: .*: \d problems\.", said.out)


def test_doctor_looks_at_everything(sz, home: Path) -> None:
    said = sz("doctor")
    assert said.code == 0
    lines = dict(line.split(": ", 1) for line in said.out.splitlines())
    assert list(lines) == [
        "ok  settings", "ok  study", "ok  douyin", "ok  language model", "ok  schedule",
        "ok  releases", "ok  home", "ok  disk", "ok  versions",
    ]  # fmt: skip
    assert lines["ok  language model"].startswith("none codes titles")
    assert lines["ok  study"] == "shenzhen: 13 accounts, 59 claims" or re.fullmatch(
        r"shenzhen: 13 accounts, \d+ claims", lines["ok  study"]
    )
    assert lines["ok  releases"].startswith("DuckDB v1.4.0, with parquet, csv beside it")
    assert lines["ok  schedule"].startswith(
        "runs nothing by itself (SZ_SCHEDULE), and tells the log"
    )
    assert lines["ok  home"] == str(home)
    assert "duckdb 2." in lines["ok  versions"]


def test_doctor_says_what_is_wrong_and_shows_no_secret(
    sz, home: Path, study: Path, monkeypatch
) -> None:
    said = sz("doctor", SZ_SOURCE="live", SZ_DOUYIN_COOKIE="very-secret")
    assert said.code == 1
    assert "!!  douyin: 13 accounts have a placeholder" in said.out
    said = sz("doctor", SZ_SOURCE="live", SZ_STUDY=study, SZ_DOUYIN_COOKIE="very-secret")
    assert said.code == 0
    assert "a cookie is set (SZ_DOUYIN_COOKIE)" in said.out
    assert "very-secret" not in said.out + said.err
    assert "no cookie is set" in sz("doctor", SZ_SOURCE="live", SZ_STUDY=study).out
    model = {"SZ_CODING_LLM_BASE_URL": "http://127.0.0.1:9/v1", "SZ_CODING_LLM_MODEL": "small"}
    said = sz("doctor", SZ_CODING_LLM_KEY="very-secret", **model)
    assert "small at http://127.0.0.1:9/v1 codes titles when asked to, a key is set" in said.out
    assert "very-secret" not in said.out + said.err

    study.write_text(study.read_text().replace("platform: douyin", "platform: kuaishou", 1))
    said = sz("doctor", SZ_SOURCE="live", SZ_STUDY=study)
    assert said.code == 1
    assert "!!  kuaishou: can't be crawled yet: take its accounts out of the study" in said.out

    home.rmdir()
    home.touch()
    said = sz("doctor")
    assert said.code == 1
    assert "a file is in the place of a folder" in said.out
    home.unlink()

    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 0))
    said = sz("doctor")
    assert said.code == 1
    assert "!!  disk: 0.0 GiB free: free at least 2 GiB" in said.out
