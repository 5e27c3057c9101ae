"""CSV for spreadsheets and for everything that reads nothing better.

Here: how a value is written, and the rule that keeps a text from being a formula. Not here: which
rows (`publish.formats.source`).

UTF-8 with a byte order mark, a header, commas, line feeds. Null is an empty field, an empty text
is `""`. Times are UTC and end in Z; lists are JSON. A text that a spreadsheet could take for
a formula gets an apostrophe in front: that is every text which, after any apostrophes, begins with
a tab or a line's end, or with a sign of `=+-@` (full width as well) behind any blanks. A text that
has such an apostrophe already gets one more, so taking the first one away from every text that the
same pattern matches gives back what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from sz_assets.contracts.sql import literal, quoted
from sz_assets.contracts.table import Column, Table, Type
from sz_assets.publish.about import About
from sz_assets.publish.formats.source import Loss, Source

# Code points that programs skip, or don't show, before they look for a formula.
_BLANKS = (
    (0x00, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200F),
    (0x2028, 0x202F), (0x205F, 0x206F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
# Texts between these need no look at the pattern, which would take a fifth of all time: DuckDB
# compares by code points, and no blank or sign lies between digits and `:`, from `A` to `z`, or
# among the Chinese characters.
_HARMLESS = (("0", "="), ("A", "{"), ("\u4e00", "\ua000"))
# Excel takes a file for UTF-8 only with a byte order mark; it stands before the first name.
_MARK = "\ufeff"
_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫"
LOSSES = (
    Loss(
        "types",
        "所有值都是文本：类型见数据字典；长数字编号在表格软件里请按文本导入。",
        "Every value is text: the dictionary names its type; import long ids as text.",
    ),
    Loss(
        "apostrophe",
        "可能被当作公式的文本前加了一个撇号；规则可逆，见同处的 README.txt。",
        "A text that could be taken for a formula has an apostrophe in front; README.txt beside it "
        "says how to undo it.",
    ),
    Loss(
        "separator",
        "分隔符是逗号：用分号分隔的区域设置打开时，请用“导入”并选择逗号。",
        "The separator is a comma: where the system's is a semicolon, import and choose the comma.",
    ),
)


README = "README.txt"
# What must be known to read the files; also said in the bundle.
HOW = """\
- 缺失为空字段，空文本为 `""`。Missing is an empty field, an empty text is `""`.
- 时间为 UTC，以 Z 结尾。Times are UTC and end in Z. 列表为 JSON。Lists are JSON.
- 可能被当作公式的文本前加撇号。A text that could be taken for a formula has an apostrophe in front:
  any text that, after any apostrophes, begins with a tab or line's end, or with `=`, `+`, `-` or
  `@` (full width as well) behind any blanks. Take one apostrophe away from each of them to get the
  text back.
"""


def _pattern(code_point: str) -> str:
    blanks = "".join(
        f"{code_point.format(first)}-{code_point.format(last)}" for first, last in _BLANKS
    )
    return rf"^'*(?:[\t\r\n]|[{blanks}]*[{_SIGNS}])"


# The same pattern as DuckDB and as Python write a code point.
_SQL_PATTERN = _pattern(r"\x{{{:X}}}")
_GUARDED = re.compile(_pattern(r"\U{:08X}"))


def guarded(text: str) -> str:
    """The text as it stands in a CSV file of ours."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def _expression(names: Mapping[str, str], column: Column) -> str:
    name = quoted(names.get(column.name, column.name))
    value = quoted(column.name)
    if column.type is Type.TEXT_LIST:
        return f"to_json({value})::varchar as {name}"
    if column.type is Type.TEXT:
        harmless = " or ".join(
            f"({value} >= {literal(first)} and {value} < {literal(end)})"
            for first, end in _HARMLESS
        )
        return (
            f"case when {harmless} then {value} "
            f"when regexp_matches({value}, {literal(_SQL_PATTERN)}) "
            f"then '''' || {value} else {value} end as {name}"
        )
    return f"{value} as {name}"


def write_csv(source: Source, data: Path) -> list[Path]:
    """Write `csv/<table>.csv` under `data`, one file per table, and how to read them beside them.

    Most tables have no column that says where the data come from: the file beside them does.
    """
    folder = data / "csv"
    folder.mkdir(parents=True)
    paths = []
    for table in source.tables:
        path, continued = folder / f"{table.name}.csv", source.continued
        if not (continued and continued.write(table.name, path, partial(_write, source, table))):
            _write(source, table, path)
        paths.append(path)
    told = folder / README
    told.write_text(_readme(source.about), encoding="utf-8-sig", newline="\r\n")
    return [*paths, told]


def _write(source: Source, table: Table, path: Path, since: str = "") -> None:
    """Write header and rows; with `since` the rows from that month on, without a header."""
    names = {table.columns[0].name: f"{_MARK}{table.columns[0].name}"}
    query = source.query(table, partial(_expression, names), since)
    source.connection.execute(
        f"copy ({query}) to {literal(str(path))} (format csv, header {not since}, "
        "timestampformat '%Y-%m-%dT%H:%M:%S.%fZ')"
    )


def _readme(about: About) -> str:
    facts = "".join(f"- {what}: {value}\n" for what, value in about.facts())
    losses = "".join(f"- {loss.zh} {loss.en}\n" for loss in LOSSES)
    note = f"{about.simulated}\n\n" if about.simulated else ""
    return f"{about.title}\n\n{note}{facts}\n{HOW}\n{losses}"
