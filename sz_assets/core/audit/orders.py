"""Whether what is claimed in words agrees with the printed numbers.

Here: "fewer", "more" and "more even". Not here: testing the same words on our data (claims).

"Fewer" and "more" are put to the printed means, a claim of "more even" to the coefficient of
variation: it is contradicted only if no data with these summaries could bear it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sz_assets.core.audit.bounds import bounds_of, variation
from sz_assets.core.audit.extremes import largest_share, moved_maxima
from sz_assets.core.audit.finding import Finding, percent, rounded, show
from sz_assets.study import Study
from sz_assets.study_published import Order, Variable

_BASIS = {
    "less": ("the printed means", "所印的平均值"),
    "more": ("the printed means", "所印的平均值"),
    "more_even": ("the variation that the printed summaries force", "所印数值决定的离散程度"),
}


def check_orders(study: Study) -> Iterator[Finding]:
    """Claims in words that the printed summaries contradict."""
    if study.published is None:
        return
    variables = {variable.id: variable for variable in study.published.variables}
    for order in study.published.orders:
        against, told, suggestion = (
            _even(order, variables)
            if order.relation == "more_even"
            else _compared(order, variables)
        )
        if not against:
            continue
        subject = variables[order.subject].name
        basis_en, basis_zh = _BASIS[order.relation]
        others_en = ", ".join(v.name.en for v in against)
        others_zh = "、".join(v.name.zh for v in against)
        yield Finding(
            rule="order",
            subject=order.id,
            severity="contradictory",
            section=order.section,
            en=f"“{order.statement.en}” is contradicted by {basis_en}: {subject.en} against "
            f"{others_en}.",
            zh=f"“{order.statement.zh}”与{basis_zh}矛盾：{subject.zh}对{others_zh}。",
            arithmetic="; ".join(told),
            suggestion=suggestion,
        )


def _compared(
    order: Order, variables: Mapping[str, Variable]
) -> tuple[list[Variable], list[str], str | None]:
    subject = variables[order.subject]
    against: list[Variable] = []
    told: list[str] = []
    holding: list[str] = []
    for other in (variables[name] for name in order.than):
        if subject.mean is None or other.mean is None:
            continue
        own, its = rounded(subject.mean), rounded(other.mean)
        wrong = own.low > its.high if order.relation == "less" else own.high < its.low
        sign = ">" if subject.mean.value > other.mean.value else "<"
        pair = (
            f"mean of {subject.name.en} {show(subject.mean.value)} {sign} {show(other.mean.value)} "
            f"of {other.name.en}"
        )
        if not wrong:
            holding.append(other.name.en)
            continue
        against.append(other)
        told.append(pair + _counts(subject, other))
    suggestion = f"It holds against {', '.join(holding)} only." if holding else None
    return against, told, suggestion


def _counts(subject: Variable, other: Variable) -> str:
    """The same pair by counts below a common threshold, if both are printed."""
    its = {below.threshold: below for below in other.below}
    for below in subject.below:
        if (same := its.get(below.threshold)) is not None:
            return (
                f" (below {show(below.threshold)}: {show(below.count)} of {show(subject.n)} "
                f"against {show(same.count)} of {show(other.n)})"
            )
    return ""


def _even(
    order: Order, variables: Mapping[str, Variable]
) -> tuple[list[Variable], list[str], str | None]:
    subject = variables[order.subject]
    others = [variables[name] for name in order.than]
    against = _provably_more_even(subject, others)
    if not against:
        return [], [], None
    own = bounds_of(subject, variation)
    told = [f"coefficient of variation of {subject.name.en} at least {own.low:.2f}"] if own else []
    for other in against:
        if bound := bounds_of(other, variation):
            told.append(f"of {other.name.en} at most {bound.high:.2f}")
    for variable in (subject, *against):
        if share := largest_share(variable):
            told.append(
                f"the largest value holds {percent(share.printed)} of all {variable.name.en}"
            )
    for factor, moved in moved_maxima(subject):
        if not _provably_more_even(moved, others) and moved.maximum is not None:
            return (
                against,
                told,
                f"With a largest value of {show(moved.maximum.value)}, {factor:,} times less, the "
                "claim could hold.",
            )
    return against, told, None


def _provably_more_even(subject: Variable, others: list[Variable]) -> list[Variable]:
    own = bounds_of(subject, variation)
    if own is None:
        return []
    bounds = [(other, bounds_of(other, variation)) for other in others]
    return [other for other, bound in bounds if bound is not None and bound.high < own.low]
