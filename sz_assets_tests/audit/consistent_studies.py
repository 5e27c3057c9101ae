"""Consistent studies of any seed: heavy-tailed data, summarised and printed as papers print."""

from __future__ import annotations

import functools
import math
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from sz_assets.study import Account, Study
from sz_assets.study_parts import Name
from sz_assets.study_published import (
    Below,
    Named,
    Order,
    Printed,
    PrintedTable,
    Published,
    Quantity,
    Row,
    Total,
    TotalPart,
    UsedName,
    UsedNumber,
    Variable,
)
from sz_assets_tests.bundled import shenzhen

Values = npt.NDArray[np.float64]
COUNTERS = ("likes", "favorites", "shares", "comments")


@functools.cache
def bundled() -> Study:
    return shenzhen()


def named(text: str) -> Name:
    return Name(zh=text, en=text)


def with_published(published: Published, accounts: int = 3) -> Study:
    """A study of a few accounts with these summaries."""
    return Study(
        id="generated",
        name=named("generated"),
        time_zone="Asia/Shanghai",
        first_crawl_month=date(2023, 1, 1),
        selection=bundled().selection,
        sample=bundled().sample,
        accounts=tuple(
            Account(
                id=f"account_{i}",
                platform="douyin",
                platform_account_id=f"id{i}",
                name=named(f"Account {i}"),
            )
            for i in range(accounts)
        ),
        codebook=bundled().codebook,
        published=published,
    )


def printed(value: float, digits: int) -> Printed:
    """The value to so many significant digits, but never finer than the unit below 1,000."""
    if value == 0:
        return Printed(value=0, step=1)
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    if value >= 10 ** (digits - 1):
        step = max(step, 1.0)
    return Printed(value=round(value / step) * step, step=step)


def tails(rng: np.random.Generator, account: npt.NDArray[np.int64]) -> Values:
    """One positive value per video, of one of five families, with account effects."""
    n = account.size
    effects = np.exp(rng.normal(0, rng.uniform(0, 0.8), account.max() + 1))[account]
    family = rng.integers(5)
    if family == 0:
        drawn = np.exp(rng.normal(0, rng.uniform(0.4, 2.4), n))
    elif family == 1:
        drawn = rng.pareto(rng.uniform(1.1, 3), n) + 1
    elif family == 2:
        drawn = rng.pareto(rng.uniform(1.1, 3), n)
    elif family == 3:
        drawn = rng.gamma(rng.uniform(0.3, 3), size=n)
    else:
        wide = rng.random(n) < rng.uniform(0.01, 0.3)
        drawn = np.exp(rng.normal(0, 0.7, n) + wide * rng.normal(2, 1, n))
    return np.asarray(drawn * effects, dtype=np.float64)


def summarise(rng: np.random.Generator, name: str, values: Values, counts: bool = True) -> Variable:
    digits = int(rng.integers(3, 5))
    below = []
    for threshold in rng.choice([10, 100, 500, 1000, 10_000], rng.integers(0, 3), replace=False):
        count = int((values < threshold).sum())
        share = 100 * count / values.size
        below.append(
            Below(
                threshold=float(threshold),
                count=count,
                percent=Printed(value=round(share, 1), step=0.1),
            )
        )
    return Variable(
        id=name,
        name=named(name),
        section="4",
        n=values.size,
        counts=counts,
        mean=printed(float(values.mean()), digits),
        minimum=Printed(value=float(values.min()), step=1)
        if counts
        else printed(float(values.min()), digits),
        maximum=printed(float(values.max()), digits),
        below=tuple(below),
    )


def _uneven(values: Values) -> tuple[float, float]:
    ordered, n = np.sort(values), values.size
    gini = float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * ordered.sum()))
    return float(values.std() / values.mean()), gini


def orders_of(data: dict[str, Values]) -> list[Order]:
    """What is true of the data in words."""
    found = []
    for one in data:
        for other in data:
            if one == other:
                continue
            relations = []
            if data[one].mean() < data[other].mean():
                relations.append("less")
            if data[one].mean() > data[other].mean():
                relations.append("more")
            mine, its = _uneven(data[one]), _uneven(data[other])
            if mine[0] < its[0] and mine[1] < its[1]:
                relations.append("more_even")
            found += [
                Order(
                    id=f"{one}_{relation}_{other}",
                    section="4",
                    statement=named(f"{one} {relation} {other}"),
                    subject=one,
                    relation=relation,  # type: ignore[arg-type]
                    than=(other,),
                )
                for relation in relations
            ]
    return found


def generate(seed: int) -> Study:
    """A study whose summaries, tables, names, claims and totals are all true."""
    rng = np.random.default_rng(seed)
    accounts, top = int(rng.integers(3, 21)), int(rng.integers(20, 301))
    short = int(rng.integers(1, top))
    account = np.repeat(np.arange(accounts), [top] * (accounts - 1) + [short])
    n = account.size
    quality = np.exp(rng.normal(0, rng.uniform(0, 1), n))
    data: dict[str, Values] = {}
    for counter in COUNTERS:
        scale = 10 ** rng.uniform(0.5, 5)
        values = np.floor(tails(rng, account) * quality * scale)
        if rng.random() < 0.3:
            values[rng.random(n) < rng.uniform(0.05, 0.6)] = 0
        if values.sum() == 0:
            values[0] = 1
        data[counter] = values
    duration = np.maximum(1.0, tails(rng, account) * 20)
    study = with_published(Published(), accounts)
    rows = [
        Row(label=a.name.en, of=a.id, cells=(f"{rng.integers(100, 999) / 10}",))
        for a in study.accounts
    ]
    rng.shuffle(rows)  # type: ignore[arg-type]
    categories = [
        Row(label=second.name.en, of=second.id, group=primary.id)
        for primary, second in study.codebook.secondary
    ]
    published = Published(
        variables=(
            summarise(rng, "duration", duration, counts=False),
            *(summarise(rng, name, values) for name, values in data.items()),
        ),
        orders=tuple(orders_of(data)),
        tables=(
            PrintedTable(
                id="accounts",
                section="Table 1",
                name=named("Table 1"),
                lists="accounts",
                rows=tuple(rows),
            ),
            PrintedTable(
                id="categories",
                section="Table 2",
                name=named("Table 2"),
                lists="categories",
                rows=tuple(categories),
            ),
        ),
        names=tuple(
            Named(
                id=a.id,
                names=tuple(UsedName(section=s, name=a.name.en) for s in ("3", "4")),
            )
            for a in study.accounts
        ),
        totals=(
            Total(
                id="sample",
                section="3",
                name=named("videos"),
                printed=Printed(value=n, step=1),
                parts=(
                    TotalPart(name=named("full"), times=accounts - 1, minimum=top, maximum=top),
                    TotalPart(name=named("short"), times=1, minimum=0, maximum=top - 1),
                ),
            ),
        ),
        quantities=(
            Quantity(
                id="size",
                name=named("sample"),
                printed=(
                    UsedNumber(section="Abstract", printed=printed(n, 2)),
                    UsedNumber(section="3", printed=Printed(value=n, step=1)),
                ),
            ),
        ),
    )
    return msgspec.structs.replace(study, published=published)
