"""Whether a variable's mean, extremes, counts and percentages can all be true.

Here: what arithmetic alone decides of one variable. Not here: what is only improbable (`extremes`),
or comparisons of variables (`orders`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from sz_assets.core.audit.bounds import bands, total_of, turning_points, values_of
from sz_assets.core.audit.finding import Finding, Interval, rounded, show, show_interval
from sz_assets.study import Study
from sz_assets.study_published import Below, Printed, Variable

_SLIPS = (0.1, 10.0, 0.01, 100.0, 0.001, 1000.0)


def check_percentages(study: Study) -> Iterator[Finding]:
    """Printed percentages against printed counts and n: 100·count/n must round to the printed."""
    for variable in study.published.variables if study.published else ():
        for below in variable.below:
            if below.percent is None or below.count > variable.n:
                continue
            exact = 100 * below.count / variable.n
            printed = rounded(below.percent)
            if printed.meets(Interval(exact, exact)):
                continue
            step = below.percent.step
            ends = [printed.low * variable.n / 100, printed.high * variable.n / 100]
            arithmetic = (
                f"100 × {show(below.count)} / {show(variable.n)} = {exact:.3f} %; the printed "
                f"{show(below.percent.value)} % stands for {show_interval(printed)} %, that is "
                f"{show(ends[0])} to {show(ends[1])} of {show(variable.n)}"
            )
            yield Finding(
                rule="percentage",
                subject=f"{variable.id}_below_{_word(below.threshold)}",
                severity="contradictory",
                section=variable.section,
                en=(
                    f"{show(below.count)} of {show(variable.n)} {variable.name.en} below "
                    f"{show(below.threshold)} are not {show(below.percent.value)} %."
                ),
                zh=(
                    f"{show(variable.n)} 个{variable.name.zh}值中低于 {show(below.threshold)} 的"
                    f"有 {show(below.count)} 个，不等于 {show(below.percent.value)} %。"
                ),
                arithmetic=arithmetic,
                suggestion=_percentage_slip(exact, below.percent.value, step),
            )


def _percentage_slip(exact: float, printed: float, step: float) -> str:
    if step == 0:
        return f"{show(exact)} % by this count."
    # The slack keeps a share such as 0.29 from being cut to 28 % in binary fractions.
    cut = math.floor(exact / step + 1e-9) * step
    nearest = f"{show(round(round(exact / step) * step, 10))} % by rounding"
    if math.isclose(cut, printed, abs_tol=step / 1000):
        return f"{nearest}: the printed figure was cut off instead of rounded."
    return f"{nearest}, if the count is right."


def check_counts(study: Study) -> Iterator[Finding]:
    """Counts below thresholds against n, each other and the extremes."""
    for variable in study.published.variables if study.published else ():
        for problem_en, problem_zh, arithmetic, subject in _count_problems(variable):
            yield Finding(
                rule="count",
                subject=f"{variable.id}_{subject}",
                severity="impossible",
                section=variable.section,
                en=problem_en,
                zh=problem_zh,
                arithmetic=arithmetic,
            )


def _count_problems(variable: Variable) -> Iterator[tuple[str, str, str, str]]:
    name, n = variable.name, variable.n
    lowest = values_of(variable, variable.minimum) if variable.minimum else None
    highest = values_of(variable, variable.maximum) if variable.maximum else None
    for below in variable.below:
        t, count = show(below.threshold), show(below.count)
        subject = f"below_{_word(below.threshold)}"
        if below.count > n:
            yield (
                f"More {name.en} are below {t} than there are values.",
                f"低于 {t} 的{name.zh}值多于全部数值。",
                f"{count} > {show(n)}",
                subject,
            )
        elif wrong := _against_extremes(below, n, lowest, highest):
            yield (
                f"The number of {name.en} below {t} does not fit the smallest and largest value.",
                f"低于 {t} 的{name.zh}个数与最小值、最大值不符。",
                wrong,
                subject,
            )
    ordered = sorted(variable.below, key=lambda below: (below.threshold, below.count))
    for less, more in itertools.pairwise(ordered):
        same = less.threshold == more.threshold
        if more.count < less.count or (same and more.count != less.count):
            yield (
                f"Fewer {name.en} are below {show(more.threshold)} than below "
                f"{show(less.threshold)}."
                if not same
                else f"Two counts of {name.en} below {show(less.threshold)} differ.",
                f"低于 {show(more.threshold)} 的{name.zh}个数少于低于 {show(less.threshold)} 的。"
                if not same
                else f"低于 {show(less.threshold)} 的{name.zh}有两个不同的个数。",
                f"{show(less.count)} below {show(less.threshold)}, "
                f"{show(more.count)} below {show(more.threshold)}",
                f"order_{_word(less.threshold)}_{_word(more.threshold)}",
            )


def _against_extremes(
    below: Below, n: int, lowest: Interval | None, highest: Interval | None
) -> str | None:
    t = show(below.threshold)
    if lowest and below.count and lowest.low >= below.threshold:
        return f"{show(below.count)} are below {t}, and the smallest is {show_interval(lowest)}"
    if lowest and not below.count and lowest.high < below.threshold:
        return f"none is below {t}, and the smallest is {show_interval(lowest)}"
    if highest and below.count < n and highest.high < below.threshold:
        return (
            f"{show(n - below.count)} are {t} or more, and the largest is {show_interval(highest)}"
        )
    if highest and below.count == n and highest.low >= below.threshold:
        return f"all {show(n)} are below {t}, and the largest is {show_interval(highest)}"
    return None


def possible_mean(variable: Variable) -> Interval | None:
    """The means that n, extremes and counts allow; None if they don't fit each other.

    At least: one value is the minimum, one the maximum, all others as low as their range allows.
    At most: all others as high. For n values between a and b that is (b + (n−1)a)/n and
    (a + (n−1)b)/n. A minimum that is not printed is anything from 0 to the maximum. Within the
    rounding of both extremes these sums are tried wherever their bounds can turn.
    """
    if variable.maximum is None:
        return None
    highest = values_of(variable, variable.maximum)
    lowest = (
        values_of(variable, variable.minimum) if variable.minimum else Interval(0.0, highest.high)
    )
    totals = []
    for maximum in turning_points(variable, highest, lowest):
        for minimum in turning_points(variable, lowest, Interval(maximum, maximum)):
            ranges = bands(variable, minimum, maximum)
            if ranges is not None:
                totals.append(total_of(ranges))
    if not totals:
        return None
    return Interval(
        min(total.low for total in totals) / variable.n,
        max(total.high for total in totals) / variable.n,
    )


def check_means(study: Study) -> Iterator[Finding]:
    """A mean must be one that n, the extremes and the counts allow."""
    for variable in study.published.variables if study.published else ():
        if variable.mean is None:
            continue
        mean = rounded(variable.mean)
        possible = possible_mean(variable)
        if possible is None:
            lowest = values_of(variable, variable.minimum) if variable.minimum else None
            highest = values_of(variable, variable.maximum) if variable.maximum else None
            if lowest and highest and lowest.low > highest.high:
                yield _impossible_extremes(variable, lowest, highest)
            if highest is not None or lowest is None or mean.high >= lowest.low:
                continue
            possible = Interval(lowest.low, math.inf)
        if mean.meets(possible):
            continue
        limits = (
            f"at least {show(possible.low)}"
            if math.isinf(possible.high)
            else f"{show(possible.low)} to {show(possible.high)}"
        )
        yield Finding(
            rule="mean",
            subject=variable.id,
            severity="impossible",
            section=variable.section,
            en=f"No {show(variable.n)} values with these extremes and counts have the printed mean "
            f"of {variable.name.en}.",
            zh=f"在给定的极值和个数下，{show(variable.n)} 个{variable.name.zh}值"
            "不可能有所给的平均值。",
            arithmetic=f"the mean can be {limits}: one value the smallest, one the largest, the "
            f"others between; the printed one is {show_interval(mean)}",
            suggestion=_mean_slip(variable.mean, possible),
        )


def _impossible_extremes(variable: Variable, lowest: Interval, highest: Interval) -> Finding:
    return Finding(
        rule="extremes",
        subject=variable.id,
        severity="impossible",
        section=variable.section,
        en=f"The smallest of {variable.name.en} is larger than the largest.",
        zh=f"{variable.name.zh}的最小值大于最大值。",
        arithmetic=f"{show_interval(lowest)} > {show_interval(highest)}",
    )


def _mean_slip(mean: Printed, possible: Interval) -> str | None:
    for factor in _SLIPS:
        slipped = Printed(value=mean.value * factor, step=mean.step * factor)
        if rounded(slipped).meets(possible):
            return f"{show(slipped.value)} would be possible: the point may have slipped."
    return None


def check_whole_sums(study: Study) -> Iterator[Finding]:
    """A mean of whole numbers times n is a whole number within the rounding.

    The GRIM test of Brown and Heathers (Social Psychological and Personality Science 8, 2017).
    """
    for variable in study.published.variables if study.published else ():
        if variable.mean is None or not variable.counts:
            continue
        mean = rounded(variable.mean)
        low, high = mean.low * variable.n, mean.high * variable.n
        slack = 1e-9 * max(1.0, high)
        if math.floor(high + slack) >= math.ceil(low - slack):
            continue
        yield Finding(
            rule="whole_sum",
            subject=variable.id,
            severity="impossible",
            section=variable.section,
            en=f"No {show(variable.n)} whole numbers have the printed mean of {variable.name.en}.",
            zh=f"{show(variable.n)} 个整数不可能有所给的{variable.name.zh}平均值。",
            arithmetic=f"{show(variable.n)} × {show_interval(mean)} = {low:,.6g} to {high:,.6g}, "
            "which holds no whole number",
        )


def _word(threshold: float) -> str:
    return f"{threshold:.15g}".replace(".", "_").replace("-", "minus_").replace("+", "")
