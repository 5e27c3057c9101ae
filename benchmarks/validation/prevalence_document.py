"""The shares of categories as a table for readers: coverage by true share.

Here: words and a table. Not here: the other scenarios (`document`).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from benchmarks.validation.prevalence import PERCENTAGES, TABLE

_WORDS = """\
## Shares of categories

In how many of {studies:,} studies the 95 % interval holds the true share of the videos. Videos
belong to 13 accounts and ten categories, of which seven have the shares below. Wrong words of the
machine go to other categories or to none, to common ones more often, to favourites of each category
that are drawn anew in each study; error rates differ between accounts (standard deviation 0.4 on
the log). The human sample is drawn as for real coding, with its unequal probabilities.

`corrected` must lie between {low:.1%} and {high:.1%}; where the sample was drawn by another
machine's words and half of it trains, 200 codes or so are left, and intervals of middling shares
are too wide: a machine that is nearly right leaves hardly any human code that says otherwise.
`human_only` does not know that the sample was stratified, and is too wide throughout.
`uncorrected` would have the interval of a sample without errors: it does not hold, and more videos
make it worse.

{methods}

| planted | machine | estimator | {heads} |
|---|---|---|{lines}|
"""


def prevalence_section(rows: list[dict[str, Any]]) -> str:
    """The whole section; nothing if there are no such rows."""
    from benchmarks.validation.results import BANDS

    details = [f"{value:g} %" for value in PERCENTAGES]
    chosen = [row for row in rows if row["table"] == TABLE]
    if not chosen:
        return ""

    def key(row: dict[str, Any]) -> tuple[str, str, str]:
        return row["scenario"], row["subject"], row["model"]

    lines = []
    for (scenario, subject, model), group in groupby(sorted(chosen, key=key), key=key):
        rates = {row["detail"]: f"{row['rate']:.1%}" for row in group}
        cells = [scenario, model, f"`{subject}`", *(rates[detail] for detail in details)]
        lines.append(f"| {' | '.join(cells)} |")
    methods = sorted({(row["subject"], row["method"]) for row in chosen})
    low, high = BANDS["coverage_strict"]
    words = _WORDS.format(
        studies=chosen[0]["studies"],
        methods="\n".join(f"- `{subject}`: {method}" for subject, method in methods),
        low=low,
        high=high,
        heads=" | ".join(details),
        lines="|".join("---:" for _ in details),
    )
    return words + "\n".join(lines) + "\n"
