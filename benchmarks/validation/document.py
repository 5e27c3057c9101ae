"""The results as a document for readers, made from the JSON alone.

Here: words and tables. Not here: counting (`results`). The same JSON gives the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from benchmarks.validation.prevalence import TABLE
from benchmarks.validation.prevalence_document import prevalence_section
from benchmarks.validation.results import BANDS, CHANCE, MANY_STUDIES, outside

Row = dict[str, Any]
Numbers = dict[str, int]

_HEAD = """\
# Planted truths

How often is a statement of the report right? Studies were simulated whose truth is known, the
package's own functions were given their videos, and what they said was compared with the truth.
This page is written by the command below from `{json}`;
a test compares the two.

    {command}

Seed {seed}, {studies:,} studies of 13 accounts per line of the tables unless it says otherwise,
{date}. {versions}.
Data in this document are simulated throughout.
"""

_QUESTIONS = """\
## What is asked

| question | asked of | in order if |
|---|---|---|
| coverage | each 95 % interval that is printed | it holds the truth in {coverage} of studies |
| coverage, at least | intervals that are bounds by construction | … in {coverage_at_least} |
| coverage, strict | corrected shares of categories | … in {coverage_strict} |
| … at least | the same where they may be too wide | … in {coverage_strict_at_least} |
| not covered | a machine's shares, as if its codes were true | … in {not_covered} |
| false verdict | a whole family of tests where nothing is true | any verdict in {false_verdict} |
| found | what was planted | reported in {found} |
| shown | what a reader ought to know | nothing is demanded |

An interval is counted in the studies in which it is printed. A rate of 1,000 studies is itself
uncertain by 1.4 points (95 %, at 95 %). Lines that fewer than {many} studies answer are rare: their
rates are told together, and such a line is out of order only if chance would do as much with less
than {chance:g}. Each line of a table below stands for several: each population, metric, level,
event and model is counted by itself in the JSON.

What is shown "holds" if: of an effect, its interval holds what is true among all videos; of a
trend, the later value is no lower than the earlier; of a median at an age, it is within 10 % of the
truth; of changes and of a spike, there is one; of all tables, any of them gives a false verdict.
"""

_MODELS = """\
## Models of accounts and engagement

Both draw 13 accounts with 60 to 800 videos (log-uniform), whose levels differ by 1.0 on the log.
Each account begins some day between 2017 and 2021 and then publishes evenly, with its own mixture
of 16 uneven topics, its own durations (lognormal around 18 s, 4 to 640 s), hashtags and share of
series; hours and weekdays are uneven. Likes, favorites, shares and comments share most of their
noise (standard deviation about 1.5 on the log) and are whole numbers.

- **lognormal**: levels and noise are normal on the log.
- **pareto**: the noise has a power-law tail (exponent 1.3, so no variance), account levels wander
  from month to month (standard deviation 0.3), and accounts with more engagement have more videos.
- **skewed accounts**: the same, and the levels of the accounts are exponential. No method for 13
  accounts promises to hold there: it tells how far the others reach.

