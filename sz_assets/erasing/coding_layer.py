"""The account out of what people coded and machines learnt, which can't be made again.

Here: tasks, codes, codebooks' examples, models and answers. Not here: the store's own rules
(`coding.store`, `coding.ledger`), which hold before and after.

The codes of others stay, word for word. An import from which codes were removed gets a new id,
since its id is a hash of what it says; one that held no others is put on the record as lost. A
model that learnt from the account's titles goes: its weights may hold their words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from sz_assets.coding.ledger import Ledger, read_ledger, write_ledger
from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import CodingStore, content_id, read_codes_file
from sz_assets.contracts.coding_store import SAMPLE_TASKS, STORED_CODES
from sz_assets.contracts.validate import conform
from sz_assets.disk import remove_folder, write_atomically, write_bytes, write_parquet
from sz_assets.erasing.bodies import Whose, masked_frame, masked_texts

_NOTE = "{} tasks of an account were removed on {}: it was erased."


@dataclass(frozen=True)
class InStore:
    """What is erased from a store: the account, and what remains of each sample's population."""

    account_id: str
    whose: Whose
    populations: Mapping[str, int]
    at: datetime

    def is_gone(self) -> pl.Expr:
        """Whether a task or code is of the account, or of a video of it in another's list."""
        return (pl.col("account_id") == self.account_id) | pl.col("video_id").is_in(
            sorted(self.whose.video_ids)
        )

    def left(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of others, with the account's names masked in them."""
        return masked_frame(rows.filter(~self.is_gone()), self.whose)


def erase_coding(store: CodingStore, erased: InStore) -> list[str]:
    """Remove the account from the store; sentences on what was changed.

    Called again after an interruption it goes on: each file is written whole, and what is named by
    another file is written before that one.
    """
    if not store.root.is_dir():
        return []
    notes: list[str] = []
    versions = _new_codebooks(store, erased)
    _erase_codes(store, erased, versions, notes)
    _erase_samples(store, erased, versions, notes)
    _erase_models(store, erased, versions, notes)
    _erase_answers(store, erased, notes)
    for old in versions:
        (store.root / "codebooks" / f"{old}.json").unlink(missing_ok=True)
    return notes


def _new_codebooks(store: CodingStore, erased: InStore) -> dict[str, str]:
    """Codebooks without the account's videos among their examples: new versions by old ones."""
    versions = {}
    for version in store.versions():
        path = store.root / "codebooks" / f"{version}.json"
        store.codebook(version)  # UserError if it is damaged
        content = path.read_bytes()
        before = json.loads(content)
        after = _plain(before, erased, erased.whose.finder.in_bytes([content]).get(0, ()))
        if after == before:
            continue
        made = msgspec.json.encode(after)
        new = hashlib.sha256(made).hexdigest()[: len(version)]
        write_bytes(path.with_name(f"{new}.json"), made)
        versions[version] = new
    return versions


def _plain(value: Any, erased: InStore, found: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one, erased, found) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one, erased, found) for one in value if not _is_task(one, erased)]
    return erased.whose.finder.masked(value, found) if isinstance(value, str) else value


def _is_task(value: Any, erased: InStore) -> bool:
    if not isinstance(value, str):
        return False
    account, colon, video = value.partition(":")
    return bool(colon) and (account == erased.account_id or video in erased.whose.video_ids)


def _masked(texts: Sequence[str], erased: InStore) -> list[str]:
    masked: list[str] = masked_texts(pl.Series(texts, dtype=pl.String), erased.whose).to_list()
    return masked


def _erase_samples(
    store: CodingStore, erased: InStore, versions: Mapping[str, str], notes: list[str]
) -> None:
    for sample in store.samples():
        folder = store.root / "samples" / sample.sample_id
        before = pl.read_parquet(folder / "tasks.parquet", hive_partitioning=False, glob=False)
        tasks = conform(erased.left(before), SAMPLE_TASKS)
        if tasks.is_empty() and before.height:
            remove_folder(folder)
            notes.append(f"The coding sample {sample.sample_id} held no other account: it is gone.")
            continue
        told = _masked(sample.notes, erased)
        if gone := before.height - tasks.height:
            told.append(_NOTE.format(f"{gone:,}", f"{erased.at:%Y-%m-%d}"))
            notes.append(
                f"The coding sample {sample.sample_id} has {tasks.height:,} tasks instead of "
                f"{before.height:,}."
            )
        changed = msgspec.structs.replace(
            sample,
            size=tasks.height,
            population_size=erased.populations.get(sample.sample_id, sample.population_size),
            reliability_size=int(tasks["is_reliability"].sum()),
            codebook_version=versions.get(sample.codebook_version, sample.codebook_version),
            # Told once, however often this is begun anew.
            notes=tuple(dict.fromkeys(told)),
        )
        if changed != sample:
            write_bytes(folder / "sample.json", msgspec.json.encode(changed))
        if not tasks.equals(before.select(tasks.columns)):
            write_atomically(folder / "tasks.parquet", _writing(tasks))


