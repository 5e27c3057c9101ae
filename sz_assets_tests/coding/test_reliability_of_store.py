"""The store's reliability as a person reads it, and that it is the month's table's."""

from __future__ import annotations

from sz_assets.coding.human import all_human_codes
from sz_assets.coding.reliability import reliability_of_store, store_lines
from sz_assets.core.coding.reliability_table import (
    CHANGED,
    NOBODY,
    compared_codes,
    people_agreement,
)
from sz_assets.study import Name


def test_without_double_codes_the_reason_stands_once_and_coders_are_named(coding):
    assert store_lines(reliability_of_store(coding.store, coding.study))[1:] == [NOBODY]
    coding.coded("anna", {coding.tasks_of("anna")[0]: "natural"})
    first, *rest = store_lines(reliability_of_store(coding.store, coding.study))
    assert first.endswith("no codes to compare (coded by anna)")
    assert rest == [NOBODY]


def test_after_a_change_it_says_that_codes_no_longer_compare(coding, changed_codebook):
    for coder in ("anna", "博文"):
        tasks = coding.tasks_of(coder, reliability=True)
        coding.coded(coder, dict.fromkeys(tasks, "natural"), f"{coder}.csv")
    other = changed_codebook(coding.study, "natural", definition=Name(zh="别的", en="Else"))
    first, *rest = store_lines(reliability_of_store(coding.store, other))
    assert first.endswith("(coded by anna, 博文)")
    assert rest == [CHANGED]


def test_the_command_and_the_months_table_draw_with_one_seed(coding):
    words = ("natural", "economic", "none")
    for shift, coder in enumerate(("anna", "博文")):
        tasks = coding.tasks_of(coder, reliability=True)
        said = {task: words[(n + shift * (n == 2)) % 3] for n, task in enumerate(tasks)}
        coding.coded(coder, said, f"{coder}.csv")
    found = reliability_of_store(coding.store, coding.study)["coefficients"]
    codes = compared_codes(all_human_codes(coding.store, coding.study))
    # As the month's table calls it.
    table = list(people_agreement(codes, coding.study.codebook, coding.study.coding))
    assert found == table
