"""Which codes are compared, and which verdict follows."""

from __future__ import annotations

import numpy as np
import pytest
from coded_month import human, month_of, task, video

from sz_assets.contracts.coding import COEFFICIENTS
from sz_assets.core.coding.reliability_table import (
    CHANGED,
    NOBODY,
    SEED,
    code_reliability,
)
from sz_assets.core.statistics.agreement import agreement

WORDS = ("natural", "economic", "humanistic")


def rows_of(month, **where):
    found = code_reliability(month).filter(**where) if where else code_reliability(month)
    return found.to_dicts()


def alpha_of(month, level="overall", category="overall", name="krippendorff_alpha"):
    [row] = rows_of(month, category_level=level, category=category, coefficient=name)
    return row


def coded(count: int, wrong: int) -> list[dict]:
    """Two coders, who differ on the first `wrong` videos; one says `none` of every fifth."""
    rows = []
    for number in range(count):
        word = [WORDS[number % 3]] if number % 5 else []
        other = [WORDS[(number + 1) % 3]] if number < wrong else word
        rows += [human(number, "ann", *word), human(number, "bo", *other)]
    return rows


def test_nobody_coded_is_said_with_the_way_to_begin() -> None:
    rows = rows_of(month_of([video(n) for n in range(3)]))
    assert [row["coefficient"] for row in rows] == list(COEFFICIENTS)
    for row in rows:
        assert (row["category_level"], row["category"]) == ("overall", "overall")
        assert (row["value"], row["verdict"], row["unit_count"]) == (None, "unknown", 0)
        assert "sz-assets coding export" in row["note"]
        assert row["human_coded_ratio"] == 0


@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [(0, "reliable"), (10, "reliable"), (18, "tentative"), (40, "insufficient")],
)
def test_the_value_of_alpha_decides(wrong: int, verdict: str) -> None:
    month = month_of([video(n) for n in range(100)], codes=coded(100, wrong))
    rows = rows_of(month, category_level="overall")
    assert {row["verdict"] for row in rows} == {verdict}
    assert {row["coefficient"] for row in rows} == set(COEFFICIENTS)
    row = alpha_of(month)
    rules = month.study.coding
    expected = (
        "reliable" if row["value"] >= rules.reliable_alpha
        else "tentative" if row["value"] >= rules.tentative_alpha
        else "insufficient"
    )  # fmt: skip
    assert row["verdict"] == expected
    assert (row["unit_count"], row["coder_count"], row["code_count"]) == (100, 2, 200)
    if wrong:
        assert row["interval_low"] < row["value"] < row["interval_high"]


def test_the_coefficients_are_those_of_the_matrix() -> None:
    """Coder by video, `none` a value like any other."""
    month = month_of([video(n) for n in range(60)], codes=coded(60, 20))
    values = [*(second.id for _, second in month.study.codebook.secondary), "none"]
    matrix = np.array(
        [
            [values.index(WORDS[n % 3] if n % 5 else "none"),
             values.index(WORDS[(n + 1) % 3] if n < 20 else WORDS[n % 3] if n % 5 else "none")]
            for n in range(60)
        ]
    )  # fmt: skip
    expected = {one.name: one for one in agreement(matrix, values, "nominal", seed=SEED)}
    for row in rows_of(month, category_level="overall"):
        name = row["coefficient"]
        one = expected["krippendorff_alpha_nominal" if name == "krippendorff_alpha" else name]
        assert row["value"] == pytest.approx(one.value)
        assert row["interval_low"] == pytest.approx(one.ci_lower)


def test_categories_and_the_primary_level_have_verdicts_of_their_own() -> None:
    # All three words are environmental: on that level the coders differ only where one says none.
    month = month_of([video(n) for n in range(60)], codes=coded(60, 30))
    assert alpha_of(month)["verdict"] == "insufficient"
    primary = alpha_of(month, "primary")
    assert primary["value"] > alpha_of(month)["value"]
    assert alpha_of(month, "secondary", "natural")["value"] < 0.8
    never = alpha_of(month, "secondary", "conceptual")
    assert (never["value"], never["verdict"]) == (None, "unknown")
    assert "variation" in never["note"]
    assert {row["human_coded_ratio"] for row in rows_of(month, category_level="primary")} == {None}


