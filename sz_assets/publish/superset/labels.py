"""Words for what tables hold as ids: categories, verdicts, coverage, and how a video broke out.

Here: which columns have words, and the SQL that gives them. Not here: the words themselves (the
study's codebook, and the words that charts and report share).
"""

from __future__ import annotations

from collections.abc import Mapping

from sz_assets.charts.context import Bilingual
from sz_assets.charts.wording import (
    COVERAGE,
    EFFECT_VERDICTS,
    METRICS,
    PAPER_VERDICTS,
    RELIABILITY,
    TEST_VERDICTS,
)
from sz_assets.contracts import Table
from sz_assets.contracts.coding import MACHINE_COEFFICIENT, SET_COEFFICIENT
from sz_assets.contracts.sql import quoted
from sz_assets.report.news_lists import KINDS
from sz_assets.study import Study

Words = Mapping[str, Bilingual]

# A column with ids -> the added one with words.
SUFFIX = "_label"
_BESIDE_CATEGORIES = {
    "none": Bilingual("无类目", "none"),
    "overall": Bilingual("总体", "overall"),
}
# The same word means something else in each table.
_VERDICTS: Mapping[str, Words] = {
    "claim_tests": TEST_VERDICTS,
    "coding_reliability": RELIABILITY,
    "engagement_effects": EFFECT_VERDICTS,
    "paper_comparison": PAPER_VERDICTS,
}
_COEFFICIENTS = {
    "percent_agreement": Bilingual("一致率", "Percent agreement"),
    "cohen_kappa": Bilingual("科恩 κ", "Cohen's κ"),
    "fleiss_kappa": Bilingual("弗莱斯 κ", "Fleiss' κ"),
    "gwet_ac1": Bilingual("格威特 AC1", "Gwet's AC1"),
    "krippendorff_alpha": Bilingual("克里彭多夫 α", "Krippendorff's α"),
    SET_COEFFICIENT: Bilingual("集合的克里彭多夫 α", "Krippendorff's α of sets"),
    MACHINE_COEFFICIENT: Bilingual("与机器的 α", "α with the machine"),
}


def labelled(table: Table, study: Study) -> dict[str, str]:
    """SQL with words for the columns of the table that hold ids: column -> expression.

    An id without words stays as it is: a later codebook may have others than this study's.
    """
    primary = _BESIDE_CATEGORIES | {
        one.id: Bilingual(one.name.zh, one.name.en) for one in study.codebook.primary
    }
    secondary = _BESIDE_CATEGORIES | {
        one.id: Bilingual(one.name.zh, one.name.en) for _, one in study.codebook.secondary
    }
    known: dict[str, Words] = {
        "breakout_kind": KINDS,
        "coefficient": _COEFFICIENTS,
        "coverage_verdict": COVERAGE,
        "metric": METRICS,
        "primary_category": primary,
        "secondary_category": secondary,
        "verdict": _VERDICTS.get(table.name, {}),
    }
    found = {name: _case(name, known[name]) for name in table.column_names if known.get(name)}
    if "category" in table.column_names:
        # The two levels may use the same id for different things.
        found["category"] = (
            f"case category_level when 'primary' then {_case('category', primary)} "
            f"else {_case('category', secondary)} end"
        )
    return found


def _case(column: str, words: Words) -> str:
    cases = " ".join(f"when {_text(key)} then {_text(str(word))}" for key, word in words.items())
    return f"case {quoted(column)} {cases} else {quoted(column)} end"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