Truths are those of accounts like these: exact where nothing is planted, otherwise the mean over
6,000 accounts of the same model, computed apart from the package.
"""


def document(content: dict[str, Any], json_name: str) -> str:
    """The whole text, ending with a line break."""
    rows: list[Row] = content["results"]
    versions = ", ".join(f"{name} {version}" for name, version in content["versions"].items())
    wrong = outside(rows)
    told = (
        "Every rate lies in its band."
        if not wrong
        else "Outside their band:\n\n" + "\n".join(f"- {line}" for line in wrong)
    )
    bands = {kind: _band(*ends) for kind, ends in BANDS.items()}
    parts = [
        _HEAD.format(
            json=json_name,
            command=content["command"],
            seed=content["seed"],
            studies=content["studies"],
            date=content["date"],
            versions=versions,
        ),
        _QUESTIONS.format(**bands, many=MANY_STUDIES, chance=CHANCE) + "\n" + told + "\n",
        _MODELS,
        "## What was planted\n\n" + _list(content["scenarios"]),
        "## Methods\n\n"
        + "".join(f"- M{number}: {method}\n" for method, number in _numbers(rows).items()),
        _section("Intervals", rows, ("coverage", "coverage_at_least"), _rate_line),
        prevalence_section(rows),
        _section("Verdicts where nothing is true", rows, ("false_verdict",), _rate_line),
        _section("Found where something is true", rows, ("found",), _rate_line),
        _section("Shown, with estimate and truth", _videos(rows), ("shown",), _value_line),
    ]
    return "\n".join(part for part in parts if part)


def _videos(rows: list[Row]) -> list[Row]:
    """Without the shares of categories, which have a section of their own."""
    return [row for row in rows if row["table"] != TABLE]


def _numbers(rows: list[Row]) -> Numbers:
    """Every method with a number, in alphabetical order."""
    methods = sorted({row["method"] for row in _videos(rows) if row["method"]})
    return {method: number for number, method in enumerate(methods, start=1)}


def _band(low: float, high: float) -> str:
    if high == 1.0:
        return f"at least {low:.0%}"
    return f"at most {high:.0%}" if low == 0.0 else f"{100 * low:g}% to {100 * high:g}%"


def _list(entries: dict[str, str]) -> str:
    return "\n".join(f"- **{name}**: {text}" for name, text in entries.items()) + "\n"


def _section(
    title: str, rows: list[Row], kinds: tuple[str, ...], line: Callable[[list[Row], Numbers], str]
) -> str:
    """A table with one line per scenario, table, subject and method, over models and details."""
    chosen = [row for row in rows if row["kind"] in kinds]
    if not chosen:
        return ""
    chosen.sort(key=_group)
    lines = [line(list(group), _numbers(rows)) for _, group in groupby(chosen, key=_group)]
    header = (
        "| planted | table | what | method | lines | lowest | highest | rare lines | their rate |\n"
        "|---|---|---|---|---:|---:|---:|---:|---:|"
        if line is _rate_line
        else "| planted | model | table | what | studies | estimate (median) | truth | holds |\n"
        "|---|---|---|---|---:|---:|---:|---:|"
    )
    return f"## {title}\n\n{header}\n" + "\n".join(lines) + "\n"


def _group(row: Row) -> tuple[str, ...]:
    keys = ["scenario", "table", "subject", "method"]
    if row["kind"] == "shown":
        keys += ["model", "detail"]
    return tuple(row[key] for key in keys)


def _rate_line(rows: list[Row], number_of: Numbers) -> str:
    """Lowest and highest rate over the models, populations, metrics and levels."""
    first = rows[0]
    rates = [row["rate"] for row in rows if row["studies"] >= MANY_STUDIES]
    rare = [row for row in rows if row["studies"] < MANY_STUDIES]
    cells = [
        first["scenario"],
        f"`{first['table']}`",
        first["subject"],
        first["method"] and f"M{number_of[first['method']]}",
        str(len(rates)),
        f"{min(rates):.1%}" if rates else "",
        f"{max(rates):.1%}" if rates else "",
        str(len(rare) or ""),
        f"{_pooled(rare):.1%}" if rare else "",
    ]
    return f"| {' | '.join(cells)} |"


def _pooled(rows: list[Row]) -> float:
    return float(sum(row["held"] for row in rows) / sum(row["studies"] for row in rows))


def _value_line(rows: list[Row], _: Numbers) -> str:
    row = rows[0]
    what = f"{row['subject']} {row['detail']}".strip()
    return (
        f"| {row['scenario']} | {row['model']} | `{row['table']}` | {what} | {row['studies']:,} "
        f"| {_number(row['median_value'])} | {_number(row['median_truth'])} | {row['rate']:.1%} |"
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
