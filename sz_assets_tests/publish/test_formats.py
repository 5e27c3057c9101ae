"""Parquet and CSV against the database: equal, and no text of theirs is a formula."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hostile_titles import HOSTILE_TITLES, UNSTORABLE_TITLES
from hypothesis import given
from hypothesis import strategies as st
from small_release import BY_NAME, about, build, rows_of

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.contracts.table import Type
from sz_assets.errors import UserError
from sz_assets.publish.formats import FORMATS, spss, stata, write_formats, xlsx
from sz_assets.publish.formats import csv as csv_format
from sz_assets.publish.formats.csv import guarded, unguarded
from sz_assets.publish.formats.source import errors_of_the_disk
from sz_assets.settings import RELEASE_FORMATS

# What OWASP names, and what spreadsheets skip in front of it.
FORMULA = re.compile(r"^[\s\0\ufeff\u200b\u200e\u200f\u2060]*[=+\-@＝＋－＠]|^[\t\r\n]")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The database and the folder with its Parquet and CSV."""
    folder = tmp_path_factory.mktemp("formats [1]'s")
    warehouse = build(folder / "warehouse.duckdb", HOSTILE_TITLES)
    write_formats(warehouse, folder, ["csv", "parquet"], about())
    return warehouse, folder / "data"


def test_every_format_that_can_be_set_can_be_written() -> None:
    assert tuple(FORMATS) == RELEASE_FORMATS


def test_there_are_sixty_hostile_titles_and_those_that_cannot_be_stored() -> None:
    assert len(set(HOSTILE_TITLES)) >= 60
    for text in UNSTORABLE_TITLES:
        with pytest.raises(UnicodeEncodeError):
            text.encode()


@pytest.mark.parametrize("table", PUBLISHED_TABLES, ids=lambda table: table.name)
def test_parquet_is_the_table(made, table) -> None:
    warehouse, data = made
    path = data / "parquet" / f"{table.name}.parquet"
    found = duckdb.read_parquet(str(path).replace("[", "[[]"))
    stored = duckdb.connect(str(warehouse), read_only=True).table(table.name)
    assert (found.columns, found.types) == (stored.columns, stored.types)
    assert found.fetchall() == rows_of(warehouse, table)


def test_parquet_says_what_its_columns_mean(made) -> None:
    path = str(made[1] / "parquet" / "fct_video_month.parquet").replace("[", "[[]")
    said = {
        key.decode(): value.decode()
        for key, value in duckdb.sql(
            f"select key, value from parquet_kv_metadata('{path.replace(chr(39), chr(39) * 2)}')"
        ).fetchall()
    }
    table = BY_NAME["fct_video_month"]
    assert {f"column:{name}" for name in table.column_names} < set(said)
    assert said["column:title"] == table.column("title").description
    assert "模拟数据" in said["about"]


