"""What SPSS and Stata have in common: names, labels, and values that both can hold.

Here: preparing a frame and its labels, and making sure that the file is whole. Not here: what each
program allows (`publish.formats.spss`, `publish.formats.stata`).
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sz_assets.contracts.table import Column, Table, Type
from sz_assets.publish.formats.source import Loss, Source, described

if TYPE_CHECKING:
    import polars as pl

    from sz_assets.study import Study

LOSSES = (
    Loss(
        "empty_text",
        "文本的缺失值与空文本不可区分：两者都是空。",
        "A missing text and an empty one are the same: empty.",
    ),
    Loss(
        "nul",
        "文本中的 NUL 字符写作 ␀(U+2400)。",
        "The character NUL within a text becomes ␀ (U+2400).",
    ),
    Loss(
        "big_integer",
        "大于 2^53 的整数只保留约 16 位有效数字（编号是文本，不受影响）。",
        "Whole numbers above 2^53 keep about 16 digits (ids are text and keep all).",
    ),
    Loss(
        "not_a_number",
        "NaN 与无穷大成为系统缺失值。",
        "NaN and infinity become system-missing.",
    ),
    Loss("list", "列表写作 JSON 文本。", "Lists are JSON text."),
    Loss("boolean", "布尔值写作 0 和 1,并带值标签。", "Booleans are 0 and 1 with value labels."),
    Loss(
        "name",
        "程序不允许的变量名被替换，见 names.csv。",
        "Names that the program does not allow are replaced: see names.csv.",
    ),
)
_NEARLY_NOTHING = 1 << 20
_WEEKDAYS = (
    "星期一 Monday", "星期二 Tuesday", "星期三 Wednesday", "星期四 Thursday", "星期五 Friday",
    "星期六 Saturday", "星期日 Sunday",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """What a program allows: names, how long they and labels are, texts, numbers.

    `text_bytes` None: any length. `write(frame, path, labels…)` writes one file; `read(path)`
    reads its rows.
    """

    folder: str
    suffix: str
    name_length: int
    reserved: Collection[str]
    label_bytes: int
    text_bytes: int | None
    largest_number: float
    labels_texts: bool
    write: Callable[..., None]
    read: Callable[[Path], pl.DataFrame]


def allowed_names(names: Sequence[str], program: Program) -> dict[str, str]:
    """For each name the one that the program allows, all of them different whatever their case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
        if not plain[:1].isalpha():
            plain = f"v_{plain}"
        if plain.lower() in program.reserved or plain != name or len(plain) > program.name_length:
            plain = plain[: program.name_length - 1].rstrip("_") + "_"
            # SPSS wants no underscore at the end, and a number makes it the column's own.
            plain = f"{plain[: program.name_length - 4]}{len(found) + 1}"
        while plain.lower() in taken:
            plain = f"{plain[: program.name_length - 2]}_x"
        taken.add(plain.lower())
        found[name] = plain
    return found


def cut_to_bytes(text: str, most: int) -> str:
    """The beginning of a text that fits into so many bytes of UTF-8, without half a character."""
    return text.encode()[:most].decode(errors="ignore")


def value_labels(column: Column, study: Study, program: Program) -> dict[Any, str]:
    """What the values of a column are called, where the study or the week has names for them."""
    if column.type is Type.BOOLEAN:
        return {0: "否 no", 1: "是 yes"}
    if column.name == "weekday":
        return {number: name for number, name in enumerate(_WEEKDAYS, 1)}
    if not program.labels_texts:
        return {}
    named: list[tuple[str, Any]] = []
    if column.name in ("account_id", "exemplar_account_id"):
        named = [(account.id, account.name) for account in study.accounts]
    elif column.name == "primary_category":
        named = [(primary.id, primary.name) for primary in study.codebook.primary]
    elif column.name == "secondary_category":
        named = [(second.id, second.name) for _, second in study.codebook.secondary]
    return {id_: cut_to_bytes(f"{name.zh} {name.en}", program.label_bytes) for id_, name in named}


def prepared(frame: pl.DataFrame, program: Program) -> pl.DataFrame:
    """The frame with values that the program can hold, of the losses listed here."""
    import polars as pl
    import polars.selectors as cs

    def fitting(text: str) -> str:
        whole = program.text_bytes is None or len(text) * 4 <= program.text_bytes
        return text if whole else cut_to_bytes(text, program.text_bytes or 0)

    text = cs.string().fill_null("").str.replace_all("\0", "␀", literal=True)
    numbers = cs.float().is_finite() & (cs.float().abs() <= program.largest_number)
    frame = frame.with_columns(
        text,
        pl.when(numbers).then(cs.float()),
        cs.integer().cast(pl.Float64),
    )
    if program.text_bytes is None:
        return frame
    return frame.with_columns(
        pl.col(name).map_elements(fitting, return_dtype=pl.String)
        for name, kind in frame.schema.items()
        if kind == pl.String and (frame[name].str.len_bytes() > program.text_bytes).any()
    )


def write_statistics(source: Source, data: Path, program: Program) -> list[Path]:
    """Write a file per table, and `names.csv` with table, column and variable of each column.

    OSError if the disk refuses, or if a file does not hold all rows when it is read back: the
    library that writes it is often silent about a full disk.
    """
    folder = data / program.folder
    folder.mkdir(parents=True)
    paths, names = [], ["table,column,variable"]
    for table in source.tables:
        path = folder / f"{table.name}.{program.suffix}"
        source.note(path.name)
        frame = prepared(source.frame(table), program)
        variables = allowed_names(table.column_names, program)
        _write(frame.rename(variables), path, table, variables, source, program)
        names += [f"{table.name},{column},{name}" for column, name in variables.items()]
        paths.append(path)
    listed = folder / "names.csv"
    listed.write_text("\n".join([*names, ""]), encoding="utf-8-sig")
    return [*paths, listed]


def _write(
    frame: pl.DataFrame,
    path: Path,
    table: Table,
    variables: dict[str, str],
    source: Source,
    program: Program,
) -> None:
    from pyreadstat import PyreadstatError, ReadstatError

    labels = {
        variables[column.name]: cut_to_bytes(described(column), program.label_bytes)
        for column in table.columns
    }
    values = {
        variables[column.name]: found
        for column in table.columns
        if (found := value_labels(column, source.about.study, program))
    }
    mark = "模拟数据 Simulated data: " if source.about.simulated else ""
    said = cut_to_bytes(f"{mark}{table.description}", 60)
    try:
        program.write(
            frame,
            str(path),
            file_label=said,
            column_labels=labels,
            variable_value_labels=values,
        )
    except ReadstatError as error:
        if "write" not in str(error):
            raise
        # The library does not say what the disk said.
        is_full = shutil.disk_usage(path.parent).free < _NEARLY_NOTHING
        number = errno.ENOSPC if is_full else errno.EIO
        raise OSError(number, f"{path.name} is not whole ({error})") from error
    try:
        stored = program.read(path)
    except (PyreadstatError, ReadstatError) as error:
        raise OSError(errno.EIO, f"{path.name} is not whole ({error})") from error
    if frame.height and stored.height != frame.height:
        raise OSError(errno.EIO, f"{path.name} is not whole")
