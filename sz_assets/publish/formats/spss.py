"""SPSS: a `.sav` file per table, with labels of variables and values.

Here: what SPSS allows, and what is lost. Not here: the writing (`publish.formats.statistics`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sz_assets.publish.formats.source import Loss, Source
from sz_assets.publish.formats.statistics import LOSSES as COMMON
from sz_assets.publish.formats.statistics import Program, write_statistics

if TYPE_CHECKING:
    import polars as pl

TEXT_BYTES = 32_767
_RESERVED = "all and by eq ge gt le lt ne not or to with"
LOSSES = (
    *COMMON,
    Loss(
        "long_text",
        "超过 32,767 字节的文本被截断。",
        "A text is cut after 32,767 bytes.",
    ),
    Loss(
        "trailing_space",
        "文本末尾的空格丢失：SPSS 用空格补齐文本。",
        "Spaces at a text's end are lost: SPSS fills texts up with them.",
    ),
    Loss(
        "time",
        "时间精确到约百分之一毫秒。",
        "Times are exact to about a hundredth of a millisecond.",
    ),
    Loss(
        "label",
        "变量标签截至 120 字节，文件标签截至 60 字节；全文见数据字典。",
        "Labels are cut after 120 bytes, the file's after 60: the dictionary has all of them.",
    ),
)


def _write(frame: pl.DataFrame, path: str, **labels: Any) -> None:
    import pyreadstat

    pyreadstat.write_sav(frame, path, row_compress=True, **labels)


def _read(path: Path) -> pl.DataFrame:
    import pyreadstat

    frame, _ = pyreadstat.read_sav(str(path), output_format="polars")
    return frame  # type: ignore[no-any-return]


SPSS = Program(
    folder="spss",
    suffix="sav",
    name_length=64,
    reserved=frozenset(_RESERVED.split()),
    label_bytes=120,
    text_bytes=TEXT_BYTES,
    largest_number=1.7e308,
    labels_texts=True,
    write=_write,
    read=_read,
)


def write_spss(source: Source, data: Path) -> list[Path]:
    """Write `spss/<table>.sav` and `spss/names.csv` under `data`."""
    return write_statistics(source, data, SPSS)
