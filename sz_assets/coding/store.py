"""Where everything about coding lies: codebooks, samples, and every code ever imported.

Here: reading and writing, whole files or none. Not here: what a code may say (`importing`), which
code of a video counts (`core.coding.best_code`), or models (`coding.machine`).

    coding/
      codebooks/<version>.json               each version that was ever used, in full
      samples/<sample id>/sample.json        how the sample was drawn, and for whom
      samples/<sample id>/tasks.parquet      what was drawn (contract coding/tasks)
      codes/<import id>.parquet              what one import brought; never written again
      imports.json                           which imports there must be (`ledger`)
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import msgspec
import polars as pl

from sz_assets.coding.ledger import Ledger, read_ledger, refuse_missing, write_ledger
from sz_assets.contracts.coding_store import SAMPLE_TASKS, STORED_CODES
from sz_assets.contracts.table import Table
from sz_assets.contracts.validate import ContractViolation, conform, polars_schema
from sz_assets.disk import whole_folder, write_atomically, write_bytes, write_parquet
from sz_assets.errors import UserError
from sz_assets.locks import hold
from sz_assets.study import Codebook


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a sample for coding was drawn.

    `population` is the crawl month's sample or all its videos; `machine_method` coded the strata.
    `required_reliability_size` is the number of doubly coded tasks that the target needs, null if
    none was asked for. `created_at` is an instant in UTC without a zone.
    """

    sample_id: str
    crawl_month: date
    population: str
    population_size: int
    size: int
    seed: int
    codebook_version: str
    evaluate_share: float
    minimum_per_category: int
    reliability_size: int
    coders_per_reliability_task: int | None
    coders: tuple[str, ...]
    machine_method: str
    created_at: datetime
    required_reliability_size: int | None = None
    notes: tuple[str, ...] = ()


class CodingStore:
    """The folder `SZ_HOME/coding`. What was stored is never changed or removed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._is_locked = False

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer; UserError at once if another process is. May be nested."""
        if self._is_locked:
            yield
            return
        with hold(
            self.root / "lock",
            f"process {os.getpid()}",
            f"Codes or samples are being written into {self.root} already ({{}}): wait until that "
            "has ended, then run the same command again.",
        ):
            self._is_locked = True
            try:
                yield
            finally:
                self._is_locked = False

    # Codebooks ------------------------------------------------------------------------------

    def add_codebook(self, codebook: Codebook) -> str:
        """Keep this version of the codebook, if it is new; its version."""
        path = self._codebook_path(codebook.version)
        if not path.exists():
            write_bytes(path, msgspec.json.encode(codebook))
        return codebook.version

    def versions(self) -> list[str]:
        """Versions of the codebook that are kept, in alphabetical order."""
        return sorted(path.stem for path in (self.root / "codebooks").glob("[!.]*.json"))

    def codebook(self, version: str) -> Codebook:
        """The codebook of that version; UserError if it is not kept, or damaged."""
        path = self._codebook_path(version)
        if version not in self.versions():
            raise UserError(
                f"{self.root} keeps no codebook of version {version}: export a sample with it, or "
                "correct the version."
            )
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest()[: len(version)] != version:
            raise _damaged(path)
        try:
            codebook = msgspec.json.decode(content, type=Codebook)
        except msgspec.DecodeError as error:
            raise _damaged(path) from error
        # The version it was used under stays, even where today's codebooks have further fields.
        vars(codebook)["version"] = version
        return codebook

    def codebooks(self) -> dict[str, Codebook]:
        """Every codebook that is kept, by its version."""
        return {version: self.codebook(version) for version in self.versions()}

    def _codebook_path(self, version: str) -> Path:
        return self.root / "codebooks" / f"{version}.json"

    # Samples --------------------------------------------------------------------------------

    def write_sample(self, sample: Sample, tasks: pl.DataFrame) -> bool:
        """Keep a sample with its tasks (contract coding/tasks), whole or not at all.

        False if a sample of that id is kept already: then nothing is written.
        """
        tasks = conform(tasks, SAMPLE_TASKS)
        folder = self.root / "samples" / sample.sample_id
        with self.lock():
            if folder.exists():
                return False
            with whole_folder(folder) as temporary:
                write_parquet(tasks, temporary / "tasks.parquet")
                (temporary / "sample.json").write_bytes(msgspec.json.encode(sample))
        return True

    def samples(self) -> list[Sample]:
        """The samples that are kept, oldest first."""
        paths = (self.root / "samples").glob("[!.]*/sample.json")
        return sorted(map(self._read_sample, paths), key=lambda s: (s.created_at, s.sample_id))

    def sample(self, sample_id: str) -> Sample:
        """The sample of that id; UserError if there is none."""
        for sample in self.samples():
            if sample.sample_id == sample_id:
                return sample
        known = ", ".join(sample.sample_id for sample in self.samples()) or "none"
        raise UserError(
            f"{self.root} keeps no sample {sample_id!r}: name one of those that it keeps ({known})."
        )

    def sample_tasks(self, sample_id: str | None = None) -> pl.DataFrame:
        """Tasks of one sample, or of all, oldest sample first.

        Beside the columns of coding/tasks: `sample_id`, the month and population that it was drawn
        from (`sample_crawl_month`, `sample_population`), and `evaluate_share_ratio`.
        """
        samples = [self.sample(sample_id)] if sample_id else self.samples()
        return pl.concat(
            [
                pl.DataFrame(schema=polars_schema(SAMPLE_TASKS)).with_columns(*_of_sample(None)),
                *(
                    _read(
                        self.root / "samples" / sample.sample_id / "tasks.parquet", SAMPLE_TASKS
                    ).with_columns(*_of_sample(sample))
                    for sample in samples
                ),
            ]
        )

    def _read_sample(self, path: Path) -> Sample:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Sample)
        except msgspec.DecodeError as error:
            raise _damaged(path) from error

    # Codes ----------------------------------------------------------------------------------

    def add_codes(self, codes: pl.DataFrame) -> str | None:
        """Keep codes: the columns of contract coding/codes without import_number and import_id.

        The import's id is the hash of what the codes say and where they stood in which file, not of
        when they were imported: None if just this is kept already, and then nothing is written.
        """
        import_id = content_id(codes)
        path = self.root / "codes" / f"{import_id}.parquet"
        with self.lock():
            if path.exists():
                return None
            kept = dict(self.codes().select("import_number", "import_id").unique().iter_rows())
            ledger = read_ledger(self.root)
            number = max((0, *kept, *ledger.import_ids, *ledger.lost)) + 1
            frame = codes.with_columns(
                pl.lit(number, dtype=pl.Int64).alias("import_number"),
                pl.lit(import_id).alias("import_id"),
            )
            _write(frame, path, STORED_CODES)
            # After the codes: a reader that knows of an import finds it.
            ids = {**ledger.import_ids, **kept, number: import_id}
            write_ledger(self.root, Ledger(import_ids=ids, lost=ledger.lost))
        return import_id

    def accept_lost(self, number: int, at: datetime) -> None:
        """Go on without a lost import; UserError if it is not missing. It stays on the record."""
        with self.lock():
            ledger, kept = read_ledger(self.root), self._kept_codes()
            if number not in ledger.missing(kept.select("import_number", "import_id").iter_rows()):
                raise UserError(f"Import {number} of codes is not missing: name one that is.")
            lost = {**ledger.lost, number: at}
            write_ledger(self.root, Ledger(import_ids=ledger.import_ids, lost=lost))

    def codes(self) -> pl.DataFrame:
        """Every code ever imported (contract coding/codes), in the order in which they came.

        UserError if a file is damaged, or an import is missing that was not accepted as lost.
        """
        ledger = read_ledger(self.root)
        codes = self._kept_codes()
        kept = codes.select("import_number", "import_id").unique()
        refuse_missing(self.root, ledger.missing(kept.iter_rows()))
        return codes

    def _kept_codes(self) -> pl.DataFrame:
        paths = sorted((self.root / "codes").glob("[!.]*.parquet"))
        return pl.concat(
            [
                pl.DataFrame(schema=polars_schema(STORED_CODES)),
                *(read_codes_file(path) for path in paths),
            ]
        ).sort("import_number", maintain_order=True)


