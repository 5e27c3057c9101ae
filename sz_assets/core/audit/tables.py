"""Whether a printed table has each of its rows once and in its place.

Here: repeated, conflicting, missing and shifted rows. Not here: the names in them (`names`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sz_assets.core.audit.finding import Finding
from sz_assets.study import Name, Study
from sz_assets.study_published import PrintedTable


def check_tables(study: Study) -> Iterator[Finding]:
    """Rows printed twice, printed differently, left out, or under another category's group."""
    for table in study.published.tables if study.published else ():
        yield from _repeated(table)
        if table.lists == "accounts":
            yield from _conflicting(table)
        if table.complete:
            yield from _missing(table, _listed(table, study))
        if table.lists == "categories":
            yield from _shifted(table, study)


def _listed(table: PrintedTable, study: Study) -> dict[str, Name]:
    if table.lists == "accounts":
        return {account.id: account.name for account in study.accounts}
    return {second.id: second.name for _, second in study.codebook.secondary}


def _repeated(table: PrintedTable) -> Iterator[Finding]:
    times = Counter((row.of, row.label, row.cells) for row in table.rows)
    repeated = [(key[1], count) for key, count in times.items() if count > 1]
    if not repeated:
        return
    more = sum(count - 1 for _, count in repeated)
    names = ", ".join(f"{label} ({count} times)" for label, count in repeated)
    names_zh = "、".join(f"{label}（{count} 次）" for label, count in repeated)
    yield Finding(
        rule="repeated_rows",
        subject=table.id,
        severity="contradictory",
        section=table.section,
        en=f"{table.name.en} prints rows more than once: {names}.",
        zh=f"{table.name.zh}重复印出了一些行：{names_zh}。",
        arithmetic=f"{len(table.rows)} rows − {more} repeated = {len(table.rows) - more} "
        "different rows",
        suggestion=f"{more} of the rows may stand in the place of those that are missing.",
    )


def _conflicting(table: PrintedTable) -> Iterator[Finding]:
    cells: dict[str, set[tuple[str, ...]]] = {}
    for row in table.rows:
        if row.of is not None:
            cells.setdefault(row.of, set()).add(row.cells)
    for of, versions in cells.items():
        if len(versions) < 2:
            continue
        told = " / ".join(sorted(", ".join(version) for version in versions))
        label = next(row.label for row in table.rows if row.of == of)
        yield Finding(
            rule="conflicting_rows",
            subject=f"{table.id}_{of}",
            severity="contradictory",
            section=table.section,
            en=f"{table.name.en} describes {label} in {len(versions)} ways.",
            zh=f"{table.name.zh}对{label}有 {len(versions)} 种不同的描述。",
            arithmetic=told,
        )


def _missing(table: PrintedTable, listed: dict[str, Name]) -> Iterator[Finding]:
    described = {row.of for row in table.rows if row.of is not None}
    missing = [name for key, name in listed.items() if key not in described]
    if not missing:
        return
    unknown = [row.label for row in table.rows if row.of is None]
    here = len(described & set(listed))
    yield Finding(
        rule="missing_rows",
        subject=table.id,
        severity="contradictory",
        section=table.section,
        en=f"{table.name.en} leaves out {', '.join(name.en for name in missing)}.",
        zh=f"{table.name.zh}缺少：{'、'.join(name.zh for name in missing)}。",
        arithmetic=f"{len(listed)} {table.lists} − {here} described = {len(missing)} missing "
        f"({len(table.rows)} rows are printed)",
        suggestion=f"They may be meant by {', '.join(unknown)}." if unknown else None,
    )


def _shifted(table: PrintedTable, study: Study) -> Iterator[Finding]:
    primary_of = {second.id: primary for primary, second in study.codebook.secondary}
    groups = {primary.id: primary for primary in study.codebook.primary}
    for index, row in enumerate(table.rows):
        if row.of is None or row.group is None:
            continue
        own = primary_of[row.of]
        if own.id == row.group:
            continue
        printed = groups[row.group]
        place = index + 1
        size = sum(other.group == own.id for other in table.rows)
        belonging = sum(
            other.of is not None and primary_of[other.of].id == own.id for other in table.rows
        )
        yield Finding(
            rule="shifted_row",
            subject=f"{table.id}_row_{place}",
            severity="contradictory",
            section=table.section,
            en=f"{table.name.en} prints {row.label} under {printed.name.en}; it belongs to "
            f"{own.name.en}.",
            zh=f"{table.name.zh}把 {row.label} 列在“{printed.name.zh}”下，它属于“{own.name.zh}”。",
            arithmetic=f"row {place} of {len(table.rows)}: group {printed.id}, by the codebook "
            f"{own.id}; {size} of the {belonging} rows of {own.id} stand under it",
            suggestion=f"The label {own.name.en} may stand too far from row {place}.",
        )
