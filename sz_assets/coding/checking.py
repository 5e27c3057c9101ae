"""Whether everything that coding keeps is still there, and as it was written.

Here: looking at every file of the store. Not here: mending, or the crawled lake (`verify`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sz_assets.coding.ledger import read_ledger, refuse_missing
from sz_assets.coding.machine.models import Models
from sz_assets.coding.store import CodingStore, content_id, read_codes_file
from sz_assets.errors import UserError


@dataclass
class StoreVerification:
    """What was found in the store; `problems` is empty if all is well."""

    imports: int = 0
    codes: int = 0
    samples: int = 0
    codebooks: int = 0
    models: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nobody has coded anything yet."""
        found = (self.imports, self.samples, self.codebooks, self.models, self.problems)
        return not any(found)

    def line(self) -> str:
        """The finding in one line."""
        state = "ok" if not self.problems else f"problems: {len(self.problems)}"
        parts = {
            "imports": self.imports,
            "codes": self.codes,
            "samples": self.samples,
            "codebooks": self.codebooks,
            "models": self.models,
        }
        return f"coding: {', '.join(f'{name} {n:,}' for name, n in parts.items())}: {state}."


def check_store(store: CodingStore) -> StoreVerification:
    """Read every file, compare each hash with its name, and look for imports that are missing."""
    found = StoreVerification()
    _check_codes(store, found)
    for folder in sorted((store.root / "samples").glob("[!.]*")):
        found.samples += 1
        tasks = _tried(found, partial(store.sample_tasks, folder.name))
        if tasks is not None and len(tasks) != (size := store.sample(folder.name).size):
            found.problems.append(
                f"The sample {folder.name} has {len(tasks):,} tasks instead of {size:,}: put "
                f"{folder} back from a copy."
            )
    for version in store.versions():
        found.codebooks += 1
        _tried(found, partial(store.codebook, version))
    for sample in _tried(found, store.samples) or ():
        if sample.codebook_version not in store.versions():
            found.problems.append(
                f"The codebook {sample.codebook_version} of the sample {sample.sample_id} is "
                f"missing: put it back into {store.root / 'codebooks'} from a copy."
            )
    models = Models(store)
    for folder in sorted(path for path in models.root.glob("[!.]*") if path.is_dir()):
        found.models += 1
        _tried(found, partial(models.load, folder.name))
    if model_id := _tried(found, models.current_id):
        _tried(found, partial(models.card, model_id))
    found.problems = list(dict.fromkeys(found.problems))
    return found


def _check_codes(store: CodingStore, found: StoreVerification) -> None:
    kept: dict[int, str] = {}
    unread = set()
    for path in sorted((store.root / "codes").glob("[!.]*.parquet")):
        found.imports += 1
        codes = _tried(found, partial(read_codes_file, path))
        if codes is None or codes.is_empty():
            unread.add(path.stem)
            continue
        found.codes += len(codes)
        kept[codes["import_number"][0]] = path.stem
        if not set(codes["import_id"]) == {content_id(codes)} == {path.stem}:
            found.problems.append(
                f"{path} is not what was imported, its hash is another: put it back from a copy."
            )
    ledger = _tried(found, partial(read_ledger, store.root))
    if ledger is None:
        return
    found.notes += [
        f"Import {number} was accepted as lost on {at:%Y-%m-%d}."
        for number, at in sorted(ledger.lost.items())
        if number not in kept
    ]
    # A damaged file is told already, so it is not missing as well.
    missing = ledger.missing(kept.items())
    missing = {n: i for n, i in missing.items() if i not in unread and (i or not unread)}
    _tried(found, partial(refuse_missing, store.root, missing))


_T = TypeVar("_T")


def _tried(found: StoreVerification, look: Callable[[], _T]) -> _T | None:
    """What a look gives, or null and its UserError among the problems."""
    try:
        return look()
    except UserError as error:
        found.problems.append(str(error))
    except OSError as error:
        found.problems.append(f"{error.filename} can't be read: {error.strerror}.")
    return None
