"""Runs that the UI launched, at its start and at its end.

Here: what becomes of runs whose server is gone or goes. Not here: runs of commands (`instance`),
or the servers (`ui`).
"""

from __future__ import annotations

import json

import dagster as dg
from dagster._core.storage.tags import GRPC_INFO_TAG

from sz_assets.defs.instance import LAUNCHED_BY_COMMAND, UNFINISHED


def _unfinished(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    return [
        run
        for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
        if not LAUNCHED_BY_COMMAND.items() <= run.tags.items()
    ]


def _is_served(run: dg.DagsterRun) -> bool:
    """Whether the code server that executes the run still answers."""
    from dagster._core.errors import DagsterUserCodeUnreachableError
    from dagster._grpc.client import DagsterGrpcClient

    address = json.loads(run.tags.get(GRPC_INFO_TAG, "{}"))
    if "socket" not in address:
        return False
    try:
        DagsterGrpcClient(socket=address["socket"]).ping("")
    except DagsterUserCodeUnreachableError:
        return False
    return True


def end_lost_runs(instance: dg.DagsterInstance) -> None:
    """Mark as failed what ended with its machine or server: else it would hold up the queue."""
    for run in _unfinished(instance):
        if not _is_served(run):
            instance.report_run_failed(
                run, "The UI ended before the run did; what it had stored is kept."
            )
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def cancel_runs(instance: dg.DagsterInstance) -> None:
    """Ask every run that is still going to stop; what it has stored is kept."""
    for run in _unfinished(instance):
        instance.run_launcher.terminate(run.run_id)
