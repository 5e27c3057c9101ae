"""One run of the month's job in this process, for one crawl month or a range of them.

Here: launching it, following it, and saying how it ended. Not here: what the job does, or how
its progress is drawn (`cli`).
"""

from __future__ import annotations

import importlib
import logging
import threading
import uuid
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from sz_assets import crew
from sz_assets.contracts.core import CRAWL_COVERAGE
from sz_assets.contracts.table import Table
from sz_assets.defs import dbt
from sz_assets.defs.crawl_events import open_lists
from sz_assets.defs.describe import table_key
from sz_assets.defs.instance import (
    LAUNCHED_BY_COMMAND,
    UNFINISHED,
    end_killed_runs,
    open_instance,
)
from sz_assets.defs.months import to_key
from sz_assets.defs.stopping import interrupts_noticed
from sz_assets.defs.ui_runs import end_lost_runs
from sz_assets.errors import IncompleteCrawl, UserError
from sz_assets.progress import StepProgress
from sz_assets.storage import Home, Lake

JOB_NAME = "month"


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended. `failures` and `warnings` are sentences for people.

    `ended_before` are ids of earlier runs that had been killed and are closed now; `tracebacks`
    belong to failures that nobody foresaw. `open_lists` is a table of the lists that are not
    complete, line by line, if there are any.
    """

    run_id: str
    exit_code: int
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ended_before: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    open_lists: list[str] = field(default_factory=list)


def load_ahead() -> None:
    """Begin to load what later steps need, beside the crawl, which mostly waits."""
    if crew.is_started():
        crew.prepare_apart(dbt.load_ahead)
        return
    # The run needs it at once, and two threads that import it together can see half of it.
    importlib.import_module("sqlalchemy.orm")

    def load() -> None:
        for name in ("dbt.cli.main", "great_expectations", "altair", "vl_convert"):
            importlib.import_module(name)

    threading.Thread(target=load, name="load-ahead", daemon=True).start()


def _partition_tags(months: Sequence[date]) -> dict[str, str]:
    if len(months) == 1:
        return {"dagster/partition": to_key(months[0])}
    return {
        "dagster/asset_partition_range_start": to_key(months[0]),
        "dagster/asset_partition_range_end": to_key(months[-1]),
    }


def _sentence(step: str | None, error_class: str | None, message: str) -> str:
    """An error of a step in one line. The message begins with its class, dots and all."""
    line = " ".join(message.split())
    if error_class == UserError.__name__:
        return line.partition(": ")[2]
    return f"{step} failed: {line}"


def _explain(result: dg.ExecuteInProcessResult, run_id: str) -> RunOutcome:
    failures: list[str] = []
    told: list[str] = []
    tracebacks: list[str] = []
    exit_code = 0
    is_partial = False
    for event in result.all_events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                month = f" of {evaluation.partition}" if evaluation.partition else ""
                sentence = (
                    f"{evaluation.asset_key.to_user_string()}{month}, check "
                    f"{evaluation.check_name}: {evaluation.description or 'failed'}"
                )
                blocks = evaluation.severity is dg.AssetCheckSeverity.ERROR
                (failures if blocks else told).append(sentence)
                partial = evaluation.metadata.get("is_partial")
                is_partial |= partial is not None and bool(partial.value)
        elif event.is_step_failure and (data := event.step_failure_data).error:
            if data.error.cls_name == "DagsterAssetCheckFailedError":
                continue
            metadata = data.user_failure_data.metadata if data.user_failure_data else {}
            code = metadata.get("exit_code") if metadata else None
            exit_code = 1 if code is None else int(str(code.value))
            description = data.user_failure_data.description if data.user_failure_data else None
            if description:
                failures.append(description)
            else:
                cause = data.error.cause or data.error
                failures.append(_sentence(event.step_key, cause.cls_name, cause.message))
                tracebacks.append(data.error.to_string())
    if not result.success and not failures:
        failures.append("The run failed; sz-assets ui shows its log.")
    if exit_code == 0 and is_partial:
        # Other checks may fail because of what is missing.
        exit_code = IncompleteCrawl.exit_code
    elif exit_code == 0 and (failures or not result.success):
        exit_code = UserError.exit_code
    return RunOutcome(run_id, exit_code, failures, told, tracebacks=tracebacks)


def _was_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """Whether Ctrl+C ended a step."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    names = {each.cls_name for error in errors if error for each in (error, error.cause) if each}
    return not names.isdisjoint(
        (KeyboardInterrupt.__name__, DagsterExecutionInterruptedError.__name__)
    )


