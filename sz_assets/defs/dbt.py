"""dbt in a Python process: the project parsed once per checkout, builds, and what they said.

Here: the glue around dbt's runner. Not here: SQL (`dbt_project`), or what its results are to
Dagster (`defs.marts`). It uses names of dbt that are not public, so its version is pinned: dbt's
own command for each run would cost five times as much.
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
# dbt tells some 20 things about each node; these say how a model or a test ended.
_RESULTS = ("LogModelResult", "LogTestResult")
# The parsed project, by the hash of its sources, until a build uses it.
_read_ahead: dict[str, Any] = {}


def sources_hash() -> str:
    """A hash of all that the parsed project depends on."""
    digest = hashlib.sha256()
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml") and TARGET not in path.parents:
            digest.update(f"{path.relative_to(PROJECT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def prepare_project() -> Path:
    """Parse the dbt project if it changed since it was last parsed; returns its manifest."""
    _prepared()
    return TARGET / "manifest.json"


def _prepared() -> str:
    """Parse the project if need be; returns the hash of its sources."""
    manifest = TARGET / "manifest.json"
    stamp = TARGET / "sources.sha256"
    if not PROJECT.is_dir():
        raise UserError(f"{PROJECT} is missing: run from a complete checkout of the project.")
    current = sources_hash()
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (manifest.exists() and stamp.exists() and stamp.read_text() == current):
            invoke(["parse", "--no-partial-parse"], TARGET)
            write_bytes(stamp, current.encode())
    return current


def read_manifest() -> dict[str, Any]:
    """The parsed project as dbt writes it for others to read."""
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
class Result:
    """How one model or test ended, in dbt's words (`success`, `pass`, `fail`, `skipped` …)."""

    unique_id: str
    status: str
    seconds: float
    failing_count: int
    invocation_id: str


@dataclass(frozen=True)
class Build:
    """What one build said: how each model and test ended, and why it failed, if it did."""

    results: list[Result]
    failure: RuntimeError | None


@dataclass(frozen=True)
class Task:
    """A build of the marts of these crawl months; `selection` are dbt's own arguments.

    It can be sent to another process.
    """

    home: Home
    months: tuple[date, ...]
    sample_top: int
    selection: tuple[str, ...] = ()


def load_ahead() -> None:
    """Read the parsed project, so that the first build need not."""
    current = _prepared()
    _read_ahead[current] = _read_project()


def _read_project() -> Any:
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    return Manifest.from_msgpack(
        (TARGET / "partial_parse.msgpack").read_bytes(), decoder=extended_mashumuro_decoder
    )


def build(task: Task) -> Build:
    """Build and test the marts."""
    current = _prepared()
    # Once for each build: a used one keeps the months of the SQL that it compiled.
    parsed = _read_ahead.pop(current, None) or _read_project()
    task.home.warehouse.parent.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []

    def keep(event: Any) -> None:
        if event.info.name in _RESULTS:
            results.append(_result(event))

    with _environment(
        {
            # A build's own copy of the manifest takes longer than most of its queries.
            "DBT_WRITE_JSON": os.environ.get("DBT_WRITE_JSON", "false"),
            "SZ_LAKE_PATH": str(task.home.lake),
            "SZ_WAREHOUSE_PATH": str(task.home.warehouse),
            "SZ_CRAWL_MONTHS": ",".join(month.isoformat() for month in task.months),
            "SZ_SAMPLE_TOP": str(task.sample_top),
        }
    ):
        try:
            with stop_noticed():
                invoke(
                    ["build", "--exclude-resource-type", "unit_test", *task.selection],
                    task.home.dbt_target,
                    parsed=parsed,
                    callback=keep,
                )
        except RuntimeError as error:
            return Build(results, error)
    return Build(results, None)


def _result(event: Any) -> Result:
    return Result(
        unique_id=event.data.node_info.unique_id,
        status=event.data.node_info.node_status,
        seconds=event.data.execution_time,
        # Only a test has one.
        failing_count=getattr(event.data, "num_failures", 0),
        invocation_id=event.info.invocation_id,
    )
