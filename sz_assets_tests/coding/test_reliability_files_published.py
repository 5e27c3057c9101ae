"""Reliability of real published files: printed values, and other programs' values."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from sz_assets.cli import main
from sz_assets.coding.reliability_files import reliability_of_file
from sz_assets.coding.reliability_text import lines

PUBLISHED = [
    ("irrcac_raw_4raters", "code", "krippendorff_alpha.nominal", ".743"),
    ("irrcac_raw_4raters", "code", "krippendorff_alpha.ordinal", ".815"),
    ("irrcac_raw_4raters", "code", "krippendorff_alpha.interval", ".849"),
    ("irrcac_raw_4raters", "code", "krippendorff_alpha.ratio", ".797"),
    ("irrcac_raw_4raters", "code", "gwet_ac1", ".77544"),
    ("irrcac_raw_4raters", "code", "fleiss_kappa", ".76117"),
    ("hayes_krippendorff_2007_raoulbia", "code", "krippendorff_alpha.ordinal", ".7598"),
    ("hayes_krippendorff_2007_raoulbia", "code", "krippendorff_alpha.nominal", ".4765"),
    ("hayes_krippendorff_2007_raoulbia", "code", "krippendorff_alpha.interval", ".7574"),
    ("fleiss1971_diagnoses_pyirr", "code", "fleiss_kappa", ".430"),
    ("irrcac_table_cont3x3abstractors", "code", "cohen_kappa", ".79641"),
    ("irrcac_table_cont3x3abstractors", "code", "gwet_ac1", ".84933"),
    ("tidycomm_fbposts", "n_pictures", "krippendorff_alpha.nominal", ".880"),
    ("tidycomm_fbposts", "pop_elite", "krippendorff_alpha.nominal", ".339"),
    ("tidycomm_fbposts", "pop_people", "krippendorff_alpha.nominal", ".287"),
    ("tidycomm_fbposts", "pop_othering", "krippendorff_alpha.nominal", ".566"),
    ("nimathing_Coherence_Kappa", "code", "cohen_kappa", ".462"),
]
LAYOUT_OF = {
    "fleiss1971_diagnoses_pyirr": "coders_in_columns",
    "hayes_krippendorff_2007_raoulbia": "coders_in_columns",
    "irrcac_dist_4cat": "distribution",
    "irrcac_dist_g1g2": "distribution",
    "irrcac_distrib_6raters": "distribution",
    "irrcac_raw_4raters": "coders_in_columns",
    "irrcac_raw_5observers": "coders_in_columns",
    "irrcac_raw_ben_gerry": "coders_in_columns",
    "irrcac_raw_g1g2": "coders_in_columns",
    "irrcac_raw_gender": "coders_in_columns",
    "irrcac_table_cont3x3abstractors": "contingency",
    "irrcac_table_cont4x4diagnosis": "contingency",
    "nimathing_Coherence_Kappa": "coders_in_columns",
    "tidycomm_fbposts": "long",
}


def result_of(path: Path, **options: Any) -> dict[str, Any]:
    """The result as a program reads it: through JSON, which has no NaN."""
    result = reliability_of_file(path, **{"resamples": 0, **options})
    return json.loads(json.dumps(result, allow_nan=False))


@cache
def said_of(path: str) -> dict[str, Any]:
    """What `sz-assets coding reliability FILE --json` prints."""
    said = CliRunner().invoke(main, ["coding", "reliability", path, "--json"])
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def only(result: dict[str, Any]) -> dict[str, Any]:
    [variable] = result["variables"]
    return variable


@pytest.mark.real_data
@pytest.mark.parametrize(("file", "variable", "coefficient", "printed"), PUBLISHED)
def test_published_values_come_out_to_the_printed_digits(
    file: str, variable: str, coefficient: str, printed: str, real_data: Path
) -> None:
    result = said_of(str(real_data / "reliability" / f"{file}.csv"))
    [found] = [one for one in result["variables"] if one["name"] == variable]
    for part in coefficient.split("."):
        found = found[part]
    digits = len(printed) - 1
    assert f"{found['value']:.{digits}f}" == f"0{printed}"


@pytest.mark.real_data
def test_every_real_file_is_read_with_its_layout(real_data: Path) -> None:
    files = sorted((real_data / "reliability").glob("*.csv"))
    assert {path.stem for path in files} >= LAYOUT_OF.keys()
    for path in files:
        result = result_of(path, resamples=200)
        assert result["layout"] == LAYOUT_OF.get(path.stem, result["layout"]), path.stem
        assert result["layout_reason"]
        for variable in result["variables"]:
            assert variable["krippendorff_alpha"]["nominal"]["value"] is not None, path.stem
        assert lines(result)


@pytest.mark.real_data
def test_148_complete_pairs_are_counted(real_data: Path) -> None:
    found = only(result_of(real_data / "reliability" / "nimathing_Coherence_Kappa.csv"))
    assert found["complete_pair_count"] == found["unit_count"] == 148
    assert (found["coder_count"], found["code_count"]) == (2, 296)


@pytest.mark.real_data
def test_counts_of_coders_say_the_same_as_their_codes(real_data: Path) -> None:
    """One study in two layouts; and Fleiss' 1971 study, of which the second has half."""
    folder = real_data / "reliability"
    raw = only(result_of(folder / "irrcac_raw_g1g2.csv"))
    counts = only(result_of(folder / "irrcac_dist_g1g2.csv"))
    names = ("fleiss_kappa", "gwet_ac1", "percent_agreement", "unit_count", "by_category")
    assert counts["by_group"][0]["group"] == raw["by_group"][0]["group"] == "G1"
    for one, other in zip((raw, *raw["by_group"]), (counts, *counts["by_group"]), strict=True):
        for name in names:
            assert one[name] == other[name], name
        assert one["krippendorff_alpha"]["nominal"] == other["krippendorff_alpha"]["nominal"]


