"""Taking codes back: every row of the files is imported, unchanged, refused or not coded yet.

Here: reading files in one format, and the order: all or nothing, or all that is good. Not here:
what makes a row wrong (`import_checks`), formats (`exchange`), or keeping codes (`store`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import polars as pl

from sz_assets.coding.exchange.records import FileReading, Place, Problem
from sz_assets.coding.exchange.registry import format_named
from sz_assets.coding.found_files import files_of, labels_of
from sz_assets.coding.import_checks import GoodRow, Known, Row, check_rows
from sz_assets.coding.imported import Imported as Imported
from sz_assets.coding.readable import HALF_CHARACTERS, has_half_characters, refuse_special
from sz_assets.coding.status import disputed
from sz_assets.coding.store import CodingStore, newest
from sz_assets.contracts.coding_store import STORED_CODES
from sz_assets.contracts.core import VIDEOS
from sz_assets.contracts.validate import polars_schema
from sz_assets.errors import UserError
from sz_assets.storage import Lake
from sz_assets.study import Study

OnProblem = Literal["refuse", "keep_good"]
Round = Literal["independent", "adjudicated"]

_DAY = timedelta(days=1)
_CODE_KEY = ["account_id", "video_id", "coder_id", "code_round"]
_ROW = ["source_sha256", "source_line", *_CODE_KEY]
_TASK = ["account_id", "video_id"]
_SAME = ("secondary_categories", "codebook_version")


def import_codes(
    store: CodingStore,
    study: Study,
    paths: Sequence[Path],
    *,
    format: str,
    imported_at: datetime,
    coder_id: str | None = None,
    on_problem: OnProblem = "refuse",
    round: Round = "independent",
    new_coders: bool = False,
    known_tasks: Callable[[AbstractSet[str]], AbstractSet[str]] | None = None,
) -> Imported:
    """Read codes from files, or all in folders, and keep them with the place where each one stood.

    `coder_id` is for files that don't name who coded. With `new_coders`, codes of people who were
    not asked are taken, too. `known_tasks` tells which of some tasks are stored videos of the study
    (`tasks_in_lake`); without it only tasks of samples are known. `imported_at` is an instant in
    UTC without a zone. UserError if a file can't be read as a whole, or is given twice.
    """
    chosen = format_named(format)
    files, notes = files_of(paths, chosen, coder_id)
    labels = labels_of(files)
    rows: list[Row] = []
    problems: list[Problem] = []
    uncoded = 0
    for path, label in labels.items():
        refuse_special(path)
        reading = chosen.read_codes(path, coder_id=coder_id)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        _refuse_other_round(store, reading, digest, path, round)
        for code in (replace(code, place=_at(code.place, label)) for code in reading.codes):
            if has_half_characters(code):
                problems.append(Problem(code.place, HALF_CHARACTERS))
            elif code.coded_at and code.coded_at - imported_at > _DAY:
                problems.append(Problem(code.place, _in_future(code.coded_at)))
            else:
                rows.append(Row(code, digest))
        problems += [replace(wrong, place=_at(wrong.place, label)) for wrong in reading.problems]
        uncoded += len(reading.uncoded)
        notes += reading.notes
        if coder_id and "=" not in coder_id and any(c.coder_id != coder_id for c in reading.codes):
            notes.append(f"{label} says itself who coded: {coder_id!r} was taken for no such row.")
    total = len(rows) + len(problems) + uncoded
    with store.lock():
        found = check_rows(rows, Known.of(store, study, rows, known_tasks), round, new_coders)
        problems += found.problems
        stored = store.codes()
        frame = _compared(_frame(found.good, round, chosen.word, imported_at), stored)
        is_refused = bool(problems) and on_problem == "refuse"
        fresh = frame.filter(~pl.col("is_kept_already"))
        import_id = None
        if len(fresh) and not is_refused:
            store.add_codebook(study.codebook)
            import_id = store.add_codes(fresh.drop("is_kept_already", "is_same", "is_later"))
    changed = fresh.filter(~pl.col("is_same")) if not is_refused else fresh.clear()
    old = changed.filter(pl.col("codebook_version") != study.codebook.version)
    if len(old):
        notes.append(
            f"{len(old):,} of the imported codes were made with another version of the codebook "
            f"({', '.join(sorted(set(old['codebook_version'])))}): they are kept and marked."
        )
    if round == "adjudicated":
        notes += _undisputed(changed, newest(stored))
    unchanged = len(frame) - len(fresh.filter(~pl.col("is_same"))) + found.repeated
    return Imported(
        import_id=import_id,
        is_refused=is_refused,
        rows=total,
        imported=len(changed),
        unchanged=unchanged,
        refused=total - len(changed) - unchanged - uncoded,
        uncoded=uncoded,
        of_old_codebook=len(old),
        replaced=int(changed["is_later"].sum()),
        problems=tuple(sorted(problems, key=lambda wrong: (wrong.place.file, wrong.place.line))),
        notes=(*notes, *found.notes, *_notes(frame, fresh, is_refused)),
    )


def tasks_in_lake(lake: Lake) -> Callable[[AbstractSet[str]], AbstractSet[str]]:
    """Which of some tasks are videos of any stored month, for `import_codes`."""

    def known(task_ids: AbstractSet[str]) -> AbstractSet[str]:
        wanted = pl.LazyFrame({"task_id": sorted(task_ids)}, schema={"task_id": pl.String})
        found: set[str] = set()
        for month in lake.months(VIDEOS):
            videos = pl.scan_parquet(lake.path(VIDEOS, month), hive_partitioning=False, glob=False)
            task_id = pl.concat_str("account_id", "video_id", separator=":").alias("task_id")
            found |= set(
                wanted.join(videos.select(task_id), on="task_id", how="semi").collect()["task_id"]
            )
        return found

    return known


def _refuse_other_round(
    store: CodingStore, reading: FileReading, digest: str, path: Path, round: Round
) -> None:
    """UserError for decisions given as blind codes, and the other way round."""
    if round == "independent" and reading.shows_codes:
        raise UserError(
            f"{path} shows what the coders said, so what stands in it is no independent code: "
            "take it back with sz-assets coding adjudicate."
        )
    known = store.codes().filter(pl.col("source_sha256") == digest, pl.col("code_round") != round)
    if len(known):
        raise UserError(
            f"{path} was imported as {known['code_round'][0]} codes before, and can't be "
            f"{round} ones as well: give the file that you mean."
        )


def _at(place: Place, label: str) -> Place:
    return replace(place, file=label)


def _frame(
    good: Sequence[GoodRow], round: Round, source_format: str, imported_at: datetime
) -> pl.DataFrame:
    """The rows as contract coding/codes, but for the import's number and id."""
    schema = polars_schema(STORED_CODES)
    names = [name for name in schema if name not in ("import_number", "import_id")]
    return pl.DataFrame(
        [
            {
                "account_id": row.account_id,
                "video_id": row.video_id,
                "coder_id": row.code.coder_id,
                "code_round": round,
                "secondary_categories": list(row.categories),
                "codebook_version": row.codebook_version,
                "sample_id": row.sample_id,
                "coded_at": row.code.coded_at,
                "imported_at": imported_at,
                "source_format": source_format,
                "source_file": row.code.place.file,
                "source_line": row.code.place.line,
                "comment": row.code.comment,
                "source_sha256": row.sha256,
            }
            for row in good
        ],
        schema={name: schema[name] for name in names},
    )