def _refuse_company(instance: dg.DagsterInstance, home: Home) -> None:
    """UserError if the UI is running something: this run would wait for its pools in silence."""
    end_lost_runs(instance)
    if going := instance.get_runs(dg.RunsFilter(statuses=UNFINISHED), limit=1):
        raise UserError(
            f"A run that the UI launched ({going[0].run_id[:8]}) is using {home.root}: wait until "
            "it has ended, or terminate it there."
        )


def run_months(
    build: Callable[[], dg.Definitions],
    home: Home,
    months: Sequence[date],
    *,
    recrawl: bool = False,
    allow_partial: bool = False,
    on_progress: Callable[[StepProgress], None] = lambda progress: None,
    on_note: Callable[[str], None] = lambda note: None,
) -> RunOutcome:
    """Run the month's job over consecutive crawl months in one run.

    `build` makes the definitions; it is called once this run has the home for itself. UserError
    if another command, or a run launched in the UI, is using the home; KeyboardInterrupt if the
    run was stopped, after its end is recorded. `on_note` gets what the steps log.
    """
    warnings.simplefilter("ignore")
    # What these say is said better by the outcome.
    for name, level in (("dagster", logging.CRITICAL), ("great_expectations", logging.WARNING)):
        logging.getLogger(name).setLevel(level)
    home.prepare()
    span = " to ".join(dict.fromkeys((to_key(months[0]), to_key(months[-1]))))
    with ExitStack() as stack:
        stack.enter_context(home.lock("run", f"crawl month {span}"))
        was_interrupted = stack.enter_context(interrupts_noticed())
        instance = stack.enter_context(open_instance(home))
        ended = end_killed_runs(instance)
        _refuse_company(instance, home)
        job = build().resolve_job_def(JOB_NAME)
        run_id = str(uuid.uuid4())
        instance.add_event_listener(run_id, _follow(on_progress, on_note, was_interrupted))
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            tags={**_partition_tags(months), **LAUNCHED_BY_COMMAND},
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "ops": {
                    "account_lists": {"config": {"recrawl": recrawl}},
                    "check_completeness": {"config": {"allow_partial": allow_partial}},
                },
            },
        )
        if _was_stopped(result):
            raise KeyboardInterrupt
        outcome = _explain(result, run_id)
        outcome.ended_before.extend(ended)
        if _was_made(result, CRAWL_COVERAGE):
            for month in months:
                coverage = Lake(home.lake).read(CRAWL_COVERAGE, month)
                outcome.open_lists.extend(open_lists(to_key(month), coverage))
        return outcome


def _was_made(result: dg.ExecuteInProcessResult, table: Table) -> bool:
    """Whether this run has written the table."""
    key = table_key(table)
    return any(
        event.is_step_materialization and event.asset_key == key for event in result.all_events
    )


def _follow(
    on_progress: Callable[[StepProgress], None],
    on_note: Callable[[str], None],
    was_interrupted: Callable[[], bool],
) -> Callable[[dg.EventLogEntry], None]:
    planned: set[str] = set()
    done: set[str] = set()

    def listen(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None and entry.step_key and entry.level in (logging.INFO, logging.WARNING):
            on_note(entry.user_message)
        if event is None or event.step_key is None:
            return
        if event.event_type_value == "STEP_START" and was_interrupted():
            raise KeyboardInterrupt
        planned.add(event.step_key)
        if event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
            done.add(event.step_key)
            on_progress(StepProgress(len(done), len(planned), event.step_key))

    return listen
