"""Whether printed totals are the sums of their parts, and a quantity is the same everywhere.

Here: these two rules. Not here: means and counts of variables (`numbers`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sz_assets.core.audit.finding import Finding, Interval, rounded, show, show_interval
from sz_assets.study import Study
from sz_assets.study_published import Total, TotalPart


def check_totals(study: Study) -> Iterator[Finding]:
    """Totals that their parts can't give."""
    for total in study.published.totals if study.published else ():
        printed, possible = rounded(total.printed), _sum(total.parts)
        if printed.meets(possible):
            continue
        terms = " + ".join(
            f"{show(part.times)} × {show_interval(Interval(part.minimum, part.maximum))}"
            for part in total.parts
        )
        yield Finding(
            rule="total",
            subject=total.id,
            severity="contradictory",
            section=total.section,
            en=f"The parts of {show(total.printed.value)} {total.name.en} don't add up to it.",
            zh=f"{total.name.zh}共 {show(total.printed.value)}，各部分之和与此不符。",
            arithmetic=f"{terms} = {show_interval(possible)}, not {show(total.printed.value)} "
            f"({', '.join(f'{show(p.times)} {p.name.en}' for p in total.parts)})",
            suggestion=_slip(total, printed, possible),
        )


def _sum(parts: Sequence[TotalPart]) -> Interval:
    return Interval(
        math.fsum(part.times * part.minimum for part in parts),
        math.fsum(part.times * part.maximum for part in parts),
    )


def _slip(total: Total, printed: Interval, possible: Interval) -> str:
    for left_out in reversed(total.parts):
        rest = [part for part in total.parts if part is not left_out]
        if rest and printed.meets(_sum(rest)):
            return f"Without the {show(left_out.times)} {left_out.name.en} it would add up."
    if printed.high < possible.low:
        return f"A part may have {show(possible.low - total.printed.value)} less than is said."
    return f"A part may have {show(total.printed.value - possible.high)} more than is said."


def check_quantities(study: Study) -> Iterator[Finding]:
    """One quantity printed with values that no number rounds to."""
    for quantity in study.published.quantities if study.published else ():
        intervals = [rounded(used.printed) for used in quantity.printed]
        common = Interval(max(i.low for i in intervals), min(i.high for i in intervals))
        if common.low <= common.high or Interval(common.low, common.low).meets(
            Interval(common.high, common.high)
        ):
            continue
        values = list(dict.fromkeys(show(used.printed.value) for used in quantity.printed))
        told = "; ".join(f"{show(u.printed.value)} ({u.section})" for u in quantity.printed)
        yield Finding(
            rule="quantity",
            subject=quantity.id,
            severity="contradictory",
            section=", ".join(dict.fromkeys(used.section for used in quantity.printed)),
            en=f"The {quantity.name.en} is printed as {' and as '.join(values)}.",
            zh=f"{quantity.name.zh}前后不一：{'、'.join(values)}。",
            arithmetic=f"{told}: no number is rounded to all of them",
        )
