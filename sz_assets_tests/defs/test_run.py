"""How a run's end is told, how its steps are counted, and what a killed run leaves."""

import os
import signal
import sys
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from sz_assets.defs.failures import told_plainly
from sz_assets.defs.instance import (
    LAUNCHED_BY_COMMAND,
    end_killed_runs,
    open_instance,
)
from sz_assets.defs.run import run_months
from sz_assets.errors import IncompleteCrawl, UserError
from sz_assets.progress import StepBar, StepProgress
from sz_assets.storage import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home [1]")


class Config(dg.Config):
    recrawl: bool = False
    allow_partial: bool = False


def job_that(do) -> dg.Definitions:
    """A month's job of two steps, of which the first does this."""

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2023-10"]), name="account_lists")
    def lists(config: Config) -> None:
        do()

    @dg.asset(partitions_def=lists.partitions_def, deps=[lists], name="check_completeness")
    def later(config: Config) -> None:
        pass

    return dg.Definitions(
        [lists, later],
        jobs=[dg.define_asset_job("month", selection="*")],
        executor=dg.in_process_executor,
    )


def run(home: Home, do, **options):
    return run_months(lambda: job_that(do), home, [date(2023, 10, 1)], **options)


def fail(error: Exception):
    def do() -> None:
        raise error

    return do


def test_a_run_that_does_its_work(home: Home) -> None:
    steps: list[StepProgress] = []
    outcome = run(home, lambda: None, on_progress=steps.append)
    assert (outcome.exit_code, outcome.failures, outcome.warnings) == (0, [], [])
    assert [(step.done, step.total, step.step) for step in steps] == [
        (1, 2, "account_lists"),
        (2, 2, "check_completeness"),
    ]
    with open_instance(home) as instance:
        found = instance.get_run_by_id(outcome.run_id)
        assert found.status is dg.DagsterRunStatus.SUCCESS
        assert found.tags["dagster/partition"] == "2023-10"
        assert LAUNCHED_BY_COMMAND.items() <= found.tags.items()


def test_what_a_step_logs_is_passed_on(home: Home) -> None:
    notes: list[str] = []

    def log() -> None:
        context = dg.AssetExecutionContext.get()
        context.log.info("3 of 13 accounts")
        context.log.debug("details")

    run(home, log, on_note=notes.append)
    assert notes == ["3 of 13 accounts"]


@pytest.mark.parametrize("tell", [lambda do: do, lambda do: lambda: tell_plainly(do)])
def test_a_users_error_is_told_in_its_own_words(home: Home, tell) -> None:
    sentence = "/x could not be written: the disk is full: free some space."
    outcome = run(home, tell(fail(UserError(sentence))))
    assert (outcome.exit_code, outcome.failures) == (1, [sentence])


def tell_plainly(do) -> None:
    with told_plainly():
        do()


def test_an_incomplete_crawl_has_an_exit_code_of_its_own(home: Home) -> None:
    outcome = run(home, lambda: tell_plainly(fail(IncompleteCrawl("It was refused."))))
    assert (outcome.exit_code, outcome.failures) == (2, ["It was refused."])
    with (
        pytest.raises(dg.Failure) as caught,
        told_plainly(),
    ):
        raise UserError("No.")
    assert (caught.value.description, caught.value.allow_retries) == ("No.", False)
    with pytest.raises(KeyError), told_plainly():
        raise KeyError


def test_a_mistake_of_ours_is_one_line_with_a_traceback_for_those_who_ask(home: Home) -> None:
    outcome = run(home, fail(ValueError("two\nlines: of text")))
    assert outcome.exit_code == 1
    assert outcome.failures == ["account_lists failed: ValueError: two lines: of text"]
    [traceback] = outcome.tracebacks
    assert "test_run.py" in traceback


def test_killed_runs_of_commands_are_closed_and_others_left_alone(home: Home) -> None:
    status = dg.DagsterRunStatus
    with open_instance(home) as instance:
        killed = {
            create_run_for_test(instance, "month", status=s, tags=LAUNCHED_BY_COMMAND).run_id
            for s in (status.STARTED, status.STARTING, status.NOT_STARTED, status.CANCELING)
        }
        storage = instance.event_log_storage
        storage.set_concurrency_slots("crawl", 1)
        assert storage.claim_concurrency_slot("crawl", min(killed), "account_lists").is_claimed
        done = create_run_for_test(
            instance, "month", status=status.SUCCESS, tags=LAUNCHED_BY_COMMAND
        )
        other = create_run_for_test(instance, "month", status=status.STARTED)
        assert set(end_killed_runs(instance)) == killed
        assert end_killed_runs(instance) == []
        # A slot that stayed taken would let the next run wait for ever.
        assert storage.get_concurrency_info("crawl").active_slot_count == 0
        ended = {instance.get_run_by_id(run_id).status for run_id in killed}
        assert ended == {status.FAILURE}
        assert instance.get_run_by_id(done.run_id).status is status.SUCCESS
        assert instance.get_run_by_id(other.run_id).status is status.STARTED
    # Whoever launched it is gone: no server answers for it.
    outcome = run(home, lambda: None)
    assert outcome.exit_code == 0
    with open_instance(home) as instance:
        assert instance.get_run_by_id(other.run_id).status is status.FAILURE


def test_the_instance_has_our_settings_whatever_its_folder_is_called(home: Home) -> None:
    with open_instance(home) as instance:
        assert not instance.telemetry_enabled
        assert instance.global_op_concurrency_default_limit == 1
    settings = home.dagster / "dagster.yaml"
    assert "telemetry" in settings.read_text()
    settings.write_text("telemetry: {enabled: false}\n")
    with open_instance(home) as instance:
        assert instance.global_op_concurrency_default_limit is None
    assert settings.read_text() == "telemetry: {enabled: false}\n"
    assert not (home.dagster / ".telemetry").exists()


def test_progress_is_a_line_per_step_or_a_bar(capsys, monkeypatch) -> None:
    with StepBar() as bar:
        bar.step(StepProgress(1, 4, "charts__figure_1"))
        bar.step(StepProgress(2, 4, "fetching"))
        bar.note("3 of 13 accounts")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[3].endswith(" s  3 of 13 accounts")
    assert lines[1].endswith(f"{'█' * 6}{'░' * 18} 1/4 charts/figure_1")
    assert lines[2].endswith(" 2/4 fetching")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with StepBar() as bar:
        bar.step(StepProgress(4, 4, "x" * 200))
    text = capsys.readouterr().err
    assert "\n" not in text
    # The line is wiped, so that what follows stands in its place.
    assert text.endswith("\r\x1b[K")
    assert max(len(part) for part in text.split("\r")) < 120


def test_an_interrupt_that_a_step_swallows_stops_the_run_before_the_next(home: Home) -> None:
    steps: list[str] = []

    def swallow() -> None:
        with suppress(BaseException):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        run(home, swallow, on_progress=lambda progress: steps.append(progress.step))
    assert steps[0] == "account_lists"
    with open_instance(home) as instance:
        [ended] = instance.get_runs()
        assert ended.status in (dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE)
        assert not instance.get_latest_materialization_event(dg.AssetKey("check_completeness"))
    assert run(home, lambda: None).exit_code == 0