def _compared(frame: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """With `is_kept_already` (this row of this file), `is_same` (as the newest code), `is_later`.

    That is: there is an earlier code of the same coder, task and round.
    """
    kept = stored.select(*_ROW).unique().with_columns(pl.lit(True).alias("is_kept_already"))
    last = newest(stored).select(
        *_CODE_KEY, *(pl.col(name).alias(f"{name}_last") for name in _SAME)
    )
    same = pl.all_horizontal(pl.col(name) == pl.col(f"{name}_last") for name in _SAME)
    return (
        frame.join(kept, on=_ROW, how="left", maintain_order="left")
        .join(last, on=_CODE_KEY, how="left", maintain_order="left")
        .with_columns(
            pl.col("is_kept_already").fill_null(False),
            same.fill_null(False).alias("is_same"),
            pl.col(f"{_SAME[0]}_last").is_not_null().alias("is_later"),
        )
        .drop(f"{name}_last" for name in _SAME)
    )


def _in_future(coded_at: datetime) -> str:
    return (
        f"it was coded at {coded_at:%Y-%m-%d %H:%M} UTC, which is still to come: correct the time, "
        "or leave it empty."
    )


def _undisputed(decided: pl.DataFrame, stored: pl.DataFrame) -> list[str]:
    """A note on decisions that no dispute asked for."""
    asked = disputed(decided.select(_TASK).unique(), stored)
    count = len(decided.join(asked, on=_TASK, how="anti"))
    if not count:
        return []
    what = "decision is on a task" if count == 1 else "decisions are on tasks"
    return [
        f"{count:,} {what} about which the coders do not differ, and count all the same: a coder's "
        "own sheet is taken by sz-assets coding import."
    ]


def _notes(frame: pl.DataFrame, fresh: pl.DataFrame, is_refused: bool) -> list[str]:
    if is_refused:
        return [
            "Nothing was imported: mend the rows that are named, or take the good "
            "ones with --keep-good."
        ]
    if len(frame) and fresh.is_empty():
        return ["Everything in these files was imported before: nothing changed."]
    return []
