"""Which code of a video counts, rule by rule on single videos, then against a plain rewriting."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from msgspec.structs import replace

from sz_assets.contracts.coding import HUMAN_CODES
from sz_assets.contracts.coding_store import STORED_CODES
from sz_assets.contracts.core import VIDEO_CODES
from sz_assets.contracts.validate import conform, polars_schema
from sz_assets.core.coding.best_code import best_codes, human_codes
from sz_assets.core.coding.cue_words import CODING_METHOD, code_videos
from sz_assets.study import Codebook, Name, PrimaryCategory, SecondaryCategory

MONTH = date(2023, 10, 1)
NOW = datetime(2023, 11, 1)
TEXT = Name(zh="名", en="Name")


def second(identifier: str, **fields) -> SecondaryCategory:
    return SecondaryCategory(
        id=identifier,
        name=TEXT,
        definition=TEXT,
        cues_zh=(),
        cues_en=(f"cue{identifier}",),
        **fields,
    )


BOOK = Codebook(
    version_label="1",
    codes_per_video="several",
    primary=(
        PrimaryCategory(id="p", name=TEXT, definition=TEXT, secondary=(second("a"), second("b"))),
        PrimaryCategory(id="q", name=TEXT, definition=TEXT, secondary=(second("c"),)),
    ),
)
OLD = replace(
    BOOK,
    primary=(
        replace(BOOK.primary[0], secondary=(second("a"), second("b", exclusion=TEXT), second("x"))),
        BOOK.primary[1],
    ),
)
TASKS = pl.DataFrame(
    schema={
        "sample_id": pl.String,
        "sample_crawl_month": pl.Date,
        "sample_population": pl.String,
        "account_id": pl.String,
        "video_id": pl.String,
        "inclusion_probability": pl.Float64,
        "part": pl.String,
        "is_reliability": pl.Boolean,
    }
)


def videos(*titles: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "crawl_month": [MONTH] * len(titles),
            "account_id": ["one"] * len(titles),
            "video_id": [str(number) for number in range(len(titles))],
            "title": titles,
        },
        schema_overrides={"crawl_month": pl.Date, "title": pl.String},
    )


def said(
    *codes: tuple[str, str, str], version: str = BOOK.version, video: str = "0"
) -> list[dict[str, object]]:
    """Rows of contract coding/codes from (coder, round, categories as one word), oldest first."""
    return [
        {
            "import_number": number,
            "import_id": f"i{number}",
            "account_id": "one",
            "video_id": video,
            "coder_id": coder,
            "code_round": round_,
            "secondary_categories": list(categories),
            "codebook_version": version,
            "imported_at": NOW + timedelta(days=number),
            "source_format": "csv",
            "source_file": "f",
            "source_line": 1,
            "source_sha256": "0" * 64,
        }
        for number, (coder, round_, categories) in enumerate(codes, start=1)
    ]


def people(frame: pl.DataFrame, rows: list[dict[str, object]], book: Codebook = BOOK):
    stored = pl.DataFrame(rows, schema=polars_schema(STORED_CODES))
    return human_codes(stored, TASKS, frame, book, {BOOK.version: BOOK, OLD.version: OLD})


def best(rows, machine=None, title: str = "cuea", book: Codebook = BOOK) -> dict[str, object]:
    frame = videos(title)
    found = best_codes(frame, code_videos(frame, book), machine, people(frame, rows, book), book)
    conform(found, VIDEO_CODES)
    return found.row(0, named=True)


def machine(categories: list[str] | None, confidence: float = 0.9) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "account_id": ["one"],
            "video_id": ["0"],
            "secondary_categories": [categories],
            "coding_confidence": [confidence],
            "coding_method": ["machine:m1"],
            "codebook_version": [BOOK.version],
        },
        schema_overrides={"secondary_categories": pl.List(pl.String)},
    )


I, A = "independent", "adjudicated"  # noqa: E741 - rounds, in tables below


@pytest.mark.parametrize(
    ("codes", "expected", "method"),
    [
        # one coder, two who agree, two who differ, three of whom two agree
        ([("k", I, "b")], "b", "human"),
        ([("k", I, "b"), ("l", I, "b")], "b", "human"),
        ([("k", I, "b"), ("l", I, "c")], "a", CODING_METHOD),
        ([("k", I, "b"), ("l", I, "c"), ("m", I, "b")], "b", "human"),
        ([("k", I, "b"), ("l", I, "c"), ("m", I, "b"), ("n", I, "c")], "a", CODING_METHOD),
        # none fits is a judgement like another
        ([("k", I, "")], "", "human"),
        ([("k", I, ""), ("l", I, "b")], "a", CODING_METHOD),
        ([("k", I, ""), ("l", I, ""), ("m", I, "b")], "", "human"),
        # adjudication counts before everything, and the last one does
        ([("k", I, "b"), ("l", I, "b"), ("m", A, "c")], "c", "adjudicated"),
        ([("k", A, ""), ("l", I, "b")], "", "adjudicated"),
        ([("k", A, "b"), ("l", A, "c")], "c", "adjudicated"),
        # further categories are those of more than half
        ([("k", I, "bc"), ("l", I, "bc")], "bc", "human"),
        ([("k", I, "bc"), ("l", I, "b")], "b", "human"),
        ([("k", I, "cba"), ("l", I, "cab"), ("m", I, "ca")], "cab", "human"),
        ([("k", I, "bc"), ("l", I, "cb")], "a", CODING_METHOD),
        ([], "a", CODING_METHOD),
    ],
)
def test_the_rule(codes, expected, method):
    row = best(said(*codes))
    assert "".join(row["secondary_categories"]) == expected
    assert row["coding_method"] == method
    assert row["secondary_category"] == (expected[0] if expected else None)
    assert row["primary_category"] == ({"c": "q"}.get(expected[0], "p") if expected else None)
    assert row["matched_cues"] == ["cuea"]
    assert row["coding_confidence"] is None


def test_a_trained_machine_counts_before_cue_words_and_after_people():
    row = best([], machine(["c"]))
    assert (row["secondary_category"], row["coding_method"]) == ("c", "machine:m1")
    assert row["coding_confidence"] == 0.9
    row = best(said(("k", I, "b")), machine(["c"]))
    assert (row["secondary_category"], row["coding_method"]) == ("b", "human")
    assert row["coding_confidence"] is None


def test_a_machine_that_abstains_leaves_the_cue_words_and_one_that_says_none_does_not():
    row = best([], machine(None, 0.2))
    assert (row["secondary_category"], row["coding_method"]) == ("a", CODING_METHOD)
    assert row["coding_confidence"] is None
    row = best([], machine([]))
    assert (row["secondary_category"], row["coding_method"]) == (None, "machine:m1")
    assert row["secondary_categories"] == []


def test_codes_of_an_old_codebook_count_while_they_mean_the_same():
    assert best(said(("k", I, "c"), version=OLD.version))["codebook_version"] == OLD.version
    assert best(said(("k", I, "b"), version=OLD.version))["coding_method"] == CODING_METHOD
    assert best(said(("k", I, "x"), version=OLD.version))["coding_method"] == CODING_METHOD
    assert best(said(("k", A, "cb"), version=OLD.version))["coding_method"] == CODING_METHOD


def test_a_coder_whose_code_counts_no_more_does_not_leave_the_others_a_majority():
    """Two said b, which has changed since, and one a: that is not what people agree on."""
    old = said(("k", I, "b"), ("l", I, "b"), version=OLD.version)
    assert best(old + said(("m", I, "a")))["coding_method"] == CODING_METHOD
    assert best(old[:1] + said(("m", I, "c")))["coding_method"] == CODING_METHOD
    row = best(old[:1] + said(("m", I, "c"), ("n", I, "c")))
    assert (row["secondary_category"], row["coding_method"]) == ("c", "human")


def test_one_code_is_left_where_the_codebook_gives_one():
    one = replace(BOOK, codes_per_video="one")
    assert best(said(("k", I, "bc")), book=one)["secondary_categories"] == ["b"]


def test_human_codes_are_marked_and_joined_with_their_task():
    frame = videos("x", "y")
    rows = [
        *said(("k", I, "b"), ("l", I, "")),
        *said(("k", I, "bc"), version=OLD.version, video="1"),
    ]
    rows += said(("k", I, "a"), video="of another month")
    rows[0]["sample_id"] = "s"
    tasks = pl.DataFrame(
        [("s", MONTH, "all", "one", "0", 0.25, "evaluate", True)], schema=TASKS.schema, orient="row"
    )
    found = human_codes(
        pl.DataFrame(rows, schema=polars_schema(STORED_CODES)),
        tasks,
        frame,
        BOOK,
        {BOOK.version: BOOK, OLD.version: OLD},
    )
    conform(found, HUMAN_CODES)
    marks = found.select("video_id", "coder_id", "is_current_codebook", "is_usable").rows()
    assert marks == [("0", "k", True, True), ("0", "l", True, True), ("1", "k", False, False)]
    assert found["inclusion_probability"].to_list() == [0.25, None, None]
    assert found["part"].to_list() == ["evaluate", None, None]
    assert found["is_reliability"].to_list() == [True, None, None]


def test_no_codes_at_all_leave_the_cue_words():
    frame = videos("cuea", "nothing", "cuec")
    cues = code_videos(frame, BOOK)
    assert best_codes(frame, cues, None, people(frame, []), BOOK).equals(cues)
    nothing = frame.clear()
    empty = best_codes(nothing, cues.clear(), None, people(nothing, []), BOOK)
    assert empty.schema == polars_schema(VIDEO_CODES)


def plain_best(rows: list[dict[str, object]]) -> str | None:
    """The rule on one video in plain words: the main category, `none`, or null."""
    decided = [row for row in rows if row["code_round"] == A]
    if decided:
        return (
            max(decided, key=lambda row: row["imported_at"])["secondary_categories"] or ["none"]
        )[0]
    mains = [(row["secondary_categories"] or ["none"])[0] for row in rows]
    for main in mains:
        if 2 * mains.count(main) > len(mains):
            return main
    return None


def test_many_videos_at_once_are_as_each_alone():
    chance = random.Random(5)
    rows, expected = [], []
    for video in range(300):
        codes = [
            (
                f"k{n}",
                A if chance.random() < 0.1 else I,
                "".join(chance.sample("abc", chance.randint(0, 2))),
            )
            for n in range(chance.randint(0, 4))
        ]
        own = said(*codes, video=str(video))
        rows += own
        expected.append(plain_best(own))
    frame = videos(*(["nothing"] * 300))
    chance.shuffle(rows)
    found = best_codes(frame, code_videos(frame, BOOK), None, people(frame, rows), BOOK)
    assert found["video_id"].to_list() == frame["video_id"].to_list()
    got = [
        None if method == CODING_METHOD else (categories or ["none"])[0]
        for method, categories in found.select("coding_method", "secondary_categories").rows()
    ]
    assert got == expected
    assert len(set(expected)) == 5
