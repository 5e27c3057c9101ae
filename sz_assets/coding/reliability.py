"""How well the coders of the store agree, over all samples: the work of `coding reliability`.

Here: which codes, and telling the result. Not here: what is compared and computed
(`core.coding.reliability_table`), or files of other studies (`reliability_files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from sz_assets.coding.human import all_human_codes
from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.reliability_table import (
    SEED,
    compared_codes,
    people_agreement,
    why_nothing,
)
from sz_assets.study import Study

_TITLES = {
    "krippendorff_alpha": "Krippendorff's α",
    "krippendorff_alpha_masi": "Krippendorff's α of sets (MASI)",
    "cohen_kappa": "Cohen's κ",
    "fleiss_kappa": "Fleiss' κ",
    "gwet_ac1": "Gwet's AC1",
    "percent_agreement": "agreement",
}


def reliability_of_store(store: CodingStore, study: Study, *, seed: int = SEED) -> dict[str, Any]:
    """Coefficients of all usable independent codes, as JSON's types; null where undefined.

    `coders` are those whose codes are compared, `coded_by` all who gave independent codes. With the
    same seed intervals are those of the month's table.
    """
    human = all_human_codes(store, study)
    codes = compared_codes(human)
    blind = human.filter(pl.col("code_round") == "independent")
    rules = study.coding
    return {
        "codebook_version": study.codebook.version,
        "thresholds": {"tentative": rules.tentative_alpha, "reliable": rules.reliable_alpha},
        "coders": sorted(codes["coder_id"].unique().to_list()),
        "coded_by": sorted(blind["coder_id"].unique().to_list()),
        "coefficients": list(
            people_agreement(codes, study.codebook, rules, seed, why_nothing(human))
        ),
    }


def store_lines(found: Mapping[str, Any]) -> list[str]:
    """The same for a person to read: everything overall, and each category's α."""
    coders = f"coders: {', '.join(found['coders'])}"
    if not found["coders"]:
        coders = "no codes to compare"
        if found["coded_by"]:
            coders += f" (coded by {', '.join(found['coded_by'])})"
    lines = [f"Codebook {found['codebook_version']}; {coders}"]
    if not found["coders"]:
        return [*lines, *dict.fromkeys(row["note"] for row in found["coefficients"])]
    for row in found["coefficients"]:
        title = _TITLES[row["coefficient"]]
        if row["category"] == "overall":
            level = "primary categories" if row["category_level"] == "primary" else "overall"
            lines.append(f"{level}, {title}: {_value(row)}")
        elif row["coefficient"].startswith("krippendorff"):
            lines.append(f"  {row['category_level']} {row['category']}, {title}: {_value(row)}")
    return lines


def _value(row: Mapping[str, Any]) -> str:
    if row["value"] is None:
        return f"– ({row['note']})"
    interval = (
        f" [{row['interval_low']:.3f}, {row['interval_high']:.3f}]"
        if row["interval_low"] is not None
        else ""
    )
    verdict = f", {row['verdict']}" if row["coefficient"].startswith("krippendorff") else ""
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['value']:.3f}{interval}, {row['unit_count']:,} videos{verdict}{note}"
