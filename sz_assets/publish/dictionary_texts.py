"""The dictionary as plain text: CSV for programs, Markdown for readers.

Here: writing entries line by line. Not here: what an entry says (`dictionary_entries`).
"""

from __future__ import annotations

import csv
import io

from sz_assets.charts.context import SIMULATED_MARK, Bilingual
from sz_assets.publish import dictionary_words as words
from sz_assets.publish.dictionary_entries import ColumnEntry, TableEntry, entries
from sz_assets.publish.queries import Query

CSV_COLUMNS = (
    "table", "column", "position", "type", "unit", "nullable", "key", "references",
    "description_en", "description_zh", "rules",
)  # fmt: skip


def csv_text(tables: list[TableEntry]) -> str:
    """One line per column of each table; the first line names the columns of the file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for table in tables:
        for entry in table.columns:
            column = entry.column
            writer.writerow(
                (
                    table.name,
                    column.name,
                    entry.position,
                    entry.type,
                    column.unit or "",
                    "yes" if column.nullable else "no",
                    "yes" if entry.is_key else "no",
                    "; ".join(entry.targets),
                    entry.description.en,
                    entry.description.zh,
                    "; ".join(rule.en for rule in entry.rules),
                )
            )
    return out.getvalue()


def markdown(
    title: Bilingual, tables: list[TableEntry], queries: list[Query], note: Bilingual | None
) -> str:
    """The dictionary as Markdown, in both languages."""
    lines = [f"# {title.zh}", "", title.en, ""]
    if note:
        lines += [f"> **{SIMULATED_MARK}** {note.zh} {note.en}", ""]
    for table in tables:
        lines += [f"## {table.name}", "", table.description.zh, "", table.description.en, ""]
        lines += [f"- 粒度 Grain: {table.grain.zh} {table.grain.en}"]
        lines += [f"- 层 Layer: {table.layer.zh} {table.layer.en}"]
        lines += [f"- 主键 Key: {', '.join(f'`{name}`' for name in table.table.key)}"]
        lines += [f"- 引用 References: `{reference}`" for reference in table.references]
        lines += [f"- 规则 Rule: {_twice(rule)}" for rule in table.rules]
        lines += [
            "",
            "| 列 Column | 类型 Type | 单位 Unit | 空值 Null | 说明 Description | 规则 Rules |",
        ]
        lines += ["|---|---|---|---|---|---|"]
        lines += [_markdown_row(entry) for entry in table.columns]
        lines += [""]
    lines += ["## 查询示例 Example queries", ""]
    for query in queries:
        lines += [
            f"### {query.question.zh} {query.question.en}",
            "",
            "```sql",
            query.sql,
            "```",
            "",
        ]
    return "\n".join(lines)


def _markdown_row(entry: ColumnEntry) -> str:
    cells = (
        f"`{entry.column.name}`" + (" 🔑" if entry.is_key else ""),
        entry.type,
        _twice(entry.unit) if entry.unit else "—",
        "可 yes" if entry.column.nullable else "否 no",
        _twice(entry.description),
        "; ".join(_twice(rule) for rule in entry.rules) or "—",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _twice(text: Bilingual) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def summary_markdown() -> str:
    """The dictionary in under 1,000 characters of Markdown: its tables by layer."""
    tables = entries()
    lines = [f"{len(tables)} tables, {sum(len(table.columns) for table in tables)} columns.", ""]
    for layer, name in words.LAYERS.items():
        names = ", ".join(f"`{table.name}`" for table in tables if table.table.layer == layer)
        lines.append(f"- **{name.zh} {name.en}**: {names}")
    return "\n".join(lines)
