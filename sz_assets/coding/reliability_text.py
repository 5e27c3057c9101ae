"""A file's reliability as lines for a terminal.

Here: text of the result of `reliability_files`. Not here: any computing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TITLES = {
    "cohen_kappa": "Cohen's κ",
    "fleiss_kappa": "Fleiss' κ",
    "gwet_ac1": "Gwet's AC1",
    "percent_agreement": "agreement",
}


def lines(result: Mapping[str, Any]) -> list[str]:
    """What a person reads, one line each; numbers rounded to three digits."""
    found = [
        f"{_safe(result['file'])}: {result['layout'].replace('_', ' ')}"
        f" ({_safe(result['layout_reason'])})",
        f"95 % intervals: {result['intervals']['method']},"
        f" {result['intervals']['resample_count']} draws;"
        f" {result['intervals']['estimand']}",
        f"codes in: {_safe(', '.join(result['columns']['codes']))}",
    ]
    for variable in result["variables"]:
        found += ["", *_variable(variable, _safe(variable["name"]))]
        for group in variable["by_group"]:
            title = f"{_safe(variable['name'])}, group {_safe(group['group'])}"
            found += ["", *_variable(group, title)]
    return found


def _variable(one: Mapping[str, Any], title: str) -> Iterator[str]:
    yield (
        f"{title}: {one['unit_count']} units, {one['coder_count']} coders,"
        f" {one['code_count']} codes, {one['complete_pair_count']} pairs;"
        f" {one['verdict']} (α {one['verdict_level']})"
    )
    for level, alpha in one["krippendorff_alpha"].items():
        if alpha["value"] is not None or level == "nominal":
            yield f"  {'α ' + level:<12} {_numbers(alpha)}"
    for name, words in TITLES.items():
        yield f"  {words:<12} {_numbers(one[name])}"
    if one["by_category"]:
        yield "  each category against all others:"
    for category in one["by_category"]:
        label, alpha = _label(category["category"]), _numbers(category["krippendorff_alpha"])
        yield f"    {_safe(label)}: {category['code_count']} codes, α {alpha}"


def _numbers(one: Mapping[str, Any]) -> str:
    if one["value"] is None:
        return f"–  ({one['note']})"
    if one["ci_lower"] is None:
        return f"{one['value']:.3f}  ({one['note']})"
    return f"{one['value']:.3f}  [{one['ci_lower']:.3f}, {one['ci_upper']:.3f}]"


def _label(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else value


def _safe(text: str) -> str:
    """Text of a file without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
