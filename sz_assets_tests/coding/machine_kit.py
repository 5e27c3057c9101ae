"""A store with a coded sample whose titles tell their category, for tests of machines."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import polars as pl

from sz_assets.coding.export import export_new_sample
from sz_assets.coding.importing import import_codes
from sz_assets.coding.machine.models import Models, task_ids
from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import VIDEOS
from sz_assets.contracts.validate import polars_schema
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.sampling import SamplePlan
from sz_assets.study import Study

MONTH = date(2023, 10, 1)
NOW = datetime(2023, 11, 2, 8, 0)
# Words of each category; the first is a cue word of the codebook, the others are not.
WORDS = {
    "natural": ("海", "浪花涌起", "日落时分"),
    "general_core": ("交警", "早晚高峰", "慢慢排队"),
    "organizational_entity": ("市长", "会场之内", "材料很多"),
    "none": ("哈哈", "随便拍拍", "没有什么"),
}


def title(number: int) -> tuple[str, str]:
    """A title and its category; no two are the same."""
    category = list(WORDS)[number % len(WORDS)]
    words = WORDS[category]
    # Every third title holds no cue word.
    chosen = words[1:] if number % 3 == 0 else (words[0], words[1 + number % 2])
    return f"{' '.join(chosen)} 第{number}条", category


def month_of_videos(study: Study, size: int = 320) -> pl.DataFrame:
    """Videos of the study's first three accounts in turn."""
    rows = [
        {
            "crawl_month": MONTH,
            "account_id": study.accounts[n % 3].id,
            "video_id": f"7{n:018d}",
            "title": title(n)[0],
        }
        for n in range(size)
    ]
    schema = polars_schema(VIDEOS)
    return pl.DataFrame(rows, schema={name: schema[name] for name in rows[0]}).with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in rows[0]
    )


class Lab:
    """`tasks` are the sampled ones; `truth` is the category of each video by its id."""

    def __init__(self, study: Study, folder: Path, videos: pl.DataFrame | None = None) -> None:
        self.study, self.folder = study, folder
        self.videos = month_of_videos(study) if videos is None else videos
        self.store = CodingStore(folder / "home" / "coding")
        self.models = Models(self.store)
        self.truth = {
            video_id: title(int(video_id[1:]))[1] for video_id in self.videos["video_id"].to_list()
        }
        self.draw(200)

    @property
    def tasks(self) -> pl.DataFrame:
        return self.store.sample_tasks()

    def draw(self, size: int, seed: int = 0) -> None:
        export_new_sample(
            self.store,
            self.study,
            SamplePlan(size=size, coder_ids=("anna",), seed=seed),
            self.videos,
            code_videos(self.videos, self.study.codebook),
            population="all",
            format="csv",
            folder=self.folder / f"out-{size}-{seed}",
            created_at=NOW,
        )

    def code(self, tasks: pl.DataFrame, coder: str = "anna", **options: str) -> None:
        """Import the true category of each task; `options` name another for a task's id."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"codes-{len(list(self.folder.glob('codes-*')))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["task_id", "category", "coder_id"])
            for task in dict.fromkeys(task_ids(tasks)):
                video_id = task.partition(":")[2]
                writer.writerow([task, options.get(task, self.truth[video_id]), coder])
        done = import_codes(
            self.store,
            self.study,
            [path],
            format="csv",
            imported_at=NOW,
            new_coders=True,
            known_tasks=lambda tasks: tasks,
        )
        assert done.problems == ()

    def part(self, name: str) -> pl.DataFrame:
        return self.tasks.filter(pl.col("part") == name)
