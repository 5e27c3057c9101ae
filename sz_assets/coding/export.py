"""Giving tasks to coders: a sample is drawn, kept, and written for each coder in one format.

Here: the order of those steps, so that a crash leaves a whole sample or none, and a whole folder of
files or none. Not here: drawing (`core.coding.sampling`), formats (`exchange`), or reading the
month's videos (the caller).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from sz_assets.coding.exchange.records import Assignment, Task
from sz_assets.coding.exchange.registry import format_named
from sz_assets.coding.reliability_wanted import notes_on_reliability
from sz_assets.coding.reliability_wanted import (
    required_reliability_size as required_reliability_size,
)
from sz_assets.coding.store import CodingStore, Sample
from sz_assets.core.coding.sampling import SamplePlan, coder_tasks, draw_sample
from sz_assets.disk import refusal, whole_folder
from sz_assets.errors import UserError
from sz_assets.study import Codebook, Study

# Where else to write, if the disk refuses.
OUT = "name with --out"
# A coder's id names a folder, and stands in files of every format.
CODER_ID = re.compile(r"\w[\w.@+-]{0,63}")


@dataclass(frozen=True)
class Exported:
    """What was made. `is_new` tells whether the sample was drawn now or kept before.

    `required_reliability_size` tasks must be coded by two for the study's `reliable_alpha` in the
    category that is rarest in the sample; null if that can't be said.
    """

    sample: Sample
    is_new: bool
    folder: Path
    files: dict[str, tuple[Path, ...]]
    tasks_by_coder: dict[str, int]
    required_reliability_size: int | None

    def to_json(self) -> dict[str, Any]:
        """The same in values that JSON has."""
        return {
            "sample_id": self.sample.sample_id,
            "is_new": self.is_new,
            "crawl_month": f"{self.sample.crawl_month:%Y-%m}",
            "size": self.sample.size,
            "population_size": self.sample.population_size,
            "reliability_size": self.sample.reliability_size,
            "required_reliability_size": self.required_reliability_size,
            "codebook_version": self.sample.codebook_version,
            "folder": str(self.folder),
            "coders": {
                coder: {"tasks": self.tasks_by_coder[coder], "files": [str(p) for p in paths]}
                for coder, paths in self.files.items()
            },
            "notes": list(self.sample.notes),
        }


def export_new_sample(
    store: CodingStore,
    study: Study,
    plan: SamplePlan,
    videos: pl.DataFrame,
    codes: pl.DataFrame,
    *,
    population: str,
    format: str,
    folder: Path,
    created_at: datetime,
) -> Exported:
    """Draw a sample of one crawl month's videos, keep it, and write each coder's files.

    `videos` (contract core/videos) is the population, `codes` (core/video_codes) has the machine's
    word on each of them, which makes the strata. The same plan, videos, codes and codebook give the
    same sample again, which is then not kept twice. `created_at` is an instant in UTC without zone.

    UserError for an impossible plan, or a folder of that sample and format that is there already.
    """
    _check_coders(plan.coder_ids)
    chosen = format_named(format)
    population_frame = videos.select("account_id", "video_id").join(
        codes.select("account_id", "video_id", pl.col("secondary_category")),
        on=["account_id", "video_id"],
        how="left",
        maintain_order="left",
    )
    drawn = draw_sample(population_frame.rename({"secondary_category": "machine_category"}), plan)
    names = {account.id: account.name.zh for account in study.accounts}
    tasks = drawn.tasks.join(
        videos.select("account_id", "video_id", "title", "url"),
        on=["account_id", "video_id"],
        how="left",
        maintain_order="left",
    ).with_columns(
        pl.col("account_id")
        .replace_strict(names, default=None, return_dtype=pl.String)
        .alias("account_name")
    )
    crawl_month: date = videos["crawl_month"][0]
    reliability_size = int(tasks["is_reliability"].sum())
    required = required_reliability_size(study, tasks["machine_category"])
    notes = list(drawn.notes)
    notes += notes_on_reliability(study, tasks["machine_category"], reliability_size, len(videos))
    sample_id = _sample_id(crawl_month, population, plan, population_frame, study.codebook)
    notes += _other_samples(store, sample_id, crawl_month, population)
    sample = Sample(
        sample_id=sample_id,
        crawl_month=crawl_month,
        population=population,
        population_size=len(videos),
        size=len(tasks),
        seed=plan.seed,
        codebook_version=study.codebook.version,
        evaluate_share=plan.evaluate_share,
        minimum_per_category=plan.minimum_per_category,
        reliability_size=reliability_size,
        coders_per_reliability_task=plan.coders_per_reliability_task,
        coders=tuple(plan.coder_ids),
        machine_method=", ".join(sorted(codes["coding_method"].unique().to_list())),
        created_at=created_at,
        required_reliability_size=required,
        notes=tuple(notes),
    )
    with store.lock():
        _refuse_existing(_folder_of(folder, sample.sample_id, chosen.name))
        store.add_codebook(study.codebook)
        is_new = store.write_sample(sample, tasks)
        return _write_files(store, sample.sample_id, chosen.name, folder, is_new=is_new)


def export_sample(store: CodingStore, sample_id: str, *, format: str, folder: Path) -> Exported:
    """Write each coder's files of a sample that is kept already, in this format."""
    chosen = format_named(format)
    with store.lock():
        _refuse_existing(_folder_of(folder, store.sample(sample_id).sample_id, chosen.name))
        return _write_files(store, sample_id, chosen.name, folder, is_new=False)


