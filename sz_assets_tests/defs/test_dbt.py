"""What is kept of a build's talk, and the parsed project that is read ahead of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sz_assets.defs import dbt
from sz_assets.defs.dbt import Build, Result, Task
from sz_assets.storage import Home


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(Home(tmp_path), (date(2023, 9, 1), date(2023, 10, 1)), 200, ("--select", "x"))


def event(name: str, **data: Any) -> Any:
    node = SimpleNamespace(unique_id=f"{name} of a node", node_status="pass")
    return SimpleNamespace(
        info=SimpleNamespace(name=name, invocation_id="one build"),
        data=SimpleNamespace(node_info=node, execution_time=0.25, **data),
    )


@pytest.fixture
def invoked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Any]]:
    """Arguments and parsed projects of the builds; dbt itself is not asked."""
    calls: list[tuple[list[str], Any]] = []

    def invoke(
        arguments: list[str], target: Path, *, parsed: Any, callback: Callable[[Any], None]
    ) -> None:
        calls.append((arguments, parsed))
        for name in (
            "NodeStart",
            "LogStartLine",
            "SQLQuery",
            "NodeFinished",
            "LogSkipBecauseError",
        ):
            callback(event(name))
        callback(event("LogModelResult"))
        callback(event("LogTestResult", num_failures=3))

    monkeypatch.setattr(dbt, "invoke", invoke)
    monkeypatch.setattr(dbt, "_read_ahead", {})
    monkeypatch.setattr(dbt, "_read_project", lambda: f"read after {len(calls)} builds")
    return calls


def test_of_all_that_dbt_says_the_ends_of_models_and_tests_are_kept(
    task: Task, invoked: list[tuple[list[str], Any]]
) -> None:
    assert dbt.build(task) == Build(
        [
            Result("LogModelResult of a node", "pass", 0.25, 0, "one build"),
            Result("LogTestResult of a node", "pass", 0.25, 3, "one build"),
        ],
        None,
    )
    [(arguments, _)] = invoked
    assert arguments == ["build", "--exclude-resource-type", "unit_test", "--select", "x"]


def test_why_a_build_failed_comes_with_what_it_had_said(
    task: Task, invoked: list[tuple[list[str], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = RuntimeError("dbt build failed: no rows")

    def fail(*_: Any, callback: Callable[[Any], None], **__: Any) -> None:
        callback(event("LogModelResult"))
        raise failure

    monkeypatch.setattr(dbt, "invoke", fail)
    built = dbt.build(task)
    assert (len(built.results), built.failure) == (1, failure)


def test_a_project_that_was_read_ahead_serves_one_build(
    task: Task, invoked: list[tuple[list[str], Any]]
) -> None:
    """A used one keeps the months of the SQL that it compiled."""
    dbt.load_ahead()
    dbt.build(task)
    dbt.build(task)
    assert [parsed for _, parsed in invoked] == ["read after 0 builds", "read after 1 builds"]


def test_a_project_that_changed_since_is_read_again(
    task: Task, invoked: list[tuple[list[str], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    dbt.load_ahead()
    monkeypatch.setattr(dbt, "_read_project", lambda: "the project of today")
    monkeypatch.setattr(dbt, "_prepared", lambda: "another hash")
    dbt.build(task)
    assert [parsed for _, parsed in invoked] == ["the project of today"]
