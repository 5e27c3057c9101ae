"""The gate before every write: which frames fit a table, and what is said of those that don't."""

from __future__ import annotations

import polars as pl
import pytest

from sz_assets.contracts import ALL_TABLES
from sz_assets.contracts.core import VIDEO_CODES, VIDEOS
from sz_assets.contracts.table import Column, Table, Type
from sz_assets.contracts.validate import ContractViolation, conform, polars_schema

TABLES = [pytest.param(table, id=table.name) for table in ALL_TABLES]


@pytest.mark.parametrize("table", TABLES)
def test_a_frame_that_fits_comes_back_in_the_order_of_the_contract(table: Table, frames) -> None:
    frame = frames(table, 3)
    shuffled = frame.select(sorted(frame.columns))
    assert conform(shuffled, table).equals(frame)
    assert conform(frames(table, 0), table).schema == polars_schema(table)


@pytest.mark.parametrize("table", TABLES)
def test_a_column_too_few_or_too_many_is_named(table: Table, frames) -> None:
    last = table.columns[-1].name
    with pytest.raises(ContractViolation, match=rf"{table.name}: missing columns \['{last}'\]"):
        conform(frames(table).drop(last), table)
    with pytest.raises(ContractViolation, match=r"unknown columns \['digg_count'\]"):
        conform(frames(table).with_columns(digg_count=1), table)


@pytest.mark.parametrize("table", TABLES)
def test_a_wrong_type_is_named_and_never_cast(table: Table, frames) -> None:
    for column in table.columns:
        other = pl.Int32 if column.type is not Type.TEXT else pl.Categorical
        wrong = frames(table).with_columns(pl.lit(None, dtype=other).alias(column.name))
        with pytest.raises(ContractViolation, match=rf"{column.name} is {other}.*, not "):
            conform(wrong, table)


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_an_instant_has_microseconds_and_no_zone(zone, frames) -> None:
    dtype = pl.Datetime("us", zone) if zone else pl.Datetime("ms")
    with pytest.raises(ContractViolation, match="published_at is Datetime"):
        conform(frames(VIDEOS).with_columns(pl.col("published_at").cast(dtype)), VIDEOS)


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_value_is_counted_where_one_must_be_present(table: Table, frames) -> None:
    for column in table.columns:
        holed = frames(table, 4).with_columns(
            pl.when(pl.int_range(pl.len()) > 1).then(pl.col(column.name)).alias(column.name)
        )
        if column.nullable:
            assert conform(holed, table)[column.name].null_count() == 2
        else:
            with pytest.raises(ContractViolation, match=f"2 rows without {column.name}"):
                conform(holed, table)


@pytest.mark.parametrize("table", TABLES)
def test_a_repeated_key_is_shown(table: Table, frames) -> None:
    twice = pl.concat([frames(table, 3), frames(table, 2)])
    with pytest.raises(ContractViolation, match=r"2 rows repeat a key of .*, for example \("):
        conform(twice, table)


def test_the_contracts_themselves_can_be_wrong() -> None:
    column = Column("a", Type.TEXT, "A.")
    with pytest.raises(ValueError, match="a column is named twice"):
        Table("core", "t", "g", "d", ("a",), (column, column))
    with pytest.raises(ValueError, match=r"key columns \['b'\] do not exist"):
        Table("core", "t", "g", "d", ("a", "b"), (column,))
    with pytest.raises(KeyError, match="core/video_codes has no column digg"):
        VIDEO_CODES.column("digg")


def test_names_and_descriptions_are_kept_to_the_rules_of_the_house() -> None:
    assert len({table.name for table in ALL_TABLES}) == len(ALL_TABLES)
    for table in ALL_TABLES:
        assert table.description.endswith(".")
        for column in table.columns:
            place = f"{table.name}.{column.name}"
            assert column.name == column.name.lower(), place
            assert column.description.endswith("."), place
            assert not column.name.endswith("_at") or column.type is Type.TIMESTAMP, place
            assert column.name.startswith("is_") <= (column.type is Type.BOOLEAN), place
            assert not column.name.endswith("_ratio") or column.unit == "ratio 0 to 1", place
            assert not column.name.endswith("_id") or column.type is Type.TEXT, place
