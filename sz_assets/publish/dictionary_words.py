"""What a contract says, in words: rules and types, in Chinese and English.

Here: sentences about one rule. Not here: descriptions and units, which stand in the contracts and
their Chinese catalogue.
"""

from __future__ import annotations

from sz_assets.charts.context import Bilingual
from sz_assets.contracts.chinese import chinese
from sz_assets.contracts.table import (
    Between,
    ColumnRule,
    Matches,
    MostlyPresent,
    NotLess,
    OneOf,
    RowsBetween,
    Severity,
    SteadyRows,
    SumsTo,
    Table,
    TableRule,
)

LAYERS = {
    "engagement": Bilingual("互动", "Engagement"),
    "analysis": Bilingual("分析", "Analysis"),
}


def both(english: str | None) -> Bilingual | None:
    """A description, grain or unit of a contract in both languages; nothing of nothing."""
    return None if english is None else Bilingual(chinese(english), english)


def sentence(english: str) -> Bilingual:
    """The same with a capital and a full stop, for what a contract writes without them."""
    return Bilingual(f"{chinese(english)}。", f"{english[0].upper()}{english[1:]}.")


def table_rules(table: Table) -> list[Bilingual]:
    """The rules over several rows or columns of a table."""
    return [rule_in_words(rule) for rule in table.rules]


def rule_in_words(rule: ColumnRule | TableRule) -> Bilingual:
    """One rule as a phrase; a rule that only warns says so."""
    words = _words(rule)
    if rule.severity is Severity.WARN:
        return Bilingual(f"{words.zh}（仅警告）", f"{words.en} (warns only)")
    return words


def _words(rule: ColumnRule | TableRule) -> Bilingual:
    match rule:
        case Between(minimum, maximum):
            return _bounds(minimum, maximum)
        case OneOf(values):
            return Bilingual(f"取值为 {'、'.join(values)}", f"one of {', '.join(values)}")
        case Matches(pattern):
            return Bilingual(f"符合正则表达式 {pattern}", f"matches {pattern}")
        case MostlyPresent(minimum_ratio):
            return Bilingual(
                f"至少 {minimum_ratio:.0%} 的行有值", f"present in at least {minimum_ratio:.0%}"
            )
        case RowsBetween(minimum, maximum):
            bounds = _bounds(minimum, maximum)
            return Bilingual(f"每月行数{bounds.zh}", f"rows per month: {bounds.en}")
        case SumsTo(total, parts):
            added = " + ".join(parts)
            return Bilingual(f"{added} = {total}", f"{added} = {total}")
        case NotLess(larger, smaller):
            return Bilingual(f"{larger} ≥ {smaller}", f"{larger} ≥ {smaller}")
        case SteadyRows(0):
            return Bilingual(
                "行数与上一个采集月相同", "as many rows as in the previous crawl month"
            )
        case SteadyRows(ratio):
            return Bilingual(
                f"行数比上一个采集月增减不超过 {ratio:.0%}",
                f"rows differ from the previous crawl month by at most {ratio:.0%}",
            )


def _bounds(minimum: float | None, maximum: float | None) -> Bilingual:
    if minimum is not None and maximum is not None:
        return Bilingual(f"{minimum:g} 至 {maximum:g}", f"{minimum:g} to {maximum:g}")
    if minimum is not None:
        return Bilingual(f"不小于 {minimum:g}", f"at least {minimum:g}")
    if maximum is not None:
        return Bilingual(f"不大于 {maximum:g}", f"at most {maximum:g}")
    return Bilingual("不限", "any")
