"""Codes that come back: each row is imported, unchanged, refused with its place, or not coded."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from sz_assets.coding.exchange.records import Coded, Place
from sz_assets.coding.exchange.registry import FORMATS, format_named
from sz_assets.coding.export import export_sample, tasks_of
from sz_assets.coding.import_checks import Known, Row, check_rows
from sz_assets.coding.importing import import_codes, tasks_in_lake
from sz_assets.coding.store import newest
from sz_assets.contracts.core import VIDEOS
from sz_assets.errors import UserError
from sz_assets.storage import Lake

MONTH = date(2023, 10, 1)
NOW = datetime(2023, 11, 2, 8, 0)


def adds_up(result):
    return result.rows == result.imported + result.unchanged + result.refused + result.uncoded


def test_good_rows_are_kept_with_coder_time_sample_and_place(coding):
    first, second, third = coding.tasks_of("anna")[:3]
    sheet = coding.sheet(
        "back.csv",
        [
            {"task_id": first, "category": "自然环境", "coder_id": "anna", "comment": "海，边"},
            {"task_id": second, "category": "none", "coder_id": "anna"},
            {"task_id": third, "category": "", "coder_id": "anna"},
        ],
    )
    result = coding.take(sheet)
    assert (result.rows, result.imported, result.uncoded) == (3, 2, 1)
    assert adds_up(result)
    codes = coding.store.codes()
    assert codes["secondary_categories"].to_list() == [["natural"], []]
    assert codes["sample_id"].unique().to_list() == [coding.exported.sample.sample_id]
    assert codes["codebook_version"].unique().to_list() == [coding.study.codebook.version]
    assert codes["source_file"].unique().to_list() == ["back.csv"]
    assert codes["source_line"].to_list() == [2, 3]
    assert codes["comment"].to_list() == ["海，边", None]
    assert codes["imported_at"].to_list() == [NOW, NOW]
    assert result.to_json()["imported"] == 2


def test_the_same_file_again_changes_nothing_and_says_so(coding):
    sheet = coding.sheet(
        "a.csv",
        [{"task_id": coding.tasks_of("anna")[0], "category": "natural", "coder_id": "anna"}],
    )
    coding.take(sheet)
    before = coding.store.codes()
    again = coding.take(sheet)
    assert (again.imported, again.unchanged, again.import_id) == (0, 1, None)
    assert "imported before: nothing changed" in again.notes[-1]
    assert coding.store.codes().equals(before)


def test_an_old_file_again_does_not_undo_a_newer_code(coding):
    task = coding.tasks_of("anna")[0]
    old = coding.sheet("a.csv", [{"task_id": task, "category": "natural", "coder_id": "anna"}])
    coding.take(old)
    coding.coded("anna", {task: "economic"}, "b.csv")
    assert coding.take(old).imported == 0
    assert newest(coding.store.codes())["secondary_categories"].to_list() == [["economic"]]


def test_a_later_export_brings_only_what_is_new(coding):
    first, second = coding.tasks_of("anna")[:2]
    coding.coded("anna", {first: "natural"}, "a.csv")
    result = coding.coded("anna", {first: "natural", second: "economic"}, "b.csv")
    assert (result.imported, result.unchanged) == (1, 1)
    assert adds_up(result)


BAD = [
    ({"category": "naturall"}, r"no category 'naturall': did you mean natural\?"),
    ({"category": "天气预报"}, "no category '天气预报': use one of construction_entity"),
    ({"task_id": "nobody:1"}, "no account 'nobody'"),
    ({"task_id": "first_scene:123"}, "'first_scene:123' is in no sample and in no stored month"),
    ({"coder_id": "carl"}, r"'carl' is no coder of the sample .* \(anna, 博文\)"),
    ({"coder_id": "an na"}, "'an na' names no coder"),
    ({"codebook_version": "0123456789abcdef"}, "version '0123456789abcdef' was never used here"),
    ({"sample_id": "2020-01-x"}, "there is no sample '2020-01-x' here"),
    ({"category": "natural", "further_categories": "none"}, "none.* beside a category"),
    ({"category": "natural", "further_categories": "economic"}, "gives each video one code"),
]


@pytest.mark.parametrize(("fields", "text"), BAD)
def test_each_bad_row_is_named_and_good_ones_are_kept_if_wished(coding, fields, text):
    first, second = coding.tasks_of("anna")[:2]
    good = {"task_id": first, "category": "natural", "coder_id": "anna"}
    bad = {"task_id": second, "category": "natural", "coder_id": "anna"} | fields
    sheet = coding.sheet("back.csv", [good, bad])
    refused = coding.take(sheet)
    assert refused.is_refused
    assert (refused.imported, refused.refused) == (0, 2)
    assert adds_up(refused)
    assert coding.store.codes().is_empty()
    kept = coding.take(sheet, on_problem="keep_good")
    assert (kept.imported, kept.refused) == (1, 1)
    assert adds_up(kept)
    (problem,) = kept.problems
    assert str(problem).startswith("back.csv, line 3: ")
    with pytest.raises(AssertionError, match=text):
        raise AssertionError(problem.text)


def test_a_row_refused_once_can_be_taken_later_from_the_same_file(coding):
    task = coding.tasks_of("anna")[0]
    rows = [
        {"task_id": task, "category": "natural", "coder_id": "anna"},
        {"task_id": task, "category": "economic", "coder_id": "carl"},
    ]
    sheet = coding.sheet("a.csv", rows)
    assert coding.take(sheet, on_problem="keep_good").imported == 1
    later = coding.take(sheet, new_coders=True)
    assert (later.imported, later.unchanged) == (1, 1)
    assert set(coding.store.codes()["coder_id"]) == {"anna", "carl"}


def test_a_task_of_another_coder_is_told(coding):
    (task,) = coding.tasks_of("博文", reliability=False)[:1]
    result = coding.coded("anna", {task: "natural"})
    assert "was given to 博文, not to anna" in result.problems[0].text


def test_rows_twice_count_once_and_contradictions_are_refused_both(coding):
    first, second = coding.tasks_of("anna")[:2]
    same = coding.sheet("x/a.csv", [{"task_id": first, "category": "natural", "coder_id": "anna"}])
    other = coding.sheet(
        "y/a.csv",
        [
            {"task_id": first, "category": "Natural Environment", "coder_id": "anna"},
            {"task_id": second, "category": "natural", "coder_id": "anna"},
            {"task_id": second, "category": "economic", "coder_id": "anna"},
        ],
    )
    result = coding.take(same, other, on_problem="keep_good")
    assert (result.imported, result.unchanged, result.refused) == (1, 1, 2)
    assert adds_up(result)
    assert "say again what another row says" in result.notes[0]
    # Two files of one name are told apart.
    places = [str(problem.place) for problem in result.problems]
    assert places == [f"{other}, line 3", f"{other}, line 4"]
    assert f"differently in {other}, line 4" in result.problems[0].text


def test_a_file_given_twice_and_an_unknown_format_are_refused(coding):
    sheet = coding.sheet("a.csv", [])
    with pytest.raises(UserError, match="is given twice"):
        coding.take(sheet, sheet)
    with pytest.raises(UserError, match="no format 'word': use one of label-studio"):
        coding.take(sheet, format="word")


def test_codes_of_an_older_codebook_are_taken_and_counted(coding, changed_codebook):
    later = changed_codebook(coding.study, "natural", cues_en=("sea",))
    task = coding.tasks_of("anna")[0]
    sheet = coding.sheet("a.csv", [{"task_id": task, "category": "natural", "coder_id": "anna"}])
    result = import_codes(coding.store, later, [sheet], format="csv", imported_at=NOW)
    assert (result.imported, result.of_old_codebook) == (1, 1)
    assert coding.store.codes()["codebook_version"].to_list() == [coding.study.codebook.version]


def test_the_present_codebook_is_kept_with_its_first_code(coding, changed_codebook):
    later = changed_codebook(coding.study, "natural", cues_en=("sea",))
    row = {
        "task_id": coding.tasks_of("anna")[0],
        "category": "natural",
        "coder_id": "anna",
        "codebook_version": later.codebook.version,
    }
    import_codes(coding.store, later, [coding.sheet("a.csv", [row])], format="csv", imported_at=NOW)
    assert coding.store.codebook(later.codebook.version) == later.codebook


def test_stored_videos_outside_samples_are_known_tasks(coding, tmp_path):
    lake = Lake(tmp_path / "lake")
    path = lake.path(VIDEOS, MONTH)
    path.parent.mkdir(parents=True)
    pl.DataFrame({"account_id": ["first_scene"], "video_id": ["55"]}).write_parquet(path)
    sheet = coding.sheet(
        "a.csv", [{"task_id": "first_scene:55", "category": "natural", "coder_id": "anna"}]
    )
    assert coding.take(sheet).refused == 1
    assert coding.take(sheet, known_tasks=tasks_in_lake(lake)).imported == 1
    assert coding.store.codes()["sample_id"].to_list() == [None]


def test_adjudicated_codes_stand_beside_the_originals(coding):
    task = coding.tasks_of("anna", reliability=True)[0]
    coding.coded("anna", {task: "natural"}, "a.csv")
    coding.coded("博文", {task: "economic"}, "b.csv")
    sheet = coding.sheet("c.csv", [{"task_id": task, "category": "ethnic", "coder_id": "anna"}])
    assert coding.take(sheet, round="adjudicated").imported == 1
    codes = newest(coding.store.codes())
    assert codes.select(
        "coder_id", "code_round", pl.col("secondary_categories").list.first()
    ).rows() == [
        ("anna", "independent", "natural"),
        ("博文", "independent", "economic"),
        ("anna", "adjudicated", "ethnic"),
    ]


def test_several_codes_are_taken_where_the_codebook_allows_them(coding, study):
    import msgspec

    several = msgspec.structs.replace(
        study, codebook=msgspec.structs.replace(study.codebook, codes_per_video="several")
    )
    row = {
        "task_id": coding.tasks_of("anna")[0],
        "category": "economic",
        "further_categories": "natural; 经济环境",
        "coder_id": "anna",
        "codebook_version": several.codebook.version,
    }
    sheet = coding.sheet("a.csv", [row])
    import_codes(coding.store, several, [sheet], format="csv", imported_at=NOW)
    assert coding.store.codes()["secondary_categories"].to_list() == [["economic", "natural"]]


def test_none_beside_a_category_is_refused_whatever_the_format(coding):
    code = Coded(coding.tasks_of("anna")[0], "anna", ("natural", "none"), Place("a.json", 1))
    row = Row(code, "0" * 64)
    known = Known.of(coding.store, coding.study, [row], None)
    checked = check_rows([row], known, "independent", False)
    assert "names a category and says that none fits" in checked.problems[0].text


@pytest.mark.parametrize("name", FORMATS)
def test_codes_written_in_any_format_come_back_into_the_store_whole(coding, tmp_path, name):
    """Every assigned task of both coders, half of them with the verdict that none fits."""
    chosen = format_named(name)
    ids = [category.id for _, category in coding.study.codebook.secondary]
    given = [
        Coded(
            task_id=task,
            coder_id=coder,
            categories=(ids[n % 16],) if n % 2 else (),
            place=Place("", n),
            coded_at=datetime(2023, 11, 1, 9, n % 60),
            codebook_version=coding.study.codebook.version,
            sample_id=coding.exported.sample.sample_id,
            comment=f"'=1,\n{n}；" if n % 3 else None,
        )
        for coder in ("anna", "博文")
        for n, task in enumerate(coding.tasks_of(coder))
    ]
    folder = tmp_path / name
    folder.mkdir()
    files = chosen.write_codes(given, tasks_of(coding.tasks), coding.study.codebook, folder)
    (written, *_) = [path for path in files if path.suffix != ".xml"]
    result = coding.take(written, format=name)
    assert (result.problems, result.imported) == ((), len(given))
    columns = ["account_id", "video_id", "coder_id", "secondary_categories", "coded_at", "comment"]
    stored = coding.store.codes()
    found = {(*row[:3], tuple(row[3]), *row[4:]) for row in stored.select(columns).rows()}
    assert found == {
        (*code.task_id.split(":"), code.coder_id, code.categories, code.coded_at, code.comment)
        for code in given
    }
    assert stored["source_format"].unique().to_list() == [chosen.word]
    assert coding.take(written, format=name).imported == 0


@pytest.mark.parametrize("name", FORMATS)
def test_what_coders_are_given_comes_back_as_not_coded_yet(coding, tmp_path, name):
    made = export_sample(
        coding.store, coding.exported.sample.sample_id, format=name, folder=tmp_path / "new"
    )
    for coder, paths in made.files.items():
        (given, *_) = [path for path in paths if path.suffix not in (".xml", ".qdc")]
        result = coding.take(given, format=name, coder_id=coder)
        if name == "label-studio":
            # Not an export but what a project is made from: each record says so.
            assert result.refused == result.rows == made.tasks_by_coder[coder]
            continue
        assert result.problems == ()
        assert (result.rows, result.uncoded) == (made.tasks_by_coder[coder],) * 2
    assert coding.store.codes().is_empty()
