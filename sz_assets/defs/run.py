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
from datetime import date

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.storage.tags import MAX_RETRIES_TAG

from sz_assets import crew
from sz_assets.defs import dbt
from sz_assets.defs.instance import (
    LAUNCHED_BY_COMMAND,
    UNFINISHED,
    end_killed_runs,
    open_instance,
)
from sz_assets.defs.months import partition_tags, to_key
from sz_assets.defs.outcomes import RunOutcome, explain, lists_left_open
from sz_assets.defs.stopping import interrupts_noticed
from sz_assets.defs.ui_runs import end_lost_runs
from sz_assets.errors import UserError
from sz_assets.progress import StepProgress
from sz_assets.storage import Home, Lake

JOB_NAME = "month"


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


def _was_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """Whether Ctrl+C ended a step."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    names = {each.cls_name for error in errors if error for each in (error, error.cause) if each}
    return not names.isdisjoint(
        (KeyboardInterrupt.__name__, DagsterExecutionInterruptedError.__name__)
    )


def refuse_company(instance: dg.DagsterInstance, home: Home) -> None:
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
        refuse_company(instance, home)
        job = build().resolve_job_def(JOB_NAME)
        run_id = str(uuid.uuid4())
        instance.add_event_listener(run_id, _follow(on_progress, on_note, was_interrupted))
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            # Whoever gave the command sees how it ended, and gives it again.
            tags={**partition_tags(months), **LAUNCHED_BY_COMMAND, MAX_RETRIES_TAG: "0"},
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
        outcome = explain(result.all_events, run_id, succeeded=result.success)
        outcome.ended_before.extend(ended)
        outcome.open_lists.extend(lists_left_open(result.all_events, Lake(home.lake), months))
        return outcome


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