def content_id(codes: pl.DataFrame) -> str:
    """The id of an import of these codes: a hash of all but when, and as which, they came."""
    names = sorted(set(codes.columns) - {"imported_at", "import_number", "import_id"})
    return hashlib.sha256(codes.select(names).write_json().encode()).hexdigest()[:16]


def read_codes_file(path: Path) -> pl.DataFrame:
    """What one import brought; UserError if the file is damaged."""
    return _read(path, STORED_CODES)


def newest(codes: pl.DataFrame) -> pl.DataFrame:
    """Of each coder, task and round the code that was imported last, in the order of import."""
    return codes.unique(
        ["account_id", "video_id", "coder_id", "code_round"], keep="last", maintain_order=True
    )


def _of_sample(sample: Sample | None) -> tuple[pl.Expr, ...]:
    return (
        pl.lit(sample and sample.sample_id, dtype=pl.String).alias("sample_id"),
        pl.lit(sample and sample.crawl_month, dtype=pl.Date).alias("sample_crawl_month"),
        pl.lit(sample and sample.population, dtype=pl.String).alias("sample_population"),
        pl.lit(sample and sample.evaluate_share, dtype=pl.Float64).alias("evaluate_share_ratio"),
    )


def _write(frame: pl.DataFrame, path: Path, table: Table) -> None:
    frame = conform(frame, table)
    write_atomically(path, lambda temporary: write_parquet(frame, temporary))


def _read(path: Path, table: Table) -> pl.DataFrame:
    try:
        return conform(pl.read_parquet(path, hive_partitioning=False, glob=False), table)
    except (OSError, pl.exceptions.PolarsError, ContractViolation):
        raise _damaged(path) from None


def _damaged(path: Path) -> UserError:
    return UserError(
        f"{path} is damaged: put it back from a copy, or move it away if its content is lost."
    )
