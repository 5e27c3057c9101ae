"""One expectation for all that a table's contract says of single rows, for Great Expectations.

Here: the expectation and its metric, which puts the rows to the library's own conditions, one
after another. Not here: which rules there are (`contracts.expectations`), or running a suite
(`contracts.evaluation`). It imports the library: import it where it is used.

The library plans a dozen metrics for each expectation (counts, values, positions, and what these
depend on), and planning costs it far more than looking at some thousand rows does. Here each rule
costs its condition and nothing else.
"""

from __future__ import annotations

from typing import Any, ClassVar

import great_expectations as gx
from great_expectations.execution_engine import ExecutionEngine, PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.expectations.registry import get_metric_provider

_METRIC = "table.rows_against_rules"


class RowsAgainstRules(TableMetricProvider):  # type: ignore[misc]
    """Of each rule the positions of the rows that break it, in the order of the rules."""

    metric_name = _METRIC
    value_keys = ("rules",)

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> list[list[int]]:
        frame = execution_engine.get_domain_records(metric_domain_kwargs)
        columns = list(frame.columns)
        return [
            _breaking_rows(execution_engine, metric_domain_kwargs["batch_id"], columns, rule)
            for rule in metric_value_kwargs["rules"]
        ]


def _breaking_rows(
    engine: PandasExecutionEngine, batch_id: str, columns: list[str], rule: dict[str, Any]
) -> list[int]:
    """Positions of the rows that one of the library's own expectations finds unexpected."""
    expectation = getattr(gx.expectations, rule["name"])
    provider, condition = get_metric_provider(f"{expectation.map_metric}.condition", engine)
    given = {**rule["arguments"], "batch_id": batch_id}
    try:
        unexpected, _, _ = condition(
            cls=provider,
            execution_engine=engine,
            metric_domain_kwargs={
                key: given[key] for key in provider.condition_domain_keys if key in given
            },
            metric_value_kwargs={
                key: given[key] for key in provider.condition_value_keys if key in given
            },
            metrics={"table.columns": columns},
            runtime_configuration={},
        )
    except Exception as error:
        raise ValueError(f"{rule['label']} could not be evaluated: {error}") from error
    return [int(position) for position in unexpected.index[unexpected]]


class ExpectRowsToKeepRules(BatchExpectation):  # type: ignore[misc]
    """Every row of the batch keeps every rule.

    A rule is an expectation of the library about single rows: `name` is its class, `arguments`
    what it is given, `label` what it is called in an error. The observed value has for each rule
    the positions of the rows that break it.
    """

    rules: list[dict[str, Any]]

    metric_dependencies: ClassVar[tuple[str, ...]] = (_METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("rules",)
    args_keys: ClassVar[tuple[str, ...]] = ("rules",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine | None = None,
    ) -> dict[str, Any]:
        breaking = metrics[_METRIC]
        return {"success": not any(breaking), "result": {"observed_value": breaking}}
