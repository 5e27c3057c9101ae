"""Deciding where coders differ: the disputed tasks with what everyone said, and the decisions.

Here: listing, and sheets for the adjudicator, which are not blind. Not here: reading decisions back
(`importing`, with the round `adjudicated`): they stand beside the original codes, which stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sz_assets.coding.exchange.records import NO_CATEGORY, Assignment
from sz_assets.coding.exchange.registry import format_named
from sz_assets.coding.export import CODER_ID, OUT, tasks_of
from sz_assets.coding.status import disputed
from sz_assets.coding.store import CodingStore, newest
from sz_assets.disk import whole_folder
from sz_assets.errors import UserError

# Formats that can show what the coders said.
SHOWING = ("csv", "xlsx")

_KEY = ["account_id", "video_id"]


@dataclass(frozen=True)
class Dispute:
    """A task whose coders differ, with each coder's categories (empty: none fits)."""

    task_id: str
    title: str | None
    sample_id: str
    codes: dict[str, tuple[str, ...]]
    is_adjudicated: bool

    def to_json(self) -> dict[str, Any]:
        """The same in values that JSON has."""
        return {
            "task_id": self.task_id,
            "title": self.title,
            "sample_id": self.sample_id,
            "codes": {coder: list(codes) for coder, codes in self.codes.items()},
            "is_adjudicated": self.is_adjudicated,
        }

    @property
    def words(self) -> str:
        """What everyone said, in one line."""
        return "; ".join(
            f"{coder}: {', '.join(codes) or NO_CATEGORY}" for coder, codes in self.codes.items()
        )


def disputes(store: CodingStore, sample_id: str | None = None) -> list[Dispute]:
    """Disputed tasks of one sample, or each one of any sample, by account and video.

    Whoever differs: coders who were both asked, or whom different samples asked, or nobody.
    """
    codes = newest(store.codes())
    if sample_id is not None:
        store.sample(sample_id)
    drawn = store.sample_tasks(sample_id).unique(_KEY, keep="last", maintain_order=True)
    tasks = disputed(drawn, codes).sort(_KEY)
    said = (
        codes.filter(pl.col("code_round") == "independent")
        .join(tasks, on=_KEY, how="semi")
        .sort("coder_id")
    )
    by_task: dict[str, dict[str, tuple[str, ...]]] = {}
    for account, video, coder, categories in said.select(
        *_KEY, "coder_id", "secondary_categories"
    ).iter_rows():
        by_task.setdefault(f"{account}:{video}", {})[coder] = tuple(categories)
    return [
        Dispute(f"{account}:{video}", title, sample, by_task[f"{account}:{video}"], decided)
        for account, video, title, sample, decided in tasks.select(
            *_KEY, "title", "sample_id", "is_adjudicated"
        ).iter_rows()
    ]


def export_disputes(
    store: CodingStore, sample_id: str, coder_id: str, *, format: str, folder: Path
) -> list[Path]:
    """Write the disputes of a sample that nobody decided yet, for an adjudicator to decide.

    Each row shows what everyone said. UserError if the format can't show that, or there is no such
    dispute, or the files are there already.
    """
    chosen = format_named(format)
    if format not in SHOWING:
        raise UserError(
            f"{format} can't show what the coders said: use one of {', '.join(SHOWING)}."
        )
    if not CODER_ID.fullmatch(coder_id):
        raise UserError(
            f"The adjudicator {coder_id!r} can't name a folder: use letters, digits and . _ @ + -."
        )
    sample = store.sample(sample_id)
    found = {one.task_id: one for one in disputes(store, sample_id) if not one.is_adjudicated}
    if not found:
        raise UserError(
            f"The coders of the sample {sample_id} differ in no task that is still to be decided: "
            "import their codes first, or go on without."
        )
    tasks = [task for task in tasks_of(store.sample_tasks(sample_id)) if task.task_id in found]
    assignment = Assignment(
        sample_id=sample_id,
        coder_id=coder_id,
        codebook=store.codebook(sample.codebook_version),
        tasks=tuple(tasks),
    )
    target = folder / f"{sample_id}-{format}-adjudicate" / coder_id
    if target.exists():
        raise UserError(
            f"{target} is there already: name another folder with --out, or move that one away."
        )
    shown = {task_id: one.words for task_id, one in found.items()}
    with whole_folder(target, OUT) as temporary:
        made = chosen.write_tasks(assignment, temporary, shown)
    return [target / path.relative_to(temporary) for path in made]
