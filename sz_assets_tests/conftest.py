"""What tests of several folders share: the real answers, a month that was run, and reading it.

With SZ_NO_SKIPS=1 a test that would be skipped fails, so that nothing goes untested unseen.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sz_assets_tests.made_once import in_order, made_once

if TYPE_CHECKING:
    import dagster as dg

    from sz_assets.defs.run import RunOutcome
    from sz_assets.storage import Home

REAL_DATA = Path(os.environ.get("SZ_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
OCTOBER = date(2023, 10, 1)
COMMAND = Path(sys.executable).with_name("sz-assets")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, Any]:
    report = yield
    is_skipped = report.skipped and not hasattr(report, "wasxfail")
    if is_skipped and os.environ.get("SZ_NO_SKIPS") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and SZ_NO_SKIPS=1: {report.longrepr}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items[:] = in_order(items, ("october", "published_home"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real platform answers."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real answers are not at hand (SZ_TEST_DATA or {REAL_DATA})")
    return REAL_DATA


@pytest.fixture
def readable_folder() -> Iterator[Path]:
    """A folder that other users may read, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="sz-test-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def without_privileges() -> Callable[[], Any]:
    """A context in which this process may write nowhere, since root may write everywhere."""

    @contextmanager
    def drop() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return drop


@pytest.fixture
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of ours in the environment of this process and of those that it starts."""
    for name in list(os.environ):
        if name.startswith("SZ_") and name != "SZ_TEST_DATA":
            monkeypatch.delenv(name)


STUDY = """\
id: tiny
name: {zh: 小, en: Tiny}
first_crawl_month: 2024-01
selection: {min_followers: 0, verified: false}
accounts:
"""
STUDY_ACCOUNTS = {
    "one": 'platform_uid: "11", name: {zh: 一号, en: Number One}',
    "two": 'platform_uid: "22", name: {zh: 二号, en: Number Two}',
}


@pytest.fixture
def tiny_study(tmp_path: Path) -> Callable[..., Path]:
    """`tiny_study("one", "two")`: a study of accounts with ids that no embedded platform knows."""

    def write(*names: str) -> Path:
        path = tmp_path / "study.yaml"
        accounts = [
            f"  - {{id: {name}, platform: douyin, platform_account_id: MS4wLjA{name}, "
            f"{STUDY_ACCOUNTS[name]}}}\n"
            for name in names
        ]
        path.write_text(STUDY + "".join(accounts), encoding="utf-8")
        return path

    return write


@dataclass(frozen=True)
class Ran:
    """A home, the run that filled it, and how that run ended."""

    home: Home
    outcome: RunOutcome

    def checks(self) -> dict[tuple[str, str, str | None], Any]:
        """The run's check evaluations, by asset, check and month."""
        import dagster as dg

        from sz_assets.defs.instance import open_instance

        with open_instance(self.home) as instance:
            records = instance.get_records_for_run(
                self.outcome.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
            ).records
        found = [
            record.event_log_entry.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
            for record in records
        ]
        return {(e.asset_key.to_user_string(), e.check_name, e.partition): e for e in found}

    def materialized(self) -> set[str]:
        """Keys of the assets that the run built."""
        import dagster as dg

        from sz_assets.defs.instance import open_instance

        with open_instance(self.home) as instance:
            records = instance.get_records_for_run(
                self.outcome.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
            ).records
        return {record.asset_key.to_user_string() for record in records}  # type: ignore[union-attr]


def _run(
    home: Path,
    *months: date,
    environment: Mapping[str, str] | None = None,
    build: Callable[[], dg.Definitions] | None = None,
    overrides: Mapping[str, Any] | None = None,
    **options: Any,
) -> Ran:
    from sz_assets.definitions import build_defs
    from sz_assets.defs.run import run_months
    from sz_assets.settings import Settings
    from sz_assets.storage import Home

    settings = Settings.from_environment({"SZ_HOME": str(home), **(environment or {})})
    at = Home(settings.home)
    outcome = run_months(
        build or (lambda: build_defs(settings, overrides)), at, months or [OCTOBER], **options
    )
    return Ran(at, outcome)