def _read_csv(path: Path) -> tuple[list[str], list[list[str | None]]]:
    """By the documented rules alone: an empty field is null, `""` an empty text."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    # The csv module can't tell null from empty: mark the quoted empty fields first.
    fields = re.sub(r'(?<![^,\n])""(?![^,\n])', '"\ue000"', text)
    csv.field_size_limit(10**7)
    head, *rows = csv.reader(io.StringIO(fields, newline=""))
    value = {"": None, "\ue000": ""}
    return head, [[value.get(cell, cell) for cell in row] for row in rows]


def _from_csv(kind: Type, cell: str | None) -> Any:
    if cell is None or kind in (Type.DATE, Type.TIMESTAMP):
        return cell
    return {
        Type.TEXT: unguarded,
        Type.INTEGER: int,
        Type.FLOAT: float,
        Type.BOOLEAN: {"true": True, "false": False}.__getitem__,
        Type.TEXT_LIST: json.loads,
    }[kind](cell)


@pytest.mark.parametrize("table", PUBLISHED_TABLES, ids=lambda table: table.name)
def test_csv_gives_back_the_table(made, table) -> None:
    warehouse, data = made
    head, rows = _read_csv(data / "csv" / f"{table.name}.csv")
    assert head == table.column_names
    kinds = [column.type for column in table.columns]
    found = [[_from_csv(*pair) for pair in zip(kinds, row, strict=True)] for row in rows]
    expected = [
        [
            f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
            if kind is Type.TIMESTAMP and value
            else value.isoformat()
            if kind is Type.DATE and value
            else value
            for kind, value in zip(kinds, row, strict=True)
        ]
        for row in rows_of(warehouse, table)
    ]
    assert found == expected


@pytest.mark.parametrize("name", ["fct_video_month", "dim_account", "category_engagement"])
def test_no_text_in_csv_is_a_formula(made, name: str) -> None:
    head, rows = _read_csv(made[1] / "csv" / f"{name}.csv")
    texts = [column.name for column in BY_NAME[name].columns if column.type is Type.TEXT]
    cells = [row[head.index(text)] for row in rows for text in texts]
    assert [cell for cell in cells if cell and FORMULA.search(cell)] == []
    assert any(cell.startswith("'=1+1") for cell in cells if cell)


@given(
    st.one_of(
        st.sampled_from(HOSTILE_TITLES),
        st.text(alphabet="'=+-@＝＠ \t\r\n\ufeff\u200b\0a;,", max_size=8),
        st.text(st.characters(codec="utf-8"), max_size=20),
    )
)
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    assert not FORMULA.search(guarded(text))
    assert unguarded(guarded(text)) == text
    if guarded(text) != text:
        assert guarded(text) == f"'{text}"


def test_sql_and_python_guard_the_same(made) -> None:
    """Every sign that there is, alone in front of a formula, as DuckDB and as Python see it."""
    head, rows = _read_csv(made[1] / "csv" / "fct_video_month.csv")
    stored = rows_of(made[0], BY_NAME["fct_video_month"])
    at = head.index("title")
    pairs = [(row[at], old[at]) for row, old in zip(rows, stored, strict=True) if old[at]]
    assert all(new == guarded(old) for new, old in pairs)
    letters = [chr(code) for code in range(1, 0x3100)] + ["\ufeff", "＝", "﹦"]
    [(found,)] = duckdb.execute(
        "select list_filter($1, lambda letter: regexp_matches(letter || '=1', $2))",
        [letters, csv_format._SQL_PATTERN],
    ).fetchall()
    assert found == [letter for letter in letters if guarded(f"{letter}=1") != f"{letter}=1"]


def test_only_the_months_and_tables_asked_for(made, tmp_path: Path) -> None:
    paths = write_formats(
        made[0], tmp_path, ["csv"], about(), ["fct_video_month", "dim_account"], [date(2023, 9, 1)]
    )
    assert [path.name for path in paths] == ["fct_video_month.csv", "dim_account.csv", "README.txt"]
    _, rows = _read_csv(paths[0])
    assert {row[0] for row in rows} == {"2023-09-01"}
    assert len(_read_csv(paths[1])[1]) == len(HOSTILE_TITLES)
    assert not list(tmp_path.glob(".*"))


def test_beside_the_csv_lies_what_they_cannot_say_themselves(made) -> None:
    """Most tables have no column of the origin, and no file but this one names the rules."""
    text = (made[1] / "csv" / "README.txt").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    said = text.decode("utf-8-sig")
    assert "Simulated data, not observations." in said
    assert "0f1e2d3c" in said
    assert "Take one apostrophe away" in said
    assert all(loss.en in said for loss in csv_format.LOSSES)


def test_unknown_tables_and_months_are_refused(made, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no table 'videos': it has dim_account, "):
        write_formats(made[0], tmp_path, ["csv"], about(), ["videos"])
    with pytest.raises(UserError, match=r"no month 2022-01: it has 2023-09, 2023-10\."):
        write_formats(made[0], tmp_path, ["csv"], about(), [], [date(2022, 1, 1)])


def test_a_release_from_before_a_table_and_a_column_is_written_as_it_is(tmp_path: Path) -> None:
    old = build(tmp_path / "old.duckdb", HOSTILE_TITLES[:3])
    with duckdb.connect(str(old)) as connection:
        connection.execute("drop table lorenz_curve")
        connection.execute("alter table dim_account drop column eligibility_reason")
    paths = write_formats(old, tmp_path, ["csv"], about())
    assert len(paths) == len(PUBLISHED_TABLES) - 1 + len(["README.txt"])
    head, _ = _read_csv(tmp_path / "data" / "csv" / "dim_account.csv")
    assert head == [name for name in BY_NAME["dim_account"].column_names if "reason" not in name
                    or name == "verification_reason"]  # fmt: skip


@pytest.mark.parametrize("order", ["random()", "crawl_month, account_id, video_id"])
def test_rows_are_in_the_order_of_the_key_however_they_lie(tmp_path: Path, order: str) -> None:
    warehouse = build(tmp_path / "w.duckdb", HOSTILE_TITLES[:50])
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"create table other as from fct_video_month order by {order}")
        connection.execute("drop table fct_video_month")
        connection.execute("alter table other rename to fct_video_month")
    path, _ = write_formats(warehouse, tmp_path, ["csv"], about(), ["fct_video_month"])
    keys = [row[:3] for row in _read_csv(path)[1]]
    assert len(keys) == 50
    assert keys == sorted(keys)


def test_a_full_disk_is_told_by_its_number() -> None:
    with pytest.raises(OSError, match="No space left") as told, errors_of_the_disk():
        duckdb.sql("copy (select repeat('x', 100) from range(1000000)) to '/dev/full' (format csv)")
    assert told.value.errno == errno.ENOSPC


@pytest.mark.parametrize("module", [csv_format, xlsx, spss, stata], ids=lambda m: m.__name__)
def test_the_document_lists_every_loss(module: Any) -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    for loss in module.LOSSES:
        assert f"| `{loss.code}` | {loss.zh} | {loss.en} |" in text
