"""What a publication prints about its own data: the summaries that the audit puts to the test.

Here: their shapes, and whether they refer to things that the study has. Not here: whether they can
be true (`core.audit`), or comparing them with our data (claims).

A number stands for its interval: printed to the `step` of its last digit, it may be anything within
half a step of `value`. 73.45 million is `{value: 73450000, step: 10000}`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from msgspec import Meta

from sz_assets.study_parts import Name, Part, Text
from sz_assets.yaml_places import Document, Field

Whole = Annotated[int, Meta(ge=0)]

_ID = re.compile(r"[a-z0-9_]+")


class Printed(Part, frozen=True, kw_only=True):
    """A number as printed, with the step of its last printed digit (0: exact)."""

    value: float
    step: Annotated[float, Meta(ge=0)] = 1


class Below(Part, frozen=True, kw_only=True):
    """How many values are smaller than `threshold`, and their printed share in percent."""

    threshold: float
    count: Whole
    percent: Printed | None = None


class Variable(Part, frozen=True, kw_only=True):
    """The summaries of one variable. `counts`: its values are whole numbers of something.

    All values are at least 0. What is not printed is left out.
    """

    id: str
    name: Name
    section: Text
    n: Annotated[int, Meta(ge=1)]
    counts: bool = True
    mean: Printed | None = None
    minimum: Printed | None = None
    maximum: Printed | None = None
    below: tuple[Below, ...] = ()


class Row(Part, frozen=True, kw_only=True):
    """One printed row: `of` is the id of the account or category that it describes.

    `of` null: the printed label is none of them; `may_be` names those it could mean. `group` is the
    primary category under which the row stands in print.
    """

    label: Text
    of: str | None = None
    may_be: tuple[str, ...] = ()
    group: str | None = None
    cells: tuple[Text, ...] = ()


class PrintedTable(Part, frozen=True, kw_only=True):
    """A printed table, row by row in reading order.

    `complete`: it is meant to describe each of what it `lists`.
    """

    id: str
    section: Text
    name: Name
    lists: Literal["accounts", "categories"]
    complete: bool = True
    rows: tuple[Row, ...]


class UsedName(Part, frozen=True, kw_only=True):
    """A name as a section prints it."""

    section: Text
    name: Text


class Named(Part, frozen=True, kw_only=True):
    """One thing and every name that the publication gives it."""

    id: str
    names: tuple[UsedName, ...]
    may_be: tuple[str, ...] = ()


class Order(Part, frozen=True, kw_only=True):
    """A claim in words: the subject's values are smaller, larger or more even than the others'."""

    id: str
    section: Text
    statement: Name
    subject: str
    relation: Literal["less", "more", "more_even"]
    than: Annotated[tuple[str, ...], Meta(min_length=1)]


class TotalPart(Part, frozen=True, kw_only=True):
    """`times` things of at least `minimum` and at most `maximum` each."""

    name: Name
    times: Whole
    minimum: float
    maximum: float


class Total(Part, frozen=True, kw_only=True):
    """A printed total and the parts that should make it up."""

    id: str
    section: Text
    name: Name
    printed: Printed
    parts: Annotated[tuple[TotalPart, ...], Meta(min_length=1)]


class UsedNumber(Part, frozen=True, kw_only=True):
    """A number as a section prints it."""

    section: Text
    printed: Printed


class Quantity(Part, frozen=True, kw_only=True):
    """One quantity that is printed in several places."""

    id: str
    name: Name
    printed: Annotated[tuple[UsedNumber, ...], Meta(min_length=1)]


class Published(Part, frozen=True, kw_only=True):
    """All summaries of a publication."""

    variables: tuple[Variable, ...] = ()
    tables: tuple[PrintedTable, ...] = ()
    names: tuple[Named, ...] = ()
    orders: tuple[Order, ...] = ()
    totals: tuple[Total, ...] = ()
    quantities: tuple[Quantity, ...] = ()


def check_published(
    document: Document,
    published: Published,
    account_ids: Collection[str],
    primary_of: Mapping[str, str],
) -> None:
    """UserError with file, line and field at the first part that refers to nothing.

    `primary_of` has the primary category of each secondary one. What the publication got wrong is
    no error here: the audit needs it.
    """
    for kind in ("variables", "tables", "names", "orders", "totals", "quantities"):
        seen: set[str] = set()
        for index, part in enumerate(getattr(published, kind)):
            field: Field = (kind, index, "id")
            if not _ID.fullmatch(part.id):
                raise document.wrong(
                    field, f"{part.id!r} is not an id: use small letters, digits and _ only"
                )
            if part.id in seen:
                raise document.wrong(
                    field, f"the id {part.id!r} is used twice in {kind}: give another one"
                )
            seen.add(part.id)
    _check_finite(document, published)
    for index, table in enumerate(published.tables):
        _check_table(document, ("tables", index), table, account_ids, primary_of)
    for index, named in enumerate(published.names):
        for place, account in enumerate(named.may_be):
            if account not in account_ids:
                raise document.wrong(
                    ("names", index, "may_be", place),
                    f"the study has no account {account!r}: correct the id",
                )
    variables = {variable.id: variable for variable in published.variables}
    for index, order in enumerate(published.orders):
        places: list[tuple[Field, str]] = [(("orders", index, "subject"), order.subject)]
        places += [(("orders", index, "than", i), other) for i, other in enumerate(order.than)]
        for field, name in places:
            if name not in variables:
                raise document.wrong(
                    field,
                    f"{name!r} is none of the variables here: use one of "
                    f"{', '.join(variables) or 'none: add it'}",
                )
        if order.subject in order.than:
            raise document.wrong(
                ("orders", index, "than"), f"{order.subject!r} is compared with itself: remove it"
            )


def _check_finite(document: Document, published: Published) -> None:
    """YAML can write .inf and .nan, which no publication prints."""
    numbers: list[tuple[Field, float]] = []

    def printed(field: Field, number: Printed | None) -> None:
        if number is not None:
            numbers.extend((((*field, "value"), number.value), ((*field, "step"), number.step)))

    for index, variable in enumerate(published.variables):
        place: Field = ("variables", index)
        for name in ("mean", "minimum", "maximum"):
            number: Printed | None = getattr(variable, name)
            printed((*place, name), number)
            if number is not None and number.value < 0:
                raise document.wrong(
                    (*place, name, "value"), "only variables of 0 and more are audited: remove it"
                )
        for i, below in enumerate(variable.below):
            numbers.append(((*place, "below", i, "threshold"), below.threshold))
            printed((*place, "below", i, "percent"), below.percent)
    for index, total in enumerate(published.totals):
        printed(("totals", index, "printed"), total.printed)
        for i, part in enumerate(total.parts):
            place = ("totals", index, "parts", i)
            numbers += [((*place, "minimum"), part.minimum), ((*place, "maximum"), part.maximum)]
            if part.minimum > part.maximum:
                raise document.wrong(
                    (*place, "maximum"), "this must be at least `minimum`: correct it"
                )
    for index, quantity in enumerate(published.quantities):
        for i, used in enumerate(quantity.printed):
            printed(("quantities", index, "printed", i, "printed"), used.printed)
    for field, value in numbers:
        if not math.isfinite(value):
            raise document.wrong(field, "this is no finite number: correct it")


def _check_table(
    document: Document,
    field: Field,
    table: PrintedTable,
    account_ids: Collection[str],
    primary_of: Mapping[str, str],
) -> None:
    allowed: Collection[str] = account_ids if table.lists == "accounts" else primary_of
    for index, row in enumerate(table.rows):
        place: Field = (*field, "rows", index)
        if row.of is not None and row.may_be:
            raise document.wrong((*place, "may_be"), "`of` says what this row is: remove one")
        named: list[tuple[Field, str]] = [] if row.of is None else [((*place, "of"), row.of)]
        named += [((*place, "may_be", i), name) for i, name in enumerate(row.may_be)]
        for where, name in named:
            if name not in allowed:
                raise document.wrong(
                    where, f"the study has none of the {table.lists} with id {name!r}: correct it"
                )
        if row.group is not None and row.group not in primary_of.values():
            raise document.wrong(
                (*place, "group"),
                f"{row.group!r} is no primary category of the codebook: correct the id",
            )