@pytest.fixture(scope="session")
def run_month() -> Callable[..., Ran]:
    """`run_month(home, *months, environment=, build=, overrides=, **options of run_months)`."""
    return _run


@pytest.fixture(scope="session")
def light() -> Callable[..., dg.Definitions]:
    """`build_defs`, but the month's job draws no charts, which take most of its time."""
    import dagster as dg

    from sz_assets.definitions import build_defs

    def build(settings: Any, overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
        built = build_defs(settings, overrides)
        everything = dg.AssetSelection.all()
        drawn = dg.AssetSelection.groups("charts") | dg.AssetSelection.assets(["publish", "report"])
        return dg.Definitions(
            assets=built.assets,
            asset_checks=built.asset_checks,
            jobs=[dg.define_asset_job("month", selection=everything - drawn)],
            resources=built.resources,
            executor=built.executor,
        )

    return build


@pytest.fixture(scope="session")
def october(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A home in which 2023-10 was run once, for reading only."""
    from sz_assets.storage import Home

    def make(root: Path) -> RunOutcome:
        outcome = _run(root).outcome
        assert (outcome.failures, outcome.exit_code) == ([], 0)
        return outcome

    root, outcome = made_once(tmp_path_factory, "october", make)
    return Ran(Home(root), outcome)


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the real command made 2023-09 and 2023-10 as a range, for reading only."""
    from sz_assets.storage import Home

    def make(root: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SZ_", "DAGSTER_"))}
        done = subprocess.run(
            [COMMAND, "backfill", "--from", "2023-09", "--to", "2023-10"],
            env={**kept, "SZ_HOME": str(root)},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
        assert "Error" not in done.stderr
        assert "Made:" in done.stdout

    root, _ = made_once(tmp_path_factory, "published", make)
    return Home(root)


@pytest.fixture
def october_copy(october: Ran, tmp_path: Path) -> Home:
    """A copy of that home which a test may change."""
    from sz_assets.storage import Home

    return Home(shutil.copytree(october.home.root, tmp_path / "home", symlinks=True))


def _published(warehouse: Path) -> dict[str, str]:
    """A hash of the sorted rows of every table of a release."""
    import duckdb

    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' order by all"
        ).fetchall()
        return {
            name: hashlib.sha256(
                repr(connection.execute(f'from "{name}" order by all').fetchall()).encode()
            ).hexdigest()
            for (name,) in names
        }


@pytest.fixture(scope="session")
def published_hashes() -> Callable[[Home], dict[str, str]]:
    """A hash of the sorted rows of each table of the home's current release."""
    return lambda home: _published(home.current / "warehouse.duckdb")


# The serial number of an attempt counts how often a month was fetched, which is no fact about it.
MAY_DIFFER = {"crawl_coverage": ["attempt_id"]}


@pytest.fixture(scope="session")
def core_hashes() -> Callable[..., dict[str, str]]:
    """`core_hashes(home, month)`: a hash of the sorted rows of each core and analysis table.

    Left out are the columns that may differ from crawl to crawl: `crawl_coverage.attempt_id`.
    """
    from sz_assets.contracts import ANALYSIS_TABLES, CORE_TABLES
    from sz_assets.storage import Lake

    def hashes(home: Home, month: date = OCTOBER) -> dict[str, str]:
        found = {}
        for table in (*CORE_TABLES, *ANALYSIS_TABLES):
            frame = Lake(home.lake).read(table, month).sort(table.key)
            kept = frame.drop(MAY_DIFFER.get(table.name, []))
            found[table.name] = hashlib.sha256(repr(kept.rows()).encode()).hexdigest()
        return found

    return hashes
