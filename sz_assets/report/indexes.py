"""The section on indexes of influence: their formulas and sources, values and ranks.

Here: its sentences and tables, from `account_indexes`. Not here: how an index is computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report import formats
from sz_assets.report.section import Frames, Section, in_both, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Cell, Column, DataTable, data_table, note, row_id

_TABLE = "account_indexes"
_STATUSES = {
    "verified": Bilingual("✓ 公式见于来源", "✓ formula found at its source"),
    "unverified": Bilingual("⚠ 未见公式来源", "⚠ no source of the formula found"),
}


def indexes(frames: Frames, context: ChartContext) -> Section:
    """What each index is and where its formula comes from, then every account's values."""
    rows = list(rows_of(frames, _TABLE, context).iter_rows(named=True))
    definitions = {row["index_id"]: row for row in rows}
    computed = [
        index_id
        for index_id in definitions
        if any(row["index_id"] == index_id and row["value"] is not None for row in rows)
    ]
    sentences = [
        *(_first(rows, index_id, context) for index_id in computed),
        *(_without(row) for name, row in definitions.items() if name not in computed),
    ]
    tables = [_definitions(list(definitions.values()))] if definitions else []
    tables += [_values(rows, computed, context)] if computed else []
    noted = [row for row in rows if row["note"]]
    tables += [_noted(noted, context)] if noted else []
    return Section(
        "indexes",
        Bilingual("影响力指数", "Indexes of influence"),
        known(sentences),
        tables,
        []
        if definitions
        else [Bilingual("本月没有计算指数。", "No index was computed this month.")],
    )


def _name(row: Row) -> Bilingual:
    return in_both(row["index_name"])


def _definition_id(row: Row) -> str:
    return row_id(_TABLE, "index", row["index_id"])


def _value_id(row: Row) -> str:
    return row_id(_TABLE, row["account_id"], row["index_id"])


def _first(rows: Sequence[Row], index_id: str, context: ChartContext) -> Sentence | None:
    """Who ranks first, and between which ranks that account falls under other weights."""
    first = next((r for r in rows if r["index_id"] == index_id and r["rank"] == 1), None)
    if first is None:
        return None
    place = _value_id(first)
    values = {
        "value": value_of(first, "value", place),
        "low": value_of(first, "rank_low", place, formats.count),
        "high": value_of(first, "rank_high", place, formats.count),
        "status": value_of(first, "status", _definition_id(first), lambda word: _STATUSES[word]),
    }
    names = {"index": _name(first), "account": context.account_name(first["account_id"])}
    return say(
        Bilingual(
            "{index}最高的是{account}，为 {value}；换用别的权重时"
            "名次为 {low} 至 {high}（{status}）。",
            "{index}: {account} has the highest value, {value}; under other weights its rank lies "
            "between {low} and {high} ({status}).",
        ),
        values,
        **names,
    ) or say(
        Bilingual(
            "{index}最高的是{account}，为 {value}（{status}）。",
            "{index}: {account} has the highest value, {value} ({status}).",
        ),
        values,
        **names,
    )


def _without(row: Row) -> Sentence | None:
    """An index that could not be computed for any account."""
    return say(
        Bilingual(
            "{index}无法计算，数值未知（{status}）。",
            "{index} can't be computed and is not known ({status}).",
        ),
        {"status": value_of(row, "status", _definition_id(row), lambda word: _STATUSES[word])},
        index=_name(row),
    )


def _definitions(rows: Sequence[Row]) -> DataTable:
    columns = (
        Column(Bilingual("指数", "Index"), _name),
        Column(Bilingual("公式", "Formula"), note("formula"), "small"),
        Column(Bilingual("单位", "Unit"), note("unit"), "small"),
        Column(Bilingual("来源", "Source"), note("source"), "small"),
        Column(Bilingual("状态", "Status"), lambda row: _STATUSES[row["status"]], "tag"),
    )
    caption = Bilingual("每个指数的公式、单位与来源。", "Formula, unit and source of each index.")
    return data_table(caption, columns, [(_definition_id(row), row) for row in rows])


def _values(rows: Sequence[Row], computed: Sequence[str], context: ChartContext) -> DataTable:
    """One line per account, one column per index; each cell is a row of the table."""
    found: Mapping[tuple[str, str], Row] = {(r["account_id"], r["index_id"]): r for r in rows}
    names = {row["index_id"]: _name(row) for row in rows}
    accounts = list(dict.fromkeys(row["account_id"] for row in rows))
    lines = [
        (
            None,
            [
                Cell(context.account_name(account)),
                *(_cell(found.get((account, index_id))) for index_id in computed),
            ],
        )
        for account in accounts
    ]
    titles = [
        (Bilingual("账号", "Account"), ""),
        *((names[index_id], "n") for index_id in computed),
    ]
    caption = Bilingual(
        "各账号的指数；下行为名次，括号内为换用别的权重时的名次。",
        "Each account's indexes; below them the rank, in brackets those under other weights.",
    )
    return DataTable(caption, titles, lines)


def _noted(rows: Sequence[Row], context: ChartContext) -> DataTable:
    columns = (
        Column(Bilingual("指数", "Index"), _name),
        Column(Bilingual("账号", "Account"), lambda row: context.account_name(row["account_id"])),
        Column(Bilingual("说明", "Note"), note("note"), "small"),
    )
    words = Bilingual("各指数的说明", "Notes on the indexes")
    return data_table(words, columns, ((None, row) for row in rows), words)


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell(formats.missing())
    value = formats.number(row["value"])
    if row["rank"] is None:
        return Cell(value, _value_id(row))
    low, high = row["rank_low"], row["rank_high"]
    others = "" if low is None or high is None else f" ({low}–{high})"
    return Cell(formats.with_small(value, f"#{row['rank']}{others}"), _value_id(row))
