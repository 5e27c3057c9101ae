"""`sz-assets coding` from the first sample to a judged machine, by simulated coders."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from sz_assets.contracts.core import VIDEOS
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.machine_words import machine_codes
from sz_assets.storage import Home, Lake
from sz_assets_tests.bundled import shenzhen

MONTH = date(2023, 10, 1)
COMMANDS = (
    "codebook", "export", "import", "status", "reliability", "adjudicate", "train", "evaluate"
)  # fmt: skip
# The simulated truth: the category that each title's words were drawn from.
WORDS = {
    "natural": ["公园花海", "红树林的候鸟", "梧桐山日出", "大鹏看海"],
    "behavioral": ["凌晨救援", "民警抓捕", "雨中执勤", "护送就医"],
    "conceptual": ["升旗宣誓", "向英雄敬礼", "退役军人", "忠诚使命"],
    "general_core": ["交通新规", "反诈提醒", "疫苗接种", "酒驾处罚"],
}


@pytest.fixture
def published(home: Path) -> dict[str, str]:
    """A month of 600 videos as a release and a lake hold it; the true category of each task."""
    study = shenzhen()
    draw = random.Random(5)
    rows, truth = [], {}
    for number in range(600):
        category = draw.choice(list(WORDS))
        account = study.accounts[number % 4].id
        words = " ".join(draw.choice(WORDS[category]) for _ in range(2))
        video = f"7{number:018d}"
        truth[f"{account}:{video}"] = category
        rows.append(
            {
                "crawl_month": MONTH,
                "account_id": account,
                "video_id": video,
                "title": f"{words} 第{number}条",
                "url": f"https://www.douyin.com/video/{video}",
            }
        )
    schema = polars_schema(VIDEOS)
    videos = pl.DataFrame(rows, schema={name: schema[name] for name in rows[0]})
    place = Home(home)
    Lake(place.lake).write(
        _machine_codes_table(), MONTH, machine_codes(code_videos(videos, study.codebook), None)
    )
    release = place.releases / "planted"
    release.mkdir(parents=True)
    place.current.symlink_to(release)
    with duckdb.connect(str(release / "warehouse.duckdb")) as connection:
        connection.register("videos", videos.with_columns(pl.lit(True).alias("is_in_sample")))
        connection.execute("create table fct_video_month as select * from videos")
    return truth


def _machine_codes_table() -> Any:
    from sz_assets.contracts.coding import MACHINE_CODES

    return MACHINE_CODES


def code(path: Path, truth: dict[str, str], mistakes: float) -> Path:
    """A simulated coder fills the sheet in, wrong in a share of the tasks."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        draw = random.Random(path.name + row["task_id"])
        wrong = draw.random() < mistakes
        row["category"] = draw.choice(list(WORDS)) if wrong else truth[row["task_id"]]
        row["coded_at"] = datetime(2023, 11, 2, 8).isoformat() + "Z"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def told(said: Any) -> Any:
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_each_command_shows_an_example(sz: Callable[..., Any]) -> None:
    for name in COMMANDS:
        said = sz("coding", name, "--help")
        assert said.code == 0
        assert f"Examples:\n    sz-assets coding {name}" in said.out
        assert "--json" in said.out


