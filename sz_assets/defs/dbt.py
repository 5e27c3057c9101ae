"""dbt in this process: the project parsed once per checkout, its results as Dagster events.

Here: the glue between dbt's runner and Dagster. Not here: SQL (`dbt_project`), or which assets
exist (`assets.engagement`). It uses names of dbt and dagster-dbt that are not public, so their
versions are pinned: a subprocess per run would cost five times as much.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import sz_assets
from sz_assets.defs.stopping import stop_noticed
from sz_assets.disk import write_bytes
from sz_assets.errors import UserError
from sz_assets.storage import Home

PROJECT = Path(sz_assets.__file__).parent.parent / "dbt_project"
TARGET = PROJECT / "target"
# dbt tells some 20 things about each node; of these alone dagster-dbt makes events.
_RESULTS = ("LogModelResult", "LogTestResult", "LogSeedResult", "LogSnapshotResult")


def _sources_hash() -> str:
    """A hash of all that the parsed project depends on."""
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml") and TARGET not in path.parents:
            digest.update(f"{path.relative_to(PROJECT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare_project() -> Path:
    """Parse the dbt project if it changed since it was last parsed; returns its manifest."""
    manifest = TARGET / "manifest.json"
    stamp = TARGET / "sources.sha256"
    if not PROJECT.is_dir():
        raise UserError(f"{PROJECT} is missing: run from a complete checkout of the project.")
    current = _sources_hash()
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (manifest.exists() and stamp.exists() and stamp.read_text() == current):
            invoke(["parse", "--no-partial-parse"], TARGET)
            write_bytes(stamp, current.encode())
    return manifest


def read_manifest() -> dict[str, Any]:
    """The parsed project as dagster-dbt reads it."""
    content: dict[str, Any] = json.loads(prepare_project().read_bytes())
    return content


def invoke(
    arguments: Sequence[str], target: Path, *, parsed: Any = None, callback: Any = None
) -> None:
    """Run one dbt command and let go of the database file; RuntimeError says why it failed."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    errors: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level == "error":
            errors.append(event.info.msg)
        if callback:
            callback(event)

    try:
        result = dbtRunner(manifest=parsed, callbacks=[listen]).invoke(
            [
                *arguments,
                "--project-dir", str(PROJECT),
                "--profiles-dir", str(PROJECT),
                "--target-path", str(target),
                "--log-path", str(target),
                "--log-level", "none",
                "--log-level-file", "none",
            ]
        )  # fmt: skip
    finally:
        # An open connection would keep every later reader and writer of this process out.
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
    if result.exception:
        raise RuntimeError(f"dbt {arguments[0]} failed: {result.exception}") from result.exception
    if not result.success:
        raise RuntimeError(f"dbt {arguments[0]} failed: {' '.join(errors) or 'see its log'}")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True)
class Build:
    """What one build said: dbt's results as dictionaries, and why it failed, if it did."""

    events: list[dict[str, Any]]
    failure: RuntimeError | None


def build(home: Home, months: Sequence[date], sample_top: int, selection: Sequence[str]) -> Build:
    """Build and test the marts of these crawl months; `selection` are dbt's own arguments."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from google.protobuf.json_format import MessageToDict

    prepare_project()
    # Read anew for each build: a used manifest keeps the months of the SQL that it compiled.
    parsed = Manifest.from_msgpack(
        (TARGET / "partial_parse.msgpack").read_bytes(), decoder=extended_mashumuro_decoder
    )
    home.warehouse.parent.mkdir(parents=True, exist_ok=True)
    events: list[dict[str, Any]] = []

    def keep(event: Any) -> None:
        if event.info.name in _RESULTS:
            events.append(MessageToDict(event, preserving_proto_field_name=True))

    with _environment(
        {
            # A build's own copy of the manifest takes longer than most of its queries.
            "DBT_WRITE_JSON": os.environ.get("DBT_WRITE_JSON", "false"),
            "SZ_LAKE_PATH": str(home.lake),
            "SZ_WAREHOUSE_PATH": str(home.warehouse),
            "SZ_CRAWL_MONTHS": ",".join(month.isoformat() for month in months),
            "SZ_SAMPLE_TOP": str(sample_top),
        }
    ):
        try:
            with stop_noticed():
                invoke(
                    ["build", "--exclude-resource-type", "unit_test", *selection],
                    home.dbt_target,
                    parsed=parsed,
                    callback=keep,
                )
        except RuntimeError as error:
            return Build(events, error)
    return Build(events, None)
