"""What becomes of runs whose UI is gone."""

import json
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test

from sz_assets.defs.instance import LAUNCHED_BY_COMMAND
from sz_assets.defs.ui_runs import end_lost_runs

STARTED, FAILED = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE
DONE = dg.DagsterRunStatus.SUCCESS


@pytest.mark.parametrize(
    ("status", "tags", "expected"),
    [
        (STARTED, {GRPC_INFO_TAG: json.dumps({"host": "localhost", "socket": "SOCKET"})}, FAILED),
        (STARTED, {}, FAILED),
        (STARTED, LAUNCHED_BY_COMMAND, STARTED),
        (DONE, {}, DONE),
    ],
    ids=["its server is gone", "never had a server", "a command's", "already done"],
)
def test_only_lost_runs_are_ended(
    tmp_path: Path,
    status: dg.DagsterRunStatus,
    tags: dict[str, str],
    expected: dg.DagsterRunStatus,
) -> None:
    tags = {key: value.replace("SOCKET", str(tmp_path / "code")) for key, value in tags.items()}
    with dg.DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, status=status, tags=tags)
        end_lost_runs(instance)
        after = instance.get_run_by_id(run.run_id)
    assert after is not None
    assert after.status is expected