def _erase_codes(
    store: CodingStore, erased: InStore, versions: Mapping[str, str], notes: list[str]
) -> None:
    imports = []
    for path in sorted((store.root / "codes").glob("[!.]*.parquet")):
        codes = read_codes_file(path)
        imports.append((int(codes["import_number"][0]), path, codes))
    for number, path, before in sorted(imports, key=lambda one: one[:2]):
        version = pl.col("codebook_version")
        codes = erased.left(before).with_columns(
            version.replace(list(versions), list(versions.values())) if versions else version
        )
        if codes.equals(before):
            continue
        new = content_id(codes)
        target = path.with_name(f"{new}.parquet")
        is_left = codes.height and not _holds_another(target, number)
        if is_left:
            made = conform(codes.with_columns(pl.lit(new).alias("import_id")), STORED_CODES)
            write_atomically(target, _writing(made))
        ledger = read_ledger(store.root)
        ids = {n: i for n, i in ledger.import_ids.items() if n != number}
        lost = dict(ledger.lost)
        if is_left:
            ids[number] = new
        else:
            lost.setdefault(number, erased.at)
        write_ledger(store.root, Ledger(import_ids=ids, lost=lost))
        path.unlink()
        notes.append(
            f"Import {number} of codes has {codes.height:,} codes instead of {before.height:,}"
            + (
                f"; its id is {new} instead of {path.stem}."
                if is_left
                else ": it is on record as lost."
            )
        )


def _holds_another(target: Path, number: int) -> bool:
    """Whether the very same codes came with another import as well."""
    return target.exists() and read_codes_file(target)["import_number"][0] != number


def _erase_models(
    store: CodingStore, erased: InStore, versions: Mapping[str, str], notes: list[str]
) -> None:
    models = Models(store)
    for card in models.cards():
        folder = models.root / card.model_id
        seen = pl.read_parquet(folder / "seen.parquet", hive_partitioning=False, glob=False)
        if erased.left(seen).equals(seen) and not _is_named_in(folder, erased):
            if card.codebook_version in versions:
                kept = msgspec.structs.replace(
                    card, codebook_version=versions[card.codebook_version]
                )
                content = msgspec.json.format(msgspec.json.encode(kept), indent=1)
                write_bytes(folder / "model.json", content)
            continue
        if models.current_id() == card.model_id:
            (models.root / "current.json").unlink()
            notes.append(
                "The trained coder in use had learnt from the account's titles: until another is "
                "trained the cue words code alone."
            )
        remove_folder(folder)
        notes.append(f"The model {card.model_id} had learnt from the account's titles: it is gone.")


def _is_named_in(folder: Path, erased: InStore) -> bool:
    texts = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    return bool(erased.whose.finder.in_bytes(texts))


def _erase_answers(store: CodingStore, erased: InStore, notes: list[str]) -> None:
    models = Models(store)
    for folder in sorted((store.root / "answers").glob("[!.]*")):
        file = models.answers(folder.name)
        before = file.read()
        others = [answer for answer in before if not _is_task(answer.task_id, erased)]
        titles = _masked([answer.title for answer in others], erased)
        said = _masked([answer.raw for answer in others], erased)
        after = [
            msgspec.structs.replace(answer, title=title, raw=raw)
            for answer, title, raw in zip(others, titles, said, strict=True)
        ]
        # A last line that a crash cut short never counted, and may be about the account.
        lines = b"".join(msgspec.json.encode(answer) + b"\n" for answer in after)
        if not file.path.exists() or lines == file.path.read_bytes():
            continue
        write_bytes(file.path, lines)
        notes.append(f"Of the answers of {folder.name}, {len(before) - len(after):,} were removed.")


def _writing(frame: pl.DataFrame) -> Callable[[Path], None]:
    return lambda temporary: write_parquet(frame, temporary)
