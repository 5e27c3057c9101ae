"""How a run ended, read from its events, in sentences for people.

Here: failures, warnings, exit code and open lists. Not here: launching a run (`defs.run`), or who
is told of one that nobody waits for (`defs.unattended`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from sz_assets.contracts.core import CRAWL_COVERAGE
from sz_assets.defs.crawl_events import open_lists
from sz_assets.defs.describe import table_key
from sz_assets.defs.months import to_key
from sz_assets.errors import IncompleteCrawl, UserError
from sz_assets.storage import Lake

# All that `explain` and `lists_left_open` look at.
TELLING_EVENTS = {
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
}


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


def explain(events: Iterable[dg.DagsterEvent], run_id: str, *, succeeded: bool) -> RunOutcome:
    """The outcome as the run's events tell it, but for open lists and earlier runs."""
    failures: list[str] = []
    told: list[str] = []
    tracebacks: list[str] = []
    exit_code = 0
    is_partial = False
    ended: str | None = None
    for event in events:
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
        elif event.event_type is dg.DagsterEventType.RUN_FAILURE:
            ended = event.message
    if not succeeded and not failures:
        # No step says why: its process was killed, or it took longer than it may.
        why = f" ({' '.join(ended.split()).rstrip('.')})" if ended else ""
        failures.append(f"The run failed{why}; sz-assets ui shows its log.")
    if exit_code == 0 and is_partial:
        # Other checks may fail because of what is missing.
        exit_code = IncompleteCrawl.exit_code
    elif exit_code == 0 and (failures or not succeeded):
        exit_code = UserError.exit_code
    return RunOutcome(run_id, exit_code, failures, told, tracebacks=tracebacks)


def lists_left_open(
    events: Iterable[dg.DagsterEvent], lake: Lake, months: Sequence[date]
) -> list[str]:
    """A table of the lists of these months that are not complete; none if the run wrote none."""
    key = table_key(CRAWL_COVERAGE)
    if not any(event.is_step_materialization and event.asset_key == key for event in events):
        return []
    return [
        line
        for month in months
        for line in open_lists(to_key(month), lake.read(CRAWL_COVERAGE, month))
    ]


def _sentence(step: str | None, error_class: str | None, message: str) -> str:
    """An error of a step in one line. The message begins with its class, dots and all."""
    line = " ".join(message.split())
    if error_class == UserError.__name__:
        return line.partition(": ")[2]
    return f"{step} failed: {line}"