def _other_samples(
    store: CodingStore, sample_id: str, crawl_month: date, population: str
) -> list[str]:
    known = [
        one.sample_id
        for one in store.samples()
        if (one.crawl_month, one.population) == (crawl_month, population)
    ]
    if not known or sample_id in known:
        return []
    return [
        f"There is a sample of this month and population already ({', '.join(known)}): once it is "
        "coded, another sample keeps further videos from training. To write the existing one "
        f"again: sz-assets coding export --sample {known[-1]}."
    ]


def tasks_of(frame: pl.DataFrame) -> tuple[Task, ...]:
    """Rows of the contract coding/tasks as coders may see them, in order."""
    return tuple(
        Task(account_id=account, video_id=video, title=title, url=url, account_name=name)
        for account, video, title, url, name in frame.select(
            "account_id", "video_id", "title", "url", "account_name"
        ).iter_rows()
    )


def _write_files(
    store: CodingStore, sample_id: str, format: str, folder: Path, *, is_new: bool
) -> Exported:
    sample, chosen = store.sample(sample_id), format_named(format)
    codebook = store.codebook(sample.codebook_version)
    tasks = store.sample_tasks(sample_id)
    target = _folder_of(folder, sample_id, format)
    files: dict[str, tuple[Path, ...]] = {}
    counts = {}
    with whole_folder(target, OUT) as temporary:
        for coder in sample.coders:
            own = coder_tasks(tasks, coder, sample.seed)
            counts[coder] = len(own)
            place = temporary / coder
            place.mkdir()
            assignment = Assignment(
                sample_id=sample_id, coder_id=coder, codebook=codebook, tasks=tasks_of(own)
            )
            made = chosen.write_tasks(assignment, place)
            files[coder] = tuple(target / path.relative_to(temporary) for path in made)
    return Exported(sample, is_new, target, files, counts, sample.required_reliability_size)


def _folder_of(folder: Path, sample_id: str, format: str) -> Path:
    return folder / f"{sample_id}-{format}"


def _refuse_existing(target: Path) -> None:
    try:
        is_there = target.exists()
    except OSError as error:  # a name that is too long, or a folder that can't be looked into
        raise refusal(error, target, OUT) from error
    if is_there:
        raise UserError(
            f"{target} is there already, perhaps with codes in it: name another folder with "
            "--out, or move that one away."
        )


def _check_coders(coder_ids: tuple[str, ...]) -> None:
    for coder in coder_ids:
        if not CODER_ID.fullmatch(coder):
            raise UserError(
                f"The coder id {coder!r} can't name a folder: use letters, digits and . _ @ + -, "
                "at most 64, a letter or digit first."
            )
    # File systems that ignore the case would put both into one folder.
    if same := [coder for coder, count in Counter(coder_ids).items() if count > 1]:
        raise UserError(f"The coder {same[0]} is named twice: name each coder once.")
    folded = Counter(coder.casefold() for coder in coder_ids)
    if twice := [coder for coder in coder_ids if folded[coder.casefold()] > 1]:
        raise UserError(
            f"The coders {' and '.join(twice)} differ in small and capital letters only: name each "
            "coder once, or rename one."
        )


def _sample_id(
    crawl_month: date,
    population: str,
    plan: SamplePlan,
    videos: pl.DataFrame,
    codebook: Codebook,
) -> str:
    """The month and a hash of everything that the sample follows from."""
    content = hashlib.sha256(repr((population, plan, codebook.version)).encode())
    content.update(videos.sort("account_id", "video_id").write_csv().encode())
    return f"{crawl_month:%Y-%m}-{content.hexdigest()[:8]}"