@pytest.mark.parametrize(
    "change",
    [
        {"code_round": "adjudicated"},
        {"is_usable": False},
        {"is_reliability": False},
        {"coder_id": "ann", "video_id": "99999"},
    ],
)
def test_what_is_not_comparable_is_not_compared(change: dict) -> None:
    """Adjudicated codes, those of another meaning, those meant for one coder, and single ones."""
    codes = coded(20, 0)
    codes[1::2] = [
        {**code, **change, **({"video_id": f"9{n:04d}"} if "video_id" in change else {})}
        for n, code in enumerate(codes[1::2])
    ]
    assert alpha_of(month_of([video(n) for n in range(20)], codes=codes))["unit_count"] == 0


def test_from_too_few_videos_no_verdict_follows() -> None:
    row = alpha_of(month_of([video(n) for n in range(9)], codes=coded(9, 0)))
    assert (row["value"], row["verdict"]) == (1.0, "unknown")
    assert row["note"].startswith("No interval")


def test_of_sets_of_codes_their_distance_decides() -> None:
    codes = []
    for number in range(30):
        first, second = WORDS[number % 3], WORDS[(number + 1) % 3]
        codes += [human(number, "ann", first, second), human(number, "bo", first)]
    month = month_of([video(n) for n in range(30)], codes=codes, codes_per_video="several")
    nominal, masi = alpha_of(month), alpha_of(month, name="krippendorff_alpha_masi")
    # Whole sets never agree, but they overlap.
    assert nominal["value"] < 0 < masi["value"]
    assert nominal["verdict"] == masi["verdict"] == "insufficient"
    primary = alpha_of(month, "primary", name="krippendorff_alpha_masi")
    assert primary["value"] is None  # all are environmental: no variation


def by_people(number: int, word: str | None, **said) -> dict:
    categories = [word] if word else []
    return video(
        number, coding_method="human", secondary_category=word, secondary_categories=categories,
        **said,
    )  # fmt: skip


def test_the_machine_is_one_more_coder() -> None:
    videos = [by_people(n, WORDS[n % 3]) for n in range(30)] + [video(n) for n in range(30, 60)]
    words = [{"cue_word_category": WORDS[(n % 3) if n >= 6 else (n + 1) % 3]} for n in range(60)]
    words[29] = {}  # nothing said is no category, as where people say `none`
    row = alpha_of(month_of(videos, words), name="machine_alpha")
    matrix = np.array([[n % 3, (n % 3) if n >= 6 else (n + 1) % 3] for n in range(30)])
    matrix[29, 1] = 3
    assert row["value"] == pytest.approx(agreement(matrix, [*WORDS, "none"], "nominal")[0].value)
    assert (row["unit_count"], row["verdict"]) == (30, "insufficient")
    assert "On 1 of 30 videos no machine said anything, which counts as `none`" in row["note"]
    assert row["human_coded_ratio"] == 0.5
    assert "cue_words:1" in row["method"]


def test_a_trained_machine_is_not_judged_by_what_it_learnt_from() -> None:
    videos = [by_people(n, WORDS[n % 3]) for n in range(40)]
    words = [
        {"machine_category": WORDS[n % 3] if n < 20 else WORDS[(n + 1) % 3],
         "machine_method": "machine:1", "is_learnt_from": n == 20}
        for n in range(40)
    ]  # fmt: skip
    tasks = [task(n, part="train" if n < 20 else "evaluate") for n in range(39)]
    row = alpha_of(month_of(videos, words, tasks=tasks), name="machine_alpha")
    assert row["unit_count"] == 18  # neither trained on, nor learnt from, nor outside every sample
    assert row["value"] < 0
    assert row["verdict"] == "insufficient"
    assert "machine:1" in row["method"]