def test_from_the_first_sample_to_a_judged_machine(
    sz: Callable[..., Any], published: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made = told(
        sz("coding", "export", "--month", "2023-10", "--coder", "ana", "--coder", "bo",
           "--size", 300, "--reliability", 100, "--format", "csv", "--out", out, "--json")
    )  # fmt: skip
    assert (made["size"], made["reliability_size"], made["is_new"]) == (300, 100, True)
    sample = made["sample_id"]
    sheets = {
        coder: code(Path(files["files"][0]), published, mistakes)
        for (coder, files), mistakes in zip(made["coders"].items(), (0.05, 0.1), strict=True)
    }

    found = told(sz("coding", "import", "--format", "csv", *sheets.values(), "--json"))
    assert found["rows"] == found["imported"] == 400
    again = told(sz("coding", "import", "--format", "csv", *sheets.values(), "--json"))
    assert (again["imported"], again["unchanged"]) == (0, 400)

    (status,) = told(sz("coding", "status", "--json"))["samples"]
    assert (status["coded_tasks"], status["doubly_coded"]) == (300, 100)
    assert status["disagreements"] > 0

    overall = told(sz("coding", "reliability", "--json"))["coefficients"][0]
    assert (overall["category"], overall["unit_count"]) == ("overall", 100)
    assert 0.7 < overall["value"] < 1
    assert "Krippendorff's α" in sz("coding", "reliability").out

    disputes = told(sz("coding", "adjudicate", "--json"))
    assert len(disputes) == status["disagreements"]
    (sheet,) = told(
        sz("coding", "adjudicate", "--sample", sample, "--coder", "carla", "--format", "csv",
           "--out", out, "--json")
    )["files"][:1]  # fmt: skip
    decided = told(
        sz("coding", "adjudicate", code(Path(sheet), published, 0), "--format", "csv", "--json")
    )
    assert decided["imported"] == len(disputes)
    (status,) = told(sz("coding", "status", "--json"))["samples"]
    assert status["adjudicated"] == status["disagreements"]

    model = told(sz("coding", "train", "--json"))
    assert model["seen_count"] + model["left_out"]["kept for evaluation"] == 300
    judged = told(sz("coding", "evaluate", "--json"))
    by_method = {one["coding_method"]: one for one in judged["coders"]}
    machine = by_method[model["coding_method"]]
    assert machine["items"] == model["left_out"]["kept for evaluation"]
    assert machine["accuracy_ratio"] > 0.8
    for command in ("train", "evaluate", "status", "adjudicate", "codebook"):
        assert sz("coding", command).code == 0


def test_a_machine_that_does_worse_than_cue_words_is_kept_but_not_used(
    sz: Callable[..., Any], published: dict[str, str], tmp_path: Path
) -> None:
    made = told(
        sz("coding", "export", "--month", "2023-10", "--coder", "ana", "--size", 120,
           "--reliability", 0, "--format", "csv", "--out", tmp_path / "out", "--json")
    )  # fmt: skip
    study = shenzhen()
    cues = Lake(Home(tmp_path / "home").lake).read(_machine_codes_table(), MONTH)
    words = {
        f"{account}:{video}": category
        for account, video, category in cues.select(
            "account_id", "video_id", "cue_word_category"
        ).rows()
    }
    assert set(words.values()) <= {second.id for _, second in study.codebook.secondary}
    # Coders who say just what the cue words say.
    told(
        sz("coding", "import", "--format", "csv", "--json",
           code(Path(made["coders"]["ana"]["files"][0]), words, 0))
    )  # fmt: skip
    model = told(sz("coding", "train", "--json"))
    assert model["cue_words_accuracy_ratio"] == 1
    assert not model["is_in_use"]
    assert "not in use: cue words alone are right at least as often" in sz("coding", "train").out
    assert told(sz("coding", "train", "--use", "--json"))["is_in_use"]


def test_rows_that_are_wrong_are_named_with_their_lines(
    sz: Callable[..., Any], published: dict[str, str], tmp_path: Path
) -> None:
    told(
        sz("coding", "export", "--month", "2023-10", "--coder", "ana", "--size", 600,
           "--reliability", 0, "--out", tmp_path / "out", "--json")
    )  # fmt: skip
    task = next(iter(published))
    sheet = tmp_path / "codes.csv"
    sheet.write_text(
        "task_id,category,coder_id\n"
        f"{task},natural,ana\nnobody:1,natural,ana\nnobody:2,natural,ana\n{task},nonsense,bo\n"
    )
    said = sz("coding", "import", "--format", "csv", "--new-coders", sheet)
    assert said.code == 1
    assert "codes.csv, line 5: " in said.err
    assert "nonsense" in said.err
    assert "4 rows: 0 imported, 0 unchanged, 4 refused, 0 not coded yet" in said.out
    found = json.loads(
        sz("coding", "import", "--format", "csv", "--new-coders", "--json", sheet).out
    )
    assert [problem["line"] for problem in found["problems"]] == [3, 4, 5]
    kept = told(
        sz("coding", "import", "--format", "csv", "--new-coders", "--keep-good", "--json", sheet)
    )
    assert (kept["imported"], kept["refused"]) == (1, 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export"], "Give either --month"),
        (["export", "--month", "2023-10", "--coder", "ana"], "is published in"),
        (["export", "--sample", "none"], "keeps no sample"),
        (["codebook", "--changes-from", "0" * 16], "keeps no codebook of version"),
        (["train"], "at least 50 are needed"),
        (["train", "--method", "language-model"], "SZ_CODING_LLM_BASE_URL"),
        (["evaluate"], "No sampled task has a code of people"),
        (["evaluate", "missing.txt"], "missing.txt"),
        (["reliability", "missing.csv"], "There is no file missing.csv"),
        (["adjudicate", "--coder", "carla"], "Name the sample"),
        (["import", "missing.xlsx"], "There is no file missing.xlsx"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(
    sz: Callable[..., Any], arguments: list[str], sentence: str
) -> None:
    said = sz("coding", *arguments)
    assert said.code == 1
    assert sentence in said.sentence


def test_a_file_of_codes_needs_no_home(sz: Callable[..., Any], tmp_path: Path, home: Path) -> None:
    ratings = tmp_path / "ratings.csv"
    # Krippendorff's own example of two observers and a dichotomy: 10 units, 4 of them differ.
    ratings.write_text(
        "unit,a,b\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in enumerate(
            zip("0100000010", "1110010000", strict=True)
        ))
    )  # fmt: skip
    (found,) = told(sz("coding", "reliability", ratings, "--json"))["variables"]
    assert round(found["krippendorff_alpha"]["nominal"]["value"], 3) == 0.095
    assert "α nominal" in sz("coding", "reliability", ratings).out
    assert not home.exists()
