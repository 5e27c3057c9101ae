"""A month whose stored answers were removed because of their age: its tables are kept and used."""

from __future__ import annotations

from datetime import date

from click.testing import CliRunner

from sz_assets.cli import main
from sz_assets.contracts.core import CORE_TABLES
from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.kept import file_digest
from sz_assets.retention import retire
from sz_assets.storage import Home, Lake

OCTOBER = date(2023, 10, 1)
CORE = [f"core/{table.name}" for table in CORE_TABLES]
RAW = [f"raw/{table.name}" for table in RAW_TABLES]


def core_digests(home: Home) -> list[str]:
    return [file_digest(Lake(home.lake).path(table, OCTOBER)) for table in CORE_TABLES]


def test_it_is_built_again_from_its_tables(october_copy: Home, materialize) -> None:
    before = core_digests(october_copy)
    retire(Lake(october_copy.lake), OCTOBER, date(2026, 12, 1))
    result = materialize(october_copy, *RAW, *CORE)
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    assert core_digests(october_copy) == before
    kept = {
        event.asset_key.path[-1]: event.materialization.metadata["is_kept"].value
        for event in result.get_asset_materialization_events()
        if "is_kept" in event.materialization.metadata
    }
    assert set(kept) >= {"accounts", "videos", "duplicate_items", "rejected_items"}
    failed = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert not failed, [(each.asset_key, each.check_name, each.description) for each in failed]


def test_verify_says_that_its_answers_are_gone(october_copy: Home, monkeypatch) -> None:
    retire(Lake(october_copy.lake), OCTOBER, date(2026, 12, 1))
    monkeypatch.setenv("SZ_HOME", str(october_copy.root))
    result = CliRunner().invoke(main, ["verify"])
    assert result.exit_code == 0, result.output
    assert "2023-10: its stored answers (26 files" in result.output
    assert "were removed on 2026-12-01" in result.output


def test_it_is_neither_fetched_nor_imported_again(
    october_copy: Home, monkeypatch, tmp_path
) -> None:
    retire(Lake(october_copy.lake), OCTOBER, date(2026, 12, 1))
    monkeypatch.setenv("SZ_HOME", str(october_copy.root))
    saved = tmp_path / "saved.json"
    saved.write_text('{"aweme_list": []}')
    imported = CliRunner().invoke(main, ["import", "--month", "2023-10", str(saved)])
    assert (imported.exit_code, "2023-10 takes no more answers" in imported.output) == (1, True)
    assert Lake(october_copy.lake).raw_folders(OCTOBER) == []
