"""An erasure from plan to proof: crashes anywhere, homes in use, and what is not finished."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from coded_store import draw, import_all
from small_home import GARDEN, GONE, HARBOUR, MONTHS, NAMES, NICKNAME, NOW, TODAY, Small, item

from sz_assets.coding.store import CodingStore
from sz_assets.contracts.raw import ACCOUNT_PAGES
from sz_assets.crawl.import_files import import_files
from sz_assets.disk import write_bytes
from sz_assets.erasing import erase as module
from sz_assets.erasing import records
from sz_assets.erasing.erase import Erased, consecutive, erase, plan_erasure
from sz_assets.erasing.proof import prove
from sz_assets.errors import UserError
from sz_assets.storage import Home
from sz_assets.verify import verify_coding, verify_lake

STEPS = ("_remove_made", "erase_raw", "erase_core", "erase_coding", "erase_history", "prove")


def fill(home: Home) -> None:
    """Something in every place where what is made lies; the account is named in each."""
    release = home.releases / "one"
    for path in (
        home.warehouse,
        home.dbt_target / "run" / "some.sql",
        home.report_of(MONTHS[0]),
        home.charts_of(MONTHS[0]) / "figure_1.svg",
        release / "warehouse.txt",
        home.kept / "checks" / "some.json",
        home.exports / "release-one" / "all.csv",
        home.dagster / "storage" / "left",
        home.lake / "analysis" / "some" / "part.txt",
        home.lake / "raw" / "account_pages" / f"crawl_month={MONTHS[0]}" / HARBOUR / ".x.9.tmp",
        home.coding / "samples" / ".half.9.tmp" / "tasks.txt",
        home.root / ".probe.77",
    ):
        write_bytes(path, f"{NAMES[GONE][0]} {path.name}".encode())
    home.current.symlink_to(release.relative_to(home.published))
    write_bytes(home.request_counts / "www.douyin.com" / "2024-03-02", b".....")


def run(
    small: Small, rebuild: Callable[[Sequence[date]], Any] | None = None, **more: Any
) -> Erased:
    return erase(
        small.home,
        small.after,
        GONE,
        rebuild=rebuild or (lambda months: small.build(small.after, months)),
        today=TODAY,
        **more,
    )


def finished(small: Small) -> None:
    """Nothing of the account is left, the rest is sound, and so is the record of it."""
    assert not records.marker(small.home).exists()
    assert [problem for month in verify_lake(small.lake) for problem in month.problems] == []
    assert verify_coding(small.home).problems == []
    for month in MONTHS:
        assert small.lake.accounts(ACCOUNT_PAGES, month) == [GARDEN, HARBOUR]
    told = [
        (month, one.answer_count, one.item_count) for month, one in records.erasures(small.lake)
    ]
    assert told == [(month, 2, 1) for month in MONTHS]


def test_an_account_is_erased_and_it_is_proven(small: Small) -> None:
    import_all(small, draw(small))
    fill(small.home)
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    assert len({hit.place for hit in prove(small.home.root, plan.wanted).hits}) > 25
    said: list[str] = []
    done = run(small, told=said.append)
    finished(small)
    assert done.proof.hits == prove(small.home.root, plan.wanted).hits == ()
    assert done.proof.file_count > 20
    assert done.months == MONTHS
    assert any("What was exported (2 folders" in note for note in done.notes)
    assert "building 2024-03 to 2024-04 again" in said
    # The politeness of the day is none of the account's business.
    assert (small.home.request_counts / "www.douyin.com" / "2024-03-02").read_bytes() == b"....."
    left = sorted(path.name for path in small.home.root.iterdir())
    assert left == ["coding", "dagster", "lake", "locks", "requests"]
    with pytest.raises(UserError, match="Nothing is stored of 'mangrove_water'"):
        run(small)


@pytest.mark.parametrize("step", STEPS)
def test_interrupted_before_or_after_a_step_it_goes_on(
    small: Small, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    import_all(small, draw(small))
    fill(small.home)
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    real = getattr(module, step)

    def before(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    def after(*args: Any, **options: Any) -> None:
        real(*args, **options)
        raise KeyboardInterrupt

    for crash in (before, after):
        with monkeypatch.context() as patch:
            patch.setattr(module, step, crash)
            with pytest.raises(KeyboardInterrupt):
                run(small)
        begun = records.begun(small.home)
        assert begun is not None
        assert begun.wanted == plan.wanted
    run(small)
    finished(small)
    assert prove(small.home.root, plan.wanted).hits == ()


def test_a_rebuild_that_fails_is_done_again(small: Small) -> None:
    def fail(months: Sequence[date]) -> None:
        raise UserError("the disk is full")

    with pytest.raises(UserError, match="the disk is full"):
        run(small, fail)
    assert records.marker(small.home).exists()
    run(small)
    finished(small)


def test_what_comes_back_meanwhile_is_looked_for_as_well(small: Small, tmp_path: Path) -> None:
    """The study had the account again for a while, and a title came that no plan knew."""
    with pytest.raises(ZeroDivisionError):
        run(small, lambda months: 1 // 0)
    path = tmp_path / "new.json"
    path.write_text(json.dumps([item(990, GONE, "后来才有的水务标题", 1)]), encoding="utf-8")
    import_files(small.before, small.lake, MONTHS[1], [path], imported_at=NOW)
    done = run(small)
    assert done.plan.wanted["后来才有的水务标题"] == "title"
    assert NICKNAME in done.plan.wanted
    finished(small)


def test_what_is_still_found_keeps_it_unfinished(small: Small) -> None:
    def rebuild(months: Sequence[date]) -> None:
        small.build(small.after, months)
        write_bytes(small.home.root / "notes.txt", NICKNAME.encode())
        write_bytes(small.home.root / "more.txt", NICKNAME.encode())

    with pytest.raises(
        UserError,
        match=r"not erased yet: its name is still in more\.txt, and there are 1 more such places",
    ):
        run(small, rebuild)
    assert records.marker(small.home).exists()
    (small.home.root / "notes.txt").unlink()
    (small.home.root / "more.txt").unlink()
    run(small)
    finished(small)


def test_two_erasures_are_not_mixed(small: Small) -> None:
    with pytest.raises(ZeroDivisionError):
        run(small, lambda months: 1 // 0)
    with pytest.raises(UserError, match=f"in the middle of erasing {GONE}: run sz-assets erase"):
        erase(small.home, small.after, "other", rebuild=print, today=TODAY)
    write_bytes(records.marker(small.home), b"{")
    with pytest.raises(UserError, match="is damaged, which says what an erasure has begun"):
        run(small)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("run", "Another run is using"),
        ("ui", "Another run is using"),
        ("publish", "is being changed already"),
        ("coding", "are being written into"),
    ],
)
def test_a_home_in_use_is_left_alone(small: Small, name: str, said: str) -> None:
    draw(small)
    before = sorted(small.home.lake.rglob("*"))
    held = {
        "run": lambda: small.home.lock("run", "another"),
        "ui": lambda: small.home.lock("ui", "another"),
        "publish": lambda: module.publishing(small.home, "another"),
        "coding": lambda: CodingStore(small.home.coding).lock(),
    }[name]
    with held(), pytest.raises(UserError, match=said):
        run(small)
    assert sorted(small.home.lake.rglob("*")) == before
    assert not records.marker(small.home).exists()


def test_the_caller_builds_with_no_lock_held_and_without_gaps(small: Small) -> None:
    def rebuild(months: Sequence[date]) -> None:
        with small.home.lock("run", "the rebuild"), small.home.lock("ui", "the rebuild"):
            built.append(list(months))
            small.build(small.after, months)

    built: list[list[date]] = []
    run(small, rebuild)
    assert built == [list(MONTHS)]


def test_months_with_gaps_are_ranges() -> None:
    months = [date(2023, 11, 1), date(2023, 12, 1), date(2024, 1, 1), date(2024, 3, 1)]
    assert consecutive(months) == [months[:3], months[3:]]
    assert consecutive([]) == []


def test_the_account_of_the_study_and_nothing_removed_before_it_is_known(small: Small) -> None:
    before = sorted(small.home.root.rglob("*"))
    with pytest.raises(UserError, match="would be crawled again"):
        erase(small.home, small.before, GONE, rebuild=print, today=TODAY)
    assert [path for path in before if not path.exists()] == []
