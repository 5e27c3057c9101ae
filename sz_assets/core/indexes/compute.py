"""The indexes of every account in a month, and how much their ranks owe to the weights.

Here: values and ranks. Not here: formulas (`indexes.yaml`) or what is counted (`inputs`).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sz_assets.contracts.development import ACCOUNT_INDEXES
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.indexes.catalogue import Index, published_indexes
from sz_assets.core.indexes.expression import Formula
from sz_assets.core.indexes.inputs import account_inputs
from sz_assets.core.month_data import MonthData

CHANGE = 0.5
DRAWS = 500
CONCENTRATION = 20.0

Values = NDArray[np.float64]

_NO_FORMULA = "No public page that prints its formula was found: no value."


def compute_indexes(month: MonthData, indexes: tuple[Index, ...] | None = None) -> pl.DataFrame:
    """Rows of `analysis/account_indexes`: every account of the month with every index.

    An index whose input is not available has no value and says which input. Ranks are among the
    accounts that have a value, equal values share the better rank; `rank_low` and `rank_high` are
    the extremes under `other_weights`, null for an index without weights.
    """
    accounts, inputs, missing = account_inputs(month)
    coverage = dict(
        month.tables["fct_account_month"].select("account_id", "coverage_verdict").iter_rows()
    )
    rows: list[dict[str, object]] = []
    for index in published_indexes() if indexes is None else indexes:
        formula = Formula(index.formula) if index.formula is not None else None
        values = np.full(len(accounts), np.nan)
        low = high = ranks = np.full(len(accounts), 0)
        if formula is not None:
            values = evaluate(formula, index, inputs)
            ranks = rank(values[:, None])[:, 0]
            if index.weights:
                others = rank(evaluate(formula, index, inputs, other_weights(index, month.seed)))
                low = np.minimum(ranks, others.min(axis=1))
                high = np.maximum(ranks, others.max(axis=1))
        for place, account in enumerate(accounts):
            has_value = not np.isnan(values[place])
            has_range = has_value and bool(index.weights)
            lacking = [
                name
                for name in sorted(formula.names if formula else ())
                if name in inputs and np.isnan(inputs[name][place])
            ]
            notes = (
                index.note,
                _NO_FORMULA if formula is None else _why_null(has_value, lacking),
                missing.get(account) if has_value else None,
            )
            rows.append(
                {
                    "crawl_month": month.crawl_month,
                    "account_id": account,
                    "index_id": index.id,
                    "index_name": f"{index.name.zh} / {index.name.en}",
                    "value": float(values[place]) if has_value else None,
                    "unit": index.unit,
                    "rank": int(ranks[place]) if has_value else None,
                    "rank_low": int(low[place]) if has_range else None,
                    "rank_high": int(high[place]) if has_range else None,
                    "status": index.status,
                    "formula": _told(index),
                    "source": index.source or "none found",
                    "note": " ".join(note for note in notes if note) or None,
                    "coverage_verdict": coverage[account],
                }
            )
    frame = pl.DataFrame(rows, schema=polars_schema(ACCOUNT_INDEXES), orient="row")
    return conform(frame, ACCOUNT_INDEXES)


def evaluate(
    formula: Formula,
    index: Index,
    inputs: dict[str, Values],
    weights: dict[str, Values] | None = None,
) -> Values:
    """The index of each account, NaN where it is not defined.

    `inputs` hold one value per account. Without `weights` the index's own apply and the result
    has one value per account; with arrays of weights it has a column for each of their values.
    """
    own = {name: np.asarray(value) for name, value in index.all_weights.items()}
    accounts = len(next(iter(inputs.values())))
    if weights is None:
        return np.broadcast_to(formula.evaluate({**inputs, **own}), (accounts,))
    columns = {name: values[:, None] for name, values in inputs.items()}
    rows = {name: values[None, :] for name, values in weights.items()}
    draws = len(next(iter(weights.values())))
    return np.broadcast_to(formula.evaluate({**columns, **rows}), (accounts, draws))


def other_weights(index: Index, seed: int) -> dict[str, Values]:
    """Weights that differ from the index's own, an array of equal length for each weight.

    First every weight alone by ± `CHANGE`, its group brought back to 1; then `DRAWS` draws of all
    groups at once from Dirichlet distributions around them, of concentration `CONCENTRATION`.
    """
    own = index.all_weights
    changed: dict[str, list[float]] = {name: [] for name in own}
    for group in index.weights:
        for varied in group:
            for factor in (1 - CHANGE, 1 + CHANGE):
                new = {n: v * (factor if n == varied else 1.0) for n, v in group.items()}
                total = sum(new.values())
                for name, value in own.items():
                    changed[name].append(new[name] / total if name in new and total else value)
    random = np.random.default_rng(seed)
    found: dict[str, Values] = {}
    for group in index.weights:
        positive = {name: value for name, value in group.items() if value > 0}
        drawn = random.dirichlet(CONCENTRATION * np.array(list(positive.values())), size=DRAWS)
        by_name = dict(zip(positive, drawn.T, strict=True))
        for name in group:
            found[name] = np.concatenate([changed[name], by_name.get(name, np.zeros(DRAWS))])
    return found


def rank(values: Values) -> NDArray[np.int64]:
    """Ranks down each column: 1 is the highest, equal values share the better one, NaN has none
    (the last number, to be ignored).
    """
    # Values that differ only by rounding are equal.
    higher = values[None, :, :] > values[:, None, :] * (1 + 1e-12 * np.sign(values[:, None, :]))
    ranks: NDArray[np.int64] = higher.sum(axis=1) + 1
    return ranks


def _why_null(has_value: bool, lacking: list[str]) -> str | None:
    if has_value:
        return None
    if lacking:
        return f"Not available for this account: {', '.join(lacking)}."
    return "Not defined for this account: a division by zero or the logarithm of nothing."


def _told(index: Index) -> str:
    if index.formula is None:
        return "none found"
    weights = ", ".join(f"{name} = {value:g}" for name, value in index.all_weights.items())
    return f"{' '.join(index.formula.split())}" + (f" with {weights}" if weights else "")
