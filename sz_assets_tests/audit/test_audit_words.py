"""Rules on words, tables, names and totals just inside and just outside their limits."""

from __future__ import annotations

import msgspec
import pytest
from consistent_studies import named
from summaries import found, variable

from sz_assets.core.audit.finding import Finding
from sz_assets.study_published import (
    Named,
    Order,
    Printed,
    PrintedTable,
    Quantity,
    Row,
    Total,
    TotalPart,
    UsedName,
    UsedNumber,
)


def pair(first: int, second: int, relation: str, step: int = 1) -> dict[str, Finding]:
    return found(
        variables=(
            variable("x", mean={"value": first, "step": step}),
            variable("y", mean={"value": second, "step": step}),
        ),
        orders=(
            Order(
                id="o",
                section="4",
                statement=named("x and y"),
                subject="x",
                relation=relation,
                than=("y",),  # type: ignore[arg-type]
            ),
        ),
    )


def test_order_of_means() -> None:
    assert pair(5, 6, "less") == {}
    assert set(pair(8, 6, "less")) == {"order_o"}
    assert pair(8, 6, "more") == {}
    assert set(pair(5, 7, "more")) == {"order_o"}


def test_order_of_means_that_rounding_leaves_open() -> None:
    # 110 ± 5 and 100 ± 5 may be equal; 111 and 100 not, printed to tens.
    assert pair(110, 100, "less", step=10) == {}
    assert set(pair(111, 100, "less", step=10)) == {"order_o"}


def even(largest: int) -> dict[str, Finding]:
    return found(
        variables=(
            variable("x", n=100, mean=100, minimum=0, maximum=largest),
            variable("y", n=100, mean=100, minimum=0, maximum=200),
        ),
        orders=(
            Order(
                id="o",
                section="4",
                statement=named("x is more even"),
                subject="x",
                relation="more_even",
                than=("y",),
            ),
        ),
    )


def test_order_of_evenness_is_contradicted_only_beyond_doubt() -> None:
    # y varies by at most √((200 − 100)·100)/100 = 1, and a little more by the rounding of its mean.
    # x varies by at least (b − 100)/100/√100 or so: b = 1,000 leaves it open, 1,200 does not.
    assert even(1000) == {}
    finding = even(1200)["order_o"]
    assert finding.severity == "contradictory"
    assert "of y at most 1.00" in finding.arithmetic


def test_orders_without_means_are_left_alone() -> None:
    order = Order(
        id="o", section="4", statement=named("o"), subject="x", relation="less", than=("y",)
    )
    even_order = msgspec.structs.replace(order, id="e", relation="more_even")
    assert found(variables=(variable("x"), variable("y")), orders=(order, even_order)) == {}


@pytest.mark.parametrize(
    ("total", "fits"), [(2579, False), (2580, True), (2599, True), (2600, False)]
)
def test_totals_of_parts(total: int, fits: bool) -> None:
    parts = (
        TotalPart(name=named("full"), times=12, minimum=200, maximum=200),
        TotalPart(name=named("short"), times=1, minimum=180, maximum=199),
    )
    made = Total(
        id="t", section="3", name=named("videos"), printed=Printed(value=total, step=0), parts=parts
    )
    assert (found(totals=(made,)) == {}) is fits


def test_thirteen_times_two_hundred_is_not_2580() -> None:
    parts = (TotalPart(name=named("accounts"), times=13, minimum=200, maximum=200),)
    made = Total(
        id="t", section="3", name=named("videos"), printed=Printed(value=2580), parts=parts
    )
    finding = found(totals=(made,))["total_t"]
    assert finding.arithmetic.startswith("13 × 200 = 2,600, not 2,580")
    assert finding.suggestion == "A part may have 20 less than is said."


@pytest.mark.parametrize(("second", "fits"), [(2600, True), (2500, False)])
def test_one_quantity_in_two_places(second: int, fits: bool) -> None:
    quantity = Quantity(
        id="q",
        name=named("sample"),
        printed=(
            UsedNumber(section="1", printed=Printed(value=2580, step=1)),
            UsedNumber(section="2", printed=Printed(value=second, step=100)),
        ),
    )
    assert (found(quantities=(quantity,)) == {}) is fits


def accounts(*rows: Row, complete: bool = True) -> dict[str, Finding]:
    table = PrintedTable(
        id="t", section="T", name=named("T"), lists="accounts", complete=complete, rows=rows
    )
    return found(tables=(table,))


ROWS = tuple(Row(label=f"A{i}", of=f"account_{i}", cells=(str(i),)) for i in range(3))


def test_rows_repeated_missing_conflicting() -> None:
    assert accounts(*ROWS) == {}
    assert set(accounts(*ROWS, ROWS[0])) == {"repeated_rows_t"}
    assert set(accounts(*ROWS[:2])) == {"missing_rows_t"}
    assert accounts(*ROWS[:2], complete=False) == {}
    other = msgspec.structs.replace(ROWS[0], cells=("9",))
    assert set(accounts(*ROWS, other)) == {"conflicting_rows_t_account_0"}
    assert set(accounts(*ROWS[:2], ROWS[1])) == {"repeated_rows_t", "missing_rows_t"}


def test_a_row_of_nothing_known() -> None:
    row = Row(label="B", may_be=("account_2",))
    findings = accounts(*ROWS[:2], row)
    assert set(findings) == {"missing_rows_t", "unknown_name_t_row_3"}
    assert findings["missing_rows_t"].suggestion == "They may be meant by B."
    assert findings["unknown_name_t_row_3"].suggestion == "It may be Account 2."


def test_rows_under_another_group() -> None:
    def table(group: str | None) -> dict[str, Finding]:
        row = Row(label="Visual", of="visual", group=group)
        printed_table = PrintedTable(
            id="t", section="T", name=named("T"), lists="categories", complete=False, rows=(row,)
        )
        return found(tables=(printed_table,))

    assert table("identification") == {}
    assert table(None) == {}
    assert set(table("cultural")) == {"shifted_row_t_row_1"}


def names(*used: str) -> dict[str, Finding]:
    part = Named(
        id="account_0",
        names=tuple(UsedName(section=str(i), name=name) for i, name in enumerate(used)),
    )
    return found(names=(part,))


def test_names_differ_beyond_capitals_and_spaces() -> None:
    assert names("Noon 30", "noon30", "NOON 30") == {}
    assert set(names("Noon 30", "Noon 30 Minutes")) == {"differing_names_account_0"}
    assert names() == {}


def test_names_are_compared_with_the_labels_of_tables() -> None:
    part = Named(id="account_0", names=(UsedName(section="3", name="Other"),))
    table = PrintedTable(id="t", section="T", name=named("T"), lists="accounts", rows=ROWS)
    assert set(found(names=(part,), tables=(table,))) == {"differing_names_account_0"}


def test_names_of_nothing_known() -> None:
    part = Named(id="b", names=(UsedName(section="3", name="B"),), may_be=("account_1",))
    finding = found(names=(part,))["unknown_name_b"]
    assert (finding.severity, finding.suggestion) == ("unclear", "It may be Account 1.")