def test_where_a_trained_machine_abstains_the_cue_words_are_judged() -> None:
    """They code what it does not, so that its own few codes say little of the report's."""
    videos = [by_people(n, WORDS[n % 3]) for n in range(60)]
    words = [
        {"machine_category": WORDS[n % 3] if n < 12 else None, "machine_method": "machine:1",
         "cue_word_category": WORDS[(n // 3) % 3]}
        for n in range(60)
    ]  # fmt: skip
    row = alpha_of(
        month_of(videos, words, tasks=[task(n) for n in range(60)]), name="machine_alpha"
    )
    assert row["unit_count"] == 60
    assert row["verdict"] == "insufficient"
    assert "cue words where it abstains (48 videos)" in row["method"]


@pytest.mark.parametrize(("rare", "verdict"), [(1, "unknown"), (9, "unknown"), (10, "reliable")])
def test_agreeing_on_few_videos_of_a_category_makes_it_not_reliable(rare, verdict) -> None:
    codes = [
        human(n, coder, "visual" if n < rare else WORDS[n % 3])
        for n in range(120)
        for coder in ("ann", "bo")
    ]
    row = alpha_of(month_of([video(n) for n in range(120)], codes=codes), "secondary", "visual")
    assert (row["value"], row["unit_count"], row["verdict"]) == (1.0, 120, verdict)
    assert ("No verdict" in (row["note"] or "")) == (verdict == "unknown")


def test_a_changed_category_does_not_make_its_confusion_with_another_disappear() -> None:
    """Without the codes of the changed category only those who agree on the other would be left."""
    said = [
        (n, c, WORDS[(n + (c == "bo" and n % 3 == 0)) % 2])
        for n in range(90)
        for c in ("ann", "bo")
    ]
    before = alpha_of(month_of([video(n) for n in range(90)], codes=[human(*one) for one in said]))
    assert before["verdict"] == "insufficient"
    codes = [
        human(n, c, word, is_usable=word != "natural", codebook_version="old")
        for n, c, word in said
    ]
    after = alpha_of(month_of([video(n) for n in range(90)], codes=codes))
    assert (after["value"], after["verdict"], after["unit_count"]) == (None, "unknown", 0)
    assert (after["note"], CHANGED != NOBODY) == (CHANGED, True)
    # What was coded with the present codebook still counts.
    codes += [human(n, c, word) for n, c, word in said if n < 30]
    codes = [one for one in codes if one["video_id"] >= "00030" or "codebook_version" not in one]
    again = alpha_of(month_of([video(n) for n in range(90)], codes=codes))
    assert (again["verdict"], again["unit_count"]) == ("insufficient", 30)


def test_with_undecided_videos_a_machine_gets_no_verdict() -> None:
    """They are the hard ones: on the others it does better than on all."""
    videos = [by_people(n, WORDS[n % 3]) for n in range(60)] + [video(n) for n in range(60, 62)]
    words = [{"cue_word_category": WORDS[n % 3]} for n in range(62)]
    assert alpha_of(month_of(videos, words), name="machine_alpha")["verdict"] == "reliable"
    codes = [human(n, c, w) for n in (60, 61) for c, w in (("ann", "natural"), ("bo", "visual"))]
    row = alpha_of(month_of(videos, words, codes), name="machine_alpha")
    assert (row["value"], row["verdict"]) == (1.0, "unknown")
    assert "of 62 videos that people coded 2" in row["note"]


def test_a_task_kept_for_evaluation_in_one_sample_counts_whatever_another_says() -> None:
    videos = [by_people(n, WORDS[n % 3]) for n in range(40)]
    words = [
        {"machine_category": WORDS[n % 3], "machine_method": "machine:1", "is_learnt_from": n < 5}
        for n in range(40)
    ]
    tasks = [task(n) for n in range(40)]
    tasks += [task(n, sample_id="s2", part="train") for n in range(40)]
    row = alpha_of(month_of(videos, words, tasks=tasks), name="machine_alpha")
    assert row["unit_count"] == 35


def test_a_sample_that_was_only_drawn_frees_no_training_task_for_judging() -> None:
    videos = [by_people(n, WORDS[n % 3]) for n in range(40)] + [video(n) for n in range(40, 200)]
    words = [
        {"machine_category": WORDS[n % 3 if n < 30 else (n + 1) % 3], "machine_method": "machine:1"}
        for n in range(200)
    ]
    tasks = [task(n, part="train" if n < 20 else "evaluate") for n in range(40)]
    drawn = [task(n, sample_id="s2") for n in range(200)]
    before = alpha_of(month_of(videos, words, tasks=tasks), name="machine_alpha")
    assert before["unit_count"] == 20
    after = alpha_of(month_of(videos, words, tasks=[*tasks, *drawn]), name="machine_alpha")
    assert after == before
