"""A month that people coded: their codes replace the machine's, and everything says how far."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from sz_assets.coding.export import export_new_sample
from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import CodingStore
from sz_assets.coding.train import train
from sz_assets.contracts.coding import (
    CATEGORY_PREVALENCE,
    CODING_RELIABILITY,
    CODING_TASKS,
    HUMAN_CODES,
    MACHINE_CODES,
    MACHINE_EVALUATION,
)
from sz_assets.contracts.core import VIDEO_CODES, VIDEOS
from sz_assets.contracts.marts import CATEGORY_ENGAGEMENT, FCT_VIDEO_MONTH, PAPER_COMPARISON
from sz_assets.core.coding.sampling import SamplePlan
from sz_assets.storage import Home, Lake
from sz_assets.study import Study
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
NOW = datetime(2023, 11, 2, 8, 0)
KEY = ["account_id", "video_id"]
CODES = ("core/coding_tasks", "core/human_codes", "core/machine_codes", "core/video_codes")
MARTS = ("engagement/fct_video_month", "engagement/category_engagement",
         "engagement/category_specialisation")  # fmt: skip
ANALYSES = (
    "analysis/coding_reliability", "analysis/machine_evaluation", "analysis/category_prevalence",
    "analysis/paper_comparison",
)  # fmt: skip


def people(store: CodingStore, study: Study, cues: pl.DataFrame) -> pl.DataFrame:
    """Two coders see every task; they correct every sixth word of the machine, and differ on a few.

    Returns what was imported.
    """
    seconds = [second.id for _, second in study.codebook.secondary]
    word = dict(cues.select(pl.concat_str(KEY, separator=":"), "secondary_category").iter_rows())
    rows = []
    for place, task in enumerate(store.sample_tasks().to_dicts()):
        said = word[f"{task['account_id']}:{task['video_id']}"]
        truth = seconds[place % len(seconds)] if place % 6 == 0 else said
        for coder in ("ann", "bo"):
            slipped = coder == "bo" and place % 20 == 1
            category = seconds[0 if truth != seconds[0] else 1] if slipped else truth
            rows.append(
                {
                    **{name: task[name] for name in (*KEY, "sample_id")},
                    "coder_id": coder,
                    "code_round": "independent",
                    "secondary_categories": [category] if category else [],
                    "codebook_version": study.codebook.version,
                    "coded_at": NOW,
                    "imported_at": NOW,
                    "source_format": "csv",
                    "source_file": "codes.csv",
                    "source_line": len(rows) + 1,
                    "comment": None,
                    "source_sha256": "0" * 64,
                }
            )
    codes = pl.DataFrame(
        rows, schema_overrides={"comment": pl.String, "secondary_categories": pl.List(pl.String)}
    )
    assert store.add_codes(codes)
    return codes


class Coded:
    """A home with its tables, before and after."""

    def __init__(self, home: Home, study: Study) -> None:
        self.home, self.study, self.lake = home, study, Lake(home.lake)
        self.store = CodingStore(home.coding)

    def read(self, table: Any) -> pl.DataFrame:
        if table.layer != "engagement":
            return self.lake.read(table, MONTH)
        with closing(duckdb.connect(str(self.home.warehouse), read_only=True)) as connection:
            return connection.sql(f"from {table.name}").pl()


@pytest.fixture(scope="module")
def coded(october, materialize, tmp_path_factory) -> Coded:
    folder = tmp_path_factory.mktemp("coded")
    home = Home(shutil.copytree(october.home.root, folder / "home", symlinks=True))
    made = Coded(home, shenzhen())
    cues = made.read(VIDEO_CODES)
    export_new_sample(
        made.store,
        made.study,
        SamplePlan(size=600, coder_ids=("ann", "bo"), reliability_size=600),
        made.read(VIDEOS),
        cues,
        population="all",
        format="csv",
        folder=folder / "out",
        created_at=NOW,
    )
    people(made.store, made.study, cues)
    assert materialize(home, *CODES, *MARTS, *ANALYSES).success
    return made


def test_without_codes_every_table_says_so(october) -> None:
    lake = Lake(october.home.lake)
    assert lake.read(HUMAN_CODES, MONTH).is_empty()
    assert lake.read(CODING_TASKS, MONTH).is_empty()
    assert set(lake.read(VIDEO_CODES, MONTH)["coding_method"]) == {"cue_words:1"}
    for table in (CODING_RELIABILITY, MACHINE_EVALUATION, CATEGORY_PREVALENCE):
        rows = lake.read(table, MONTH)
        assert rows.height > 0
        assert rows["note"].null_count() == 0, table.name
    reliability = lake.read(CODING_RELIABILITY, MONTH)
    assert set(reliability["verdict"]) == {"unknown"}
    estimates = lake.read(CATEGORY_PREVALENCE, MONTH).filter(pl.col("estimator") != "uncorrected")
    assert set(estimates["share_ratio"]) == {None}
    claims = lake.read(PAPER_COMPARISON, MONTH).drop_nulls("coding_reliability")
    assert claims.height > 20
    assert set(claims["coding_reliability"]) == {"unknown"}
    decided = claims.filter(pl.col("verdict") != "not_testable")
    assert decided["note"].str.contains("not checked by people: computed, not established").all()


def test_peoples_codes_count_before_the_machines(coded: Coded) -> None:
    human, codes = coded.read(HUMAN_CODES), coded.read(VIDEO_CODES)
    assert (human.height, coded.read(CODING_TASKS).height) == (1_200, 600)
    assert human["is_usable"].all()
    counts = dict(codes["coding_method"].value_counts().iter_rows())
    assert counts["human"] + counts["cue_words:1"] == codes.height
    # Where the two disagree nobody has the majority.
    said = human.group_by(KEY).agg(pl.col("secondary_categories").n_unique().alias("different"))
    agreed = said.filter(different=1).height
    assert 560 < agreed < 600
    assert counts["human"] == agreed
    marts = coded.read(CATEGORY_ENGAGEMENT)
    videos = coded.read(FCT_VIDEO_MONTH).filter("is_in_sample")
    sample = codes.join(videos, on=KEY, how="semi")
    by_people = sample.filter(pl.col("coding_method") == "human").drop_nulls("secondary_category")
    assert marts["human_coded_count"].sum() == by_people.height > 0


def test_the_machines_words_are_kept_beside_peoples(coded: Coded, october) -> None:
    before = Lake(october.home.lake).read(VIDEO_CODES, MONTH)
    words = coded.read(MACHINE_CODES)
    assert words.select(*KEY, "cue_word_category", "matched_cues").rows() == (
        before.select(*KEY, "secondary_category", "matched_cues").rows()
    )


def test_reliability_machine_and_shares_are_measured(coded: Coded) -> None:
    reliability = coded.read(CODING_RELIABILITY).filter(category_level="overall")
    values = {row["coefficient"]: row for row in reliability.to_dicts()}
    assert values["percent_agreement"]["value"] == pytest.approx(0.95, abs=0.001)
    assert values["krippendorff_alpha"]["verdict"] == "reliable"
    assert values["machine_alpha"]["unit_count"] > 100
    machine = coded.read(MACHINE_EVALUATION).filter(category_level="overall").to_dicts()
    assert [row["coding_method"] for row in machine] == ["cue_words:1"]
    assert 0.4 < machine[0]["accuracy_ratio"] < 0.9
    assert values["machine_alpha"]["verdict"] == "unknown"
    # What the coders differ on is not like the rest: before it is decided nothing is corrected.
    corrected = coded.read(CATEGORY_PREVALENCE).filter(estimator="corrected")
    assert set(corrected["share_ratio"]) == {None}
    assert corrected["note"].str.contains("sz-assets coding adjudicate").all()


def test_claims_about_categories_say_how_reliable_the_codes_are(coded: Coded) -> None:
    claims = coded.read(PAPER_COMPARISON)
    about = claims.filter(claim_id="categories_secondary").to_dicts()[0]
    worst = coded.read(CODING_RELIABILITY).filter(
        category_level="overall", coefficient="machine_alpha"
    )
    assert about["coding_reliability"] == worst["verdict"][0]
    assert "People agree with α = 0.9" in about["note"]
    assert "with the machine, which coded" in about["note"]
    others = claims.filter(pl.col("coding_reliability").is_null())
    assert not others["note"].str.contains("People agree").any()


def test_when_everything_is_decided_the_shares_are_corrected(coded: Coded, materialize) -> None:
    codes = coded.store.codes()
    disputed = codes.group_by(KEY).agg(pl.col("secondary_categories").n_unique().alias("different"))
    decisions = codes.filter(coder_id="ann").join(disputed.filter(different=2), on=KEY, how="semi")
    assert coded.store.add_codes(
        decisions.drop("import_number", "import_id").with_columns(
            pl.lit("carla").alias("coder_id"), pl.lit("adjudicated").alias("code_round")
        )
    )
    assert materialize(coded.home, *CODES, *MARTS, *ANALYSES).success
    prevalence = coded.read(CATEGORY_PREVALENCE).filter(category_level="secondary")
    corrected = prevalence.filter(estimator="corrected")
    assert corrected["share_ratio"].null_count() == 0
    assert (corrected["share_low_ratio"] <= corrected["share_ratio"]).all()
    total = corrected.group_by("population").agg(pl.col("share_ratio").sum())
    assert total["share_ratio"].to_list() == pytest.approx([1, 1], abs=0.02)
    [machine] = coded.read(CODING_RELIABILITY).filter(coefficient="machine_alpha").to_dicts()
    assert machine["verdict"] != "unknown"


def test_a_trained_coder_codes_what_people_did_not(coded: Coded, materialize) -> None:
    train(coded.store, coded.study, seed=1, use=True, clock=lambda: NOW)
    method = f"machine:{Models(coded.store).current_id()}"
    assert materialize(coded.home, *CODES, *MARTS, *ANALYSES[:3]).success
    words, codes = coded.read(MACHINE_CODES), coded.read(VIDEO_CODES)
    assert set(words["machine_method"]) == {method}
    sure = words["machine_confidence"] >= coded.study.coding.abstain_below
    assert (words["machine_category"].is_not_null() == sure).all()
    counts = dict(codes["coding_method"].value_counts().iter_rows())
    assert set(counts) <= {method, "adjudicated", "human", "cue_words:1"}
    assert counts[method] > 0
    by_machine = codes.filter(coding_method=method)
    assert (by_machine["coding_confidence"] >= coded.study.coding.abstain_below).all()
    assert codes.filter(pl.col("coding_method") != method)["coding_confidence"].null_count() == (
        codes.height - by_machine.height
    )
    # Nothing that it learnt from judges it.
    tasks = coded.read(CODING_TASKS)
    assert set(tasks.filter(part="evaluate").join(
        words.filter("is_learnt_from"), on=KEY, how="semi")["part"]) == set()  # fmt: skip
    assert words["is_learnt_from"].sum() >= 250
    evaluated = coded.read(MACHINE_EVALUATION).filter(category_level="overall")
    assert set(evaluated["coding_method"]) == {method, "cue_words:1"}
    prevalence = coded.read(CATEGORY_PREVALENCE).filter(estimator="corrected")
    assert set(prevalence["machine_method"]) == {method}
    evaluate = tasks.filter(part="evaluate").height
    assert max(prevalence["human_code_count"]) <= evaluate


def test_a_damaged_store_stops_the_codes_with_the_place(october_copy: Home, materialize) -> None:
    folder = Path(october_copy.coding) / "codes"
    folder.mkdir(parents=True)
    (folder / "0123456789abcdef.parquet").write_bytes(b"no table")
    result = materialize(october_copy, "core/coding_tasks", "core/human_codes")
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "0123456789abcdef.parquet is damaged" in str(failure.event_specific_data)