@pytest.mark.real_data
@pytest.mark.parametrize("file", ["irrcac_dist_4cat", "irrcac_dist_g1g2", "irrcac_distrib_6raters"])
def test_counts_have_the_alpha_of_the_krippendorff_package(file: str, real_data: Path) -> None:
    path = real_data / "reliability" / f"{file}.csv"
    frame = pl.read_csv(path)
    groups: dict[str | None, pl.DataFrame] = {None: frame}
    if "Group" in frame.columns:
        groups |= {key[0]: part for key, part in frame.group_by("Group")}
    found = only(result_of(path))
    results = {None: found, **{one["group"]: one for one in found["by_group"]}}
    assert results.keys() == groups.keys()
    for group, part in groups.items():
        counts = part.drop("Group", "Units", strict=False).to_numpy()
        expected = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
        alpha = results[group]["krippendorff_alpha"]["nominal"]["value"]
        assert alpha == pytest.approx(expected, rel=1e-12)


@pytest.mark.real_data
def test_groups_of_raters_have_their_own_alpha(real_data: Path) -> None:
    path = real_data / "reliability" / "irrcac_raw_gender.csv"
    frame = pl.read_csv(path)
    by_group = only(result_of(path))["by_group"]
    assert [(one["group"], one["unit_count"]) for one in by_group] == [("F", 6), ("M", 9)]
    for one in by_group:
        rows = frame.filter(pl.col("Group") == one["group"]).drop("Group", "Units").to_numpy()
        codes = np.vectorize("abc".index)(rows)
        expected = krippendorff.alpha(codes.T, level_of_measurement="nominal")
        assert one["krippendorff_alpha"]["nominal"]["value"] == pytest.approx(expected)


@pytest.mark.real_data
def test_the_big_table_of_two_coders_is_that_of_statsmodels(real_data: Path) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    path = real_data / "reliability" / "irrcac_table_cont4x4diagnosis.csv"
    table = pl.read_csv(path).to_numpy()[:, 1:].astype(float)
    found = only(result_of(path))
    expected = cohens_kappa(table, return_results=False)
    assert found["cohen_kappa"]["value"] == pytest.approx(expected, rel=1e-12)
    assert found["unit_count"] == table.sum()
