"""A coding store over the small home: a sample, codes of two coders, models and answers.

Here: making it. Not here: any test.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from small_home import GONE, MONTHS, NICKNAME, Small

from sz_assets.coding.export import export_new_sample
from sz_assets.coding.machine.answers import Answer
from sz_assets.coding.machine.models import ModelCard, Models, hash_of_tasks
from sz_assets.coding.store import CodingStore
from sz_assets.contracts.core import VIDEOS
from sz_assets.core.coding.cue_words import code_videos
from sz_assets.core.coding.sampling import SamplePlan
from sz_assets.study import Codebook, Study

AT = datetime(2024, 5, 2, 8, 0)
CODERS = ("ann", "bo")


def draw(small: Small, size: int = 20, month: int = 0, seed: int = 0) -> str:
    """Draw a sample of all videos of a month; its id."""
    videos = small.lake.read(VIDEOS, MONTHS[month])
    made = export_new_sample(
        CodingStore(small.home.coding),
        small.before,
        SamplePlan(size=size, coder_ids=CODERS, reliability_size=8, seed=seed),
        videos,
        code_videos(videos, small.before.codebook),
        population="all",
        format="xlsx",
        folder=small.home.exports,
        created_at=AT,
    )
    return made.sample.sample_id


def codes(
    tasks: pl.DataFrame, study: Study, coder: str, comment: str | None = None, file: str = "a.csv"
) -> pl.DataFrame:
    """One coder's codes of these tasks, as an import brings them."""
    seconds = [second.id for _, second in study.codebook.secondary]
    rows: list[dict[str, Any]] = [
        {
            "account_id": account, "video_id": video, "coder_id": coder,
            "code_round": "independent", "secondary_categories": [seconds[n % 3]],
            "codebook_version": study.codebook.version, "sample_id": sample,
            "coded_at": AT, "imported_at": AT, "source_format": "csv", "source_file": file,
            "source_line": n + 2, "comment": comment, "source_sha256": "a" * 64,
        }
        for n, (account, video, sample) in enumerate(
            tasks.select("account_id", "video_id", "sample_id").iter_rows()
        )
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"comment": pl.String})


def import_all(small: Small, sample_id: str) -> list[str]:
    """Three imports: all of ann's, then bo's of the erased account, then bo's of the others."""
    store = CodingStore(small.home.coding)
    tasks = store.sample_tasks(sample_id)
    own = pl.col("account_id") == GONE
    said = [
        codes(tasks, small.before, "ann", comment=f"wie {NICKNAME}"),
        codes(tasks.filter(own), small.before, "bo", file="b.csv"),
        codes(tasks.filter(~own), small.before, "bo", file="c.csv"),
    ]
    return [str(store.add_codes(each)) for each in said]


def keep_model(small: Small, name: str, seen: pl.DataFrame, version: str | None = None) -> None:
    """A model that learnt from these tasks (account_id, video_id, title)."""
    card = ModelCard(
        model_id=name,
        method="language_model",
        created_at=AT,
        codebook_version=version or small.before.codebook.version,
        seed=0,
        versions={},
        seen_sha256=hash_of_tasks(seen),
        seen_count=len(seen),
        class_counts={},
        left_out={},
    )
    learnt = seen.select("account_id", "video_id", "title").with_columns(category=pl.lit("none"))

    def write(folder: Path) -> None:
        (folder / "coder.json").write_text("{}")

    assert Models(CodingStore(small.home.coding)).add(card, learnt, write)


def answer(task_id: str, title: str) -> Answer:
    return Answer(
        task_id=task_id, title=title, category="none", reason=None, raw=f'{{"said": "{title}"}}',
        served_model=None, system_fingerprint=None, base_url="http://127.0.0.1", answered_at=AT,
    )  # fmt: skip


def with_examples(book: Codebook, *examples: str) -> Codebook:
    """The codebook with these tasks as examples of its first category."""
    primary = book.primary[0]
    second = msgspec.structs.replace(primary.secondary[0], examples=examples)
    changed = msgspec.structs.replace(primary, secondary=(second, *primary.secondary[1:]))
    return msgspec.structs.replace(book, primary=(changed, *book.primary[1:]))
