"""Stata: a `.dta` file per table (format 118, UTF-8), with labels of variables and of numbers.

Here: what Stata allows, and what is lost. Not here: the writing (`publish.formats.statistics`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sz_assets.publish.formats.source import Loss, Source
from sz_assets.publish.formats.statistics import LOSSES as COMMON
from sz_assets.publish.formats.statistics import Program, write_statistics

if TYPE_CHECKING:
    import polars as pl

# The library's name of format 118, which Stata 14 and later read.
_VERSION = 15
_RESERVED = (
    "_all _b _coef _cons _n _pi _pred _rc _skip aggregate array boolean break byte case catch "
    "class colvector complex const continue default delegate delete do double else eltypedef end "
    "enum explicit export external float for friend function global goto if in inline int local "
    "long mata matrix namespace new numeric null operator orgtypedef pointer polymorphic pragma "
    "private protected quad real return rowvector scalar short signed static strl string struct "
    "super switch template this throw transmorphic try typedef typename union unsigned using "
    "vector version virtual void volatile while with"
)
LOSSES = (
    *COMMON,
    Loss(
        "time",
        "时间精确到毫秒。",
        "Times are exact to the millisecond.",
    ),
    Loss(
        "label",
        "变量标签截至 80 字节；全文见数据字典。",
        "Labels are cut after 80 bytes: the dictionary has all of them.",
    ),
    Loss(
        "text_label",
        "Stata 只给数值加值标签：账号与类别的名称见 dim_account 与编码表。",
        "Stata labels numbers alone: for names see dim_account and the codebook.",
    ),
    Loss(
        "large_number",
        "绝对值大于 8.9e307 的数成为系统缺失值。",
        "Numbers beyond 8.9e307 become system-missing.",
    ),
)


def _write(frame: pl.DataFrame, path: str, **labels: Any) -> None:
    import pyreadstat

    pyreadstat.write_dta(frame, path, version=_VERSION, **labels)


def _read(path: Path) -> pl.DataFrame:
    import pyreadstat

    frame, _ = pyreadstat.read_dta(str(path), output_format="polars")
    return frame  # type: ignore[no-any-return]


STATA = Program(
    folder="stata",
    suffix="dta",
    name_length=32,
    reserved=frozenset(_RESERVED.split()) | {f"str{number}" for number in range(1, 2046)},
    label_bytes=80,
    text_bytes=None,
    largest_number=8.9e307,
    labels_texts=False,
    write=_write,
    read=_read,
)


def write_stata(source: Source, data: Path) -> list[Path]:
    """Write `stata/<table>.dta` and `stata/names.csv` under `data`."""
    return write_statistics(source, data, STATA)
