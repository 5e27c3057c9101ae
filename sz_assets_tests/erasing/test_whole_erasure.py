"""A real home with everything in it: runs, releases in every format, codes, a trained machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from coded_store import codes, draw
from small_home import (
    GARDEN,
    GONE,
    HARBOUR,
    MONTHS,
    NAMES,
    NICKNAME,
    TODAY,
    UIDS,
    Small,
    make_small,
    sec_uid,
    title_of,
)

from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import CodingStore
from sz_assets.coding.train import train
from sz_assets.erasing.erase import Erased, erase, plan_erasure
from sz_assets.erasing.planning import Plan
from sz_assets.erasing.proof import Proof, prove
from sz_assets.verify import verify_coding, verify_lake

pytestmark = pytest.mark.slow
FORMATS = "parquet,csv,xlsx,spss,stata,bundle,superset"
# Where the account must be found before, or the prover proves nothing.
PLACES = (
    "lake/raw/account_pages", "lake/raw/account_profiles", "lake/core/videos", "lake/core/accounts",
    "lake/core/human_codes", "lake/core/coding_tasks", "lake/core/video_codes", "lake/analysis",
    "warehouse/warehouse.duckdb", "published/releases", "artifacts/charts", "artifacts/report",
    "exports", "coding/samples", "coding/codes", "coding/models",
    "dagster/history/runs",
)  # fmt: skip
ENDINGS = (".parquet", ".csv", ".xlsx", ".sav", ".dta", ".zip", ".duckdb", ".html", ".db", ".svg")


@dataclass
class Whole:
    """A home before and after: `seen` is what was found of the account before."""

    small: Small
    plan: Plan
    seen: Proof
    before: dict[str, Any]
    erased: Erased


def published(small: Small) -> dict[str, Any]:
    """What readers see of the other accounts: videos and likes by account and month."""
    path = str(small.home.current / "warehouse.duckdb")
    with closing(duckdb.connect(path, read_only=True)) as connection:
        rows = connection.execute(
            "select account_id, crawl_month, count(*), sum(like_count)::bigint "
            "from fct_video_month where account_id != ? group by all",
            [GONE],
        ).fetchall()
    return {(account, month): facts for account, month, *facts in rows}


def people_code(small: Small, sample_id: str) -> None:
    store = CodingStore(small.home.coding)
    tasks = store.sample_tasks(sample_id)
    for coder in ("ann", "bo"):
        assert store.add_codes(codes(tasks, small.before, coder, file=f"{coder}.csv"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, run_month: Any) -> Whole:
    small = make_small(tmp_path_factory.mktemp("whole"), count=40)

    def run(study: str, months: Sequence[date]) -> None:
        environment = {
            "SZ_STUDY": str(small.folder / f"{study}.yaml"), "SZ_RELEASE_FORMATS": FORMATS,
        }  # fmt: skip
        outcome = run_month(small.home.root, *months, environment=environment).outcome
        assert (outcome.failures, outcome.exit_code) == ([], 0)

    run("before", MONTHS)
    people_code(small, draw(small, size=120, month=1))
    store = CodingStore(small.home.coding)
    assert train(store, small.before, use=True)["is_in_use"]
    run("before", MONTHS)
    plan = plan_erasure(small.home, small.after, GONE, TODAY)
    seen = prove(small.home.root, plan.wanted)
    before = published(small)
    erased = erase(
        small.home,
        small.after,
        GONE,
        rebuild=lambda months: run("after", months),
        today=TODAY,
    )
    return Whole(small, plan, seen, before, erased)


@pytest.mark.parametrize("place", PLACES)
def test_before_it_was_found_in_every_layer(whole: Whole, place: str) -> None:
    assert any(hit.place.startswith(place) for hit in whole.seen.hits)


@pytest.mark.parametrize("ending", ENDINGS)
def test_before_it_was_found_in_every_format(whole: Whole, ending: str) -> None:
    """Behind the format, not only among its bytes, where it packs them."""
    within = [hit.place for hit in whole.seen.hits if f"{ending} (" in hit.place]
    whole_files = [hit.place for hit in whole.seen.hits if hit.place.endswith(ending)]
    packs = ending in (".parquet", ".xlsx", ".sav", ".dta", ".zip", ".duckdb", ".db")
    assert within if packs else whole_files


def test_before_every_kind_was_found(whole: Whole) -> None:
    kinds = Counter(hit.kind for hit in whole.seen.hits)
    assert set(kinds) == set(whole.plan.wanted.values())
    assert len(set(whole.plan.wanted.values())) == 5


def test_after_nothing_is_found_in_any_file(whole: Whole) -> None:
    again = prove(whole.small.home.root, whole.plan.wanted)
    assert again.hits == whole.erased.proof.hits == ()
    assert again.file_count > 300
    assert again.line().endswith("nothing of the account is in any of them.")
    assert whole.plan.left_out == {}


def test_after_nothing_is_found_by_plainer_means_either(whole: Whole) -> None:
    """The prover's own search might be at fault: here every table is written out and read."""
    root = whole.small.home.root
    names = [*NAMES[GONE], NICKNAME, GONE, sec_uid(GONE), str(UIDS[GONE]), title_of(GONE, 3)]
    written = {}
    for path in root.rglob("*"):
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path, hive_partitioning=False, glob=False)
            written[path] = str(frame.rows()) + path.name
        elif path.suffix == ".duckdb":
            with closing(duckdb.connect(str(path), read_only=True)) as connection:
                tables = connection.execute("select table_name from duckdb_tables()").fetchall()
                written[path] = "".join(
                    str(connection.execute(f'from "{name}"').fetchall()) for (name,) in tables
                )
        elif path.is_file():
            written[path] = path.read_bytes().decode(errors="replace")
    assert sum(path.suffix in (".parquet", ".duckdb") for path in written) > 60
    for path, text in written.items():
        assert [name for name in names if name in text] == [], path


