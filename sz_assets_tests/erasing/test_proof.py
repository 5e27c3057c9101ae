"""The prover finds a text in every format that a home may hold, and says what it can't open."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import polars as pl
import pyarrow as pa
import pyreadstat
import pytest

from sz_assets.crawl.journal import Header, Journal, Record
from sz_assets.erasing.finding import ACCOUNT_ID, NAME, TITLE
from sz_assets.erasing.proof import Hit, Proof, prove
from sz_assets.errors import UserError

SECRET = "红树湾水务局"
LONG = f"今天{SECRET}在红树湾清理河道，欢迎大家来看 " + "x" * 5_000
WANTED = {SECRET: NAME, "第一次巡河": TITLE}


def parquet(path: Path, **columns: Any) -> None:
    pl.DataFrame(columns).write_parquet(path, compression="zstd")


def a_duckdb(path: Path, *statements: str) -> None:
    with closing(duckdb.connect(str(path))) as connection:
        for statement in statements:
            connection.execute(statement)


def sqlite(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table t (a text, b blob)")
        connection.execute("insert into t values (?, ?)", (text, None))


def sheet(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = SECRET
    book.save(path)


def zipped(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def within(write: Callable[[Path], None], suffix: str = "") -> Callable[[Path], None]:
    """The same file inside a zip inside a gzip."""

    def pack(path: Path) -> None:
        inner = path.with_name("inner" + suffix)
        write(inner)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(inner)
        inner.unlink()
        path.write_bytes(gzip.compress(held.getvalue()))

    return pack


def journal(path: Path) -> None:
    day = date(2024, 3, 1)
    made = Journal(
        path,
        header=Header(
            crawl_month=day, account_id="one", attempt_id="1", platform="douyin",
            data_origin="simulated", plan="", started_at=datetime(2024, 3, 1, tzinfo=UTC),
        ),
    )  # fmt: skip
    made.append(Record("account_pages", {"body": gzip.compress(SECRET.encode()), "url": "x"}))
    made.close()


def arrow_zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def statistics(write: Any) -> Callable[[Path], None]:
    import pandas as pd

    return lambda path: write(pd.DataFrame({"n": [1.0], "t": [SECRET * 3]}), str(path))


def labelled(path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"n": [1.0] * 9})
    pyreadstat.write_sav(
        frame, str(path), variable_value_labels={"n": {1.0: SECRET}}, row_compress=True
    )


FILES: dict[str, Callable[[Path], Any]] = {
    "plain.txt": lambda path: path.write_text(LONG, encoding="utf-8"),
    "escaped.json": lambda path: path.write_text(json.dumps({"a": LONG})),
    "picture.png": lambda path: path.write_bytes(b"\x89PNG\r\n" + SECRET.encode() + b"\0"),
    "text.parquet": lambda path: parquet(path, a=["x", LONG]),
    "list.parquet": lambda path: parquet(path, a=[["x"], [LONG]]),
    "struct.parquet": lambda path: parquet(path, a=[{"b": [{"c": LONG}]}]),
    "categorical.parquet": lambda path: parquet(path, a=pl.Series([LONG], dtype=pl.Categorical)),
    "bytes.parquet": lambda path: parquet(path, a=[b"x", LONG.encode()]),
    "gzip_in.parquet": lambda path: parquet(path, a=[b"x", gzip.compress(LONG.encode())]),
    "zstd_in.parquet": lambda path: parquet(path, a=[[b"x", arrow_zstd(LONG.encode())]]),
    "rows.duckdb": lambda path: a_duckdb(
        path, f"create table t as select '{LONG}' || i as a from range(5000) r(i)"
    ),
    "nested.duckdb": lambda path: a_duckdb(
        path, f"create table t as select [{{'b': '{LONG}'}}] as a from range(5000)"
    ),
    "blob.duckdb": lambda path: a_duckdb(
        path, "create table t (a blob)", f"insert into t select encode('{LONG}') from range(5000)"
    ),
    "schema.duckdb": lambda path: a_duckdb(
        path, "create schema s", "create table s.t (a int)", f"comment on column s.t.a is '{LONG}'"
    ),
    "kinds.duckdb": lambda path: a_duckdb(
        path, f"create type k as enum ('{SECRET}')", "create table t (a k)"
    ),
    "long.db": lambda path: sqlite(path, "y" * 4_000 + LONG),
    "sheet.xlsx": sheet,
    "members.qdpx": lambda path: zipped(path, a=b"x", b=LONG.encode()),
    "names.zip": lambda path: zipped(path, **{SECRET: b"x"}),
    "texts.npz": lambda path: np.savez_compressed(path, a=np.array(["x", SECRET])),
    "texts.npy": lambda path: np.save(path, np.array([SECRET])),
    "spss.sav": statistics(pyreadstat.write_sav),
    "stata.dta": statistics(pyreadstat.write_dta),
    "labels.sav": labelled,
    "packed.gz": lambda path: path.write_bytes(gzip.compress(LONG.encode())),
    "packed.bz2": lambda path: path.write_bytes(bz2.compress(LONG.encode())),
    "packed.xz": lambda path: path.write_bytes(lzma.compress(LONG.encode())),
    "packed.zst": lambda path: path.write_bytes(arrow_zstd(LONG.encode())),
    "left.journal": journal,
    "duckdb_in.bin": within(lambda path: a_duckdb(path, f"create table t as select '{LONG}' a")),
    "sqlite_in.bin": within(lambda path: sqlite(path, LONG)),
    "parquet_in.bin": within(lambda path: parquet(path, a=[LONG])),
    "spss_in.bin": within(statistics(pyreadstat.write_sav), ".sav"),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_found_in_every_format(tmp_path: Path, name: str) -> None:
    (tmp_path / "home").mkdir()
    FILES[name](tmp_path / "home" / name)
    found = prove(tmp_path / "home", WANTED)
    assert found.file_count == 1
    assert {hit.kind for hit in found.hits} == {NAME}
    assert {hit.place.split(" ")[0] for hit in found.hits} == {name}
    # The same file without it has none: what is found is not the format.
    assert prove(tmp_path / "home", {"蛇口海港卫队": NAME}).hits == ()


def test_bytes_of_packed_files_alone_would_not_do(tmp_path: Path) -> None:
    """Most of these formats hide the text, so each must be opened."""
    hidden = []
    for name, write in FILES.items():
        write(tmp_path / name)
        if SECRET.encode() not in (tmp_path / name).read_bytes():
            hidden.append(name)
    assert len(hidden) >= 12
    assert {"gzip_in.parquet", "rows.duckdb", "sheet.xlsx", "texts.npz"} <= {*hidden}


def test_names_of_files_and_folders_and_links_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / f"of-{SECRET}.txt").write_text("x")
    (tmp_path / SECRET).mkdir()
    (tmp_path / "link").symlink_to(f"elsewhere/{SECRET}")
    assert [hit.place for hit in prove(tmp_path, WANTED).hits] == [
        "the link link", f"the name of of-{SECRET}.txt", f"the name of {SECRET}",
    ]  # fmt: skip


@pytest.mark.parametrize("shift", [0, 1, 7, 17, 18, 5_000])
def test_what_lies_across_pieces_is_found_once(tmp_path: Path, shift: int) -> None:
    size = 1024**2
    content = b"\n" * (size - shift) + SECRET.encode() + b"\n" * size + "第一次巡河".encode()
    (tmp_path / "big.txt").write_bytes(content + b"\n" * (3 * size))
    assert prove(tmp_path, WANTED) == Proof(
        1, len(content) + 3 * size, (Hit("big.txt", NAME, 1), Hit("big.txt", TITLE, 1))
    )


def test_a_longer_word_across_pieces_is_still_another_word(tmp_path: Path) -> None:
    for shift in range(8):
        longer = b"\n" * (1024**2 - 8 + shift) + b"nanshan_shenzhen_swat"
        (tmp_path / f"{shift}.txt").write_bytes(longer + b"\n" * 1024**2)
    assert prove(tmp_path, {"shenzhen_swat": ACCOUNT_ID}).hits == ()


def test_files_that_are_the_same_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SECRET, encoding="utf-8")
    os.link(tmp_path / "a.txt", tmp_path / "b.txt")
    assert prove(tmp_path, WANTED) == Proof(2, 18, (Hit("a.txt", NAME, 1),))


def test_the_plan_of_the_erasure_itself_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "erasing.json").write_text(SECRET, encoding="utf-8")
    assert prove(tmp_path, WANTED, ignored={tmp_path / "erasing.json"}) == Proof(0, 0, ())


DAMAGED = {
    "damaged.parquet": b"PAR1 and nothing",
    "damaged.db": b"SQLite format 3\0" + b"x" * 100,
    "damaged.duckdb": b"x" * 8 + b"DUCK" + b"x" * 100,
    "damaged.xlsx": b"PK\x03\x04 and nothing",
    "damaged.gz": gzip.compress(b"x" * 10_000)[:-9],
    "damaged.npy": b"\x93NUMPY and nothing",
    "damaged.sav": b"$FL2 and nothing",
    "closed.7z": b"7z\xbc\xaf\x27\x1c and more",
    "objects.pickle": b"\x80\x04\x95 and more",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_can_not_be_opened_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(DAMAGED[name])
    with pytest.raises(UserError, match=rf"{name} can't be looked into \(.+\): mend or remove it"):
        prove(tmp_path, WANTED)


def test_endless_packing_is_refused(tmp_path: Path) -> None:
    content = SECRET.encode()
    for _ in range(9):
        content = gzip.compress(content)
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(UserError, match="too many files within files"):
        prove(tmp_path, WANTED)


def test_a_proof_says_what_it_read_and_found() -> None:
    assert Proof(3, 2_000_000, ()).line() == (
        "3 files (2.0 MB) were read: nothing of the account is in any of them."
    )
    hits = (Hit("a", NAME, 2), Hit("b", NAME, 1), Hit("b", TITLE, 1_000))
    assert Proof(3, 0, hits).line() == (
        "3 files (0.0 MB) were read: found were name 3 times, title 1,000 times, first in a."
    )


def test_progress_is_told(tmp_path: Path) -> None:
    for number in range(401):
        (tmp_path / str(number)).write_text("x")
    said: list[str] = []
    assert prove(tmp_path, WANTED, told=said.append).hits == ()
    assert [sentence.split(" (")[0] for sentence in said] == ["200 files", "400 files"]
