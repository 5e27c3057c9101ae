"""What a command refuses: one sentence with cause and remedy, and everything is as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

COMMANDS = ["run", "backfill", "import", "ui", "doctor", "verify"]


def test_every_command_shows_an_example(sz) -> None:
    from sz_assets.cli import main

    assert set(COMMANDS) <= set(main.commands)
    for name in main.commands:
        said = sz(name, "--help")
        assert said.code == 0
        assert f"Examples:\n    sz-assets {name}" in said.out, name
    said = sz("--help")
    assert all(f"  {name} " in said.out for name in main.commands)
    assert "SZ_HOME" in said.out
    assert "Exit codes" in said.out


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["run", "--help"], ["dagster", "polars", "pandas", "duckdb", "scipy"]),
        (["doctor"], ["dagster", "pandas", "duckdb", "scipy"]),
    ],
)
def test_small_commands_come_at_once(
    arguments: list[str], heavy: list[str], tmp_path: Path
) -> None:
    program = (
        "import sys; from click.testing import CliRunner; from sz_assets.cli import main\n"
        f"result = CliRunner().invoke(main, {arguments}); assert result.exit_code == 0, result\n"
        f"heavy = {{'dbt', 'altair', 'great_expectations', 'sqlalchemy', *{heavy}}}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    environment = {**os.environ, "SZ_HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", program], env=environment).returncode == 0


def test_a_reader_that_has_read_enough_is_no_mistake() -> None:
    program = "from sz_assets.cli import entry; entry()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "coding", "codebook"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        command.stdout.close()
        assert command.stderr.read() == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--month", "october"],
        ["run", "--month", "2023-13"],
        ["backfill", "--from", "2023", "--to", "2023-10"],
        ["backfill", "--from", "2023-01", "--to", "2023-1O"],
        ["import", "--month", "2023-10-01", "posts.json"],
    ],
)
def test_what_is_no_month(sz, home: Path, arguments) -> None:
    said = sz(*arguments)
    assert said.code == 1
    assert said.sentence.endswith("is not a month: write it like 2023-10.")
    assert not home.exists()


def test_months_outside_of_the_studys_time(sz, home: Path, posts: Path) -> None:
    next_year = datetime.now(tz=UTC).year + 1
    for arguments in (
        ["run", "--month", "2022-12"],
        ["backfill", "--from", "2022-12", "--to", "2023-02"],
        ["import", "--month", "2022-12", posts],
    ):
        said = sz(*arguments)
        assert said.code == 1
        assert said.sentence == (
            "2022-12 is before the study's first crawl month: choose 2023-01 or a later one."
        )
    for arguments in (
        ["run", "--month", f"{next_year}-02"],
        ["backfill", "--from", "2023-01", "--to", f"{next_year}-02"],
        ["import", "--month", f"{next_year}-02", posts],
    ):
        said = sz(*arguments)
        assert said.code == 1
        assert said.sentence.startswith(f"{next_year}-02 has not begun: choose ")
    said = sz("backfill", "--from", "2023-03", "--to", "2023-02")
    assert (said.code, said.sentence) == (
        1,
        "2023-02 is before 2023-03: give the earlier month first.",
    )
    assert not home.exists()


def test_wrong_options_fail_like_all_else_and_not_like_an_incomplete_crawl(sz) -> None:
    for arguments in (["backfill", "--from", "2023-01"], ["import", "--month", "2023-10"], ["fly"]):
        said = sz(*arguments)
        assert said.code == 1
        assert said.err.startswith("Usage: ")


@pytest.mark.parametrize("command", ["run", "verify", "ui", "doctor"])
def test_a_study_that_is_not_there_or_wrong(sz, tmp_path: Path, command: str) -> None:
    broken, wrong = tmp_path / "broken.yaml", tmp_path / "wrong.yaml"
    broken.write_text("id: [\n", encoding="utf-8")
    wrong.write_text("id: x\nname: {zh: x, en: x}\nacounts: []\n", encoding="utf-8")
    for study, words in (
        ("atlantis", "There is no study 'atlantis': name a bundled one (shenzhen), or the path"),
        (tmp_path / "missing.yaml", "There is no study"),
        (broken, "broken.yaml"),
        (wrong, "wrong.yaml"),
    ):
        said = sz(command, SZ_STUDY=study)
        assert said.code == 1
        assert words in (said.out if command == "doctor" else said.sentence)


def test_a_wrong_setting(sz) -> None:
    said = sz("run", SZ_SOURCE="dream")
    assert (said.code, said.sentence) == (
        1,
        "SZ_SOURCE is 'dream': set it to one of simulated, live.",
    )


def unreadable(kit, folder: Path) -> dict[str, tuple[Path, str]]:
    return {
        "missing": (folder / "missing.json", "can't be read (no such file or directory)"),
        "folder": (folder, "can't be read (is a directory)"),
        "empty": (kit.save(folder / "empty.json", b""), "is empty"),
        "cut": (kit.save(folder / "cut.json", json.dumps([kit.item(1)]).encode()[:-9]), "JSON"),
        "picture": (kit.save(folder / "a.png", b"\x89PNG\r\n\x1a\n\0\0"), "is not JSON"),
        "other": (kit.save(folder / "other.json", {"a": 1}), "holds something else than"),
        "no items": (kit.save(folder / "none.json", []), "holds no videos and no profiles"),
        "empty account": (
            kit.save(folder / "page.json", {"aweme_list": [], "has_more": 0, "max_cursor": 0}),
            "holds no videos and no profiles",
        ),
        "foreign": (
            kit.save(folder / "foreign.json", [kit.item(1, 99)]),
            "give the account platform_uid",
        ),
        "foreign profile": (
            kit.save(folder / "profile.json", [{"uid": "99", "follower_count": 1}]),
            "holds the profile of no account of the study",
        ),
    }


KINDS = (
    "missing", "folder", "empty", "cut", "picture", "other", "no items", "empty account",
    "foreign", "foreign profile",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_files_that_cannot_be_imported(sz, home, study, posts, kit, tmp_path, kind: str) -> None:
    (tmp_path / "files").mkdir()
    path, words = unreadable(kit, tmp_path / "files")[kind]
    said = sz("import", "--month", "2024-03", posts, path, SZ_STUDY=study)
    assert said.code == 1
    assert words in said.sentence
    assert str(path) in said.sentence
    assert said.sentence.endswith("Nothing was imported.")
    assert not list(home.rglob("*.parquet"))


def test_an_import_for_an_account_or_format_that_does_not_exist(sz, study, posts) -> None:
    said = sz("import", "--month", "2024-03", "--account", "three", posts, SZ_STUDY=study)
    assert said.code == 1
    assert said.sentence.startswith("--account 'three' is no account of douyin in the study 'tiny'")
    said = sz("import", "--month", "2024-03", "--format", "vhs", posts, SZ_STUDY=study)
    assert said.code == 1
    assert said.sentence == "The import format 'vhs' is unknown: use one of douyin."


def test_simulated_and_real_data_are_not_mixed(sz, october_copy, posts) -> None:
    said = sz(
        "import", "--month", "2023-10", "--account", "shenzhen_swat", posts,
        SZ_HOME=october_copy.root,
    )  # fmt: skip
    assert said.code == 1
    assert "already holds simulated data of" in said.sentence


def test_a_past_month_of_a_live_platform(sz, home, study, nobody_is_asked) -> None:
    said = sz("run", "--month", "2024-03", SZ_SOURCE="live", SZ_STUDY=study)
    assert said.code == 1
    assert said.sentence.startswith(
        "2024-03 can't be fetched, because a live platform shows only today's counters: "
        "import pages that were saved then, or run 20"
    )
    assert "Made:" not in said.out
    assert not list(home.rglob("*.parquet"))
    assert nobody_is_asked == []


def test_accounts_without_a_real_id_on_a_live_platform(sz, home, nobody_is_asked) -> None:
    said = sz("run", SZ_SOURCE="live")
    assert said.code == 1
    assert "no platform id for shenzhen_news_network, first_scene" in said.sentence
    assert "set SZ_STUDY to it" in said.sentence
    assert nobody_is_asked == []


def test_accounts_that_the_embedded_platform_does_not_know(sz, study) -> None:
    said = sz("run", "--month", "2024-03", SZ_STUDY=study)
    assert said.code == 1
    assert "The embedded platform does not know one, two: set SZ_SOURCE=live" in said.sentence


def test_a_home_that_may_not_be_written(
    sz, readable_folder: Path, without_privileges, posts: Path
) -> None:
    readable_folder.chmod(0o555)
    for arguments in (["run"], ["import", "--month", "2023-10", posts], ["ui"]):
        with without_privileges():
            said = sz(*arguments, SZ_HOME=readable_folder / "home")
        assert said.code == 1
        assert "could not be written: permission is missing" in said.sentence
        assert "set SZ_HOME to a folder that you may write" in said.sentence


def test_a_home_in_use(sz, held, study, posts) -> None:
    for arguments in (["run", "--month", "2024-03"], ["import", "--month", "2024-03", posts]):
        said = sz(*arguments, SZ_STUDY=study)
        assert said.code == 1
        assert "Another run is using" in said.sentence
        assert "(crawl month 2023-09): wait until it has ended" in said.sentence


def test_a_home_of_another_study(sz, october_copy, study) -> None:
    said = sz("run", "--month", "2024-03", SZ_HOME=october_copy.root, SZ_STUDY=study)
    assert said.code == 1
    assert "holds the study 'shenzhen', not 'tiny': set SZ_HOME to another" in said.sentence
    assert (october_copy.current / "warehouse.duckdb").exists()


def test_a_run_that_the_ui_launched_is_not_disturbed(sz, october_copy, monkeypatch) -> None:
    import dagster as dg
    from dagster._core.test_utils import create_run_for_test

    from sz_assets.defs.instance import open_instance

    monkeypatch.setattr("sz_assets.defs.ui_runs._is_served", lambda run: True)
    with open_instance(october_copy) as instance:
        run = create_run_for_test(instance, "month", status=dg.DagsterRunStatus.STARTED)
    said = sz("run", SZ_HOME=october_copy.root)
    assert said.code == 1
    assert f"A run that the UI launched ({run.run_id[:8]}) is using" in said.sentence


def test_tracebacks_are_shown_only_if_asked_for(sz, monkeypatch) -> None:
    said = sz("--debug", "run", SZ_SOURCE="dream")
    assert said.code == 1

    def fail(*_: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("sz_assets.doctor.examine", fail)
    said = sz("doctor")
    assert said.code == 1
    assert said.sentence.startswith("ZeroDivisionError: a mistake of ours (sz-assets --debug shows")
    program = "import sz_assets.cli; sz_assets.cli.main()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--debug", "run"],
        env={"SZ_SOURCE": "dream"}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 1
    assert "Traceback (most recent call last)" in run.stderr
    assert "UserError: SZ_SOURCE is 'dream'" in run.stderr