def test_after_the_home_verifies(whole: Whole) -> None:
    found = [(one.crawl_month, one.problems, one.items) for one in verify_lake(whole.small.lake)]
    assert found == [(month, [], 82) for month in MONTHS]
    store = verify_coding(whole.small.home)
    assert store.problems == []
    assert (store.imports, store.samples, store.models) == (2, 1, 0)


def test_after_the_others_are_published_as_before_but_for_its_videos(whole: Whole) -> None:
    before, after = whole.before, published(whole.small)
    assert set(after) == {(one, month) for one in (HARBOUR, GARDEN) for month in MONTHS}
    for number, month in enumerate(MONTHS):
        assert after[GARDEN, month] == before[GARDEN, month]
        # The video that the account wrote stood in this list as well.
        count, likes = before[HARBOUR, month]
        assert after[HARBOUR, month] == [count - 1, likes - 77 - number]
    manifest = json.loads((whole.small.home.current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["crawl_months"] == [str(month) for month in MONTHS]
    assert manifest["tables"]["dim_account"]["rows"] == 2
    assert len(list(whole.small.home.releases.iterdir())) == 1
    for month in MONTHS:
        assert whole.small.home.report_of(month).exists()
        assert (whole.small.home.current / "reports" / f"{month:%Y-%m}.html").exists()


def test_after_the_codes_of_others_still_count(whole: Whole) -> None:
    store = CodingStore(whole.small.home.coding)
    left = store.codes()
    assert set(left["account_id"]) == {HARBOUR, GARDEN}
    path = whole.small.home.lake / "core" / "human_codes" / f"crawl_month={MONTHS[1]}"
    human = pl.read_parquet(path / "part.parquet", hive_partitioning=False)
    assert human.height == left.height > 100
    assert Models(store).current_id() is None


def test_after_the_history_holds_only_the_new_run(whole: Whole) -> None:
    from sz_assets.defs.instance import open_instance

    with open_instance(whole.small.home) as instance:
        assert len(instance.get_runs()) == 1


def test_what_was_said_of_it(whole: Whole) -> None:
    notes = " ".join(whole.erased.notes)
    assert "The trained coder in use had learnt from the account's titles" in notes
    assert "had learnt from the account's titles: it is gone" in notes
    assert "Import 1 of codes has" in notes
    assert Path(whole.small.home.root / "erasing.json").exists() is False
