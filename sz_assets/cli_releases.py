"""`sz-assets releases`: what was published, what changed, and going back.

Here: commands, their help, and what is printed. Not here: any work (`publish.history`,
`publish.comparison`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sz_assets.cli_output import AS_JSON, JsonGroup, examples, say, settings
from sz_assets.cli_releases_export import export
from sz_assets.errors import UserError

if TYPE_CHECKING:
    from sz_assets.publish.comparison import TableDifference
    from sz_assets.storage import Home


@click.group(
    cls=JsonGroup,
    epilog=examples(
        "releases list", "releases diff 7f3a", "releases rollback", "releases prune --keep 3"
    ),
)
def releases() -> None:
    """List, check, compare and put back what was published.

    A RELEASE is named by its run; the beginning of its name is enough, and `current` is the one
    that readers see.
    """


releases.add_command(export)


@releases.command("list", epilog=examples("releases list", "releases list --json"))
@AS_JSON
def list_(as_json: bool) -> None:
    """List all releases, the newest first; * marks the one that readers see."""
    from sz_assets.publish.history import list_releases

    home = _home()
    found = list_releases(home)
    lines = [f"Nothing is published in {home.published} yet: run sz-assets run."]
    if found:
        facts = [each.facts() for each in found]
        lines = [_row(each) for each in facts]
        if not any(each.is_current for each in found):
            lines.append("None is current: sz-assets releases rollback RELEASE makes one current.")
    say([each.facts() for each in found], lines, as_json)


@releases.command(epilog=examples("releases show", "releases show 7f3a --verify"))
@click.argument("release", required=False)
@click.option("--verify", is_flag=True, help="Read all files and compare them with their hashes.")
@AS_JSON
def show(release: str | None, verify: bool, as_json: bool) -> None:
    """Show what a RELEASE holds, the current one unless named."""
    from sz_assets.publish import history

    home = _home()
    folder, manifest = history.show(home, release)
    problems = history.verify(home, release) if verify else None
    say(
        {
            "release": folder.name,
            "folder": str(folder),
            "manifest": manifest,
            **({} if problems is None else {"problems": problems}),
        },
        _shown(folder, manifest, problems),
        as_json,
    )
    if problems:
        noun = "file differs" if len(problems) == 1 else "files differ"
        raise UserError(
            f"{len(problems)} {noun} from what was published as {folder.name}: publish again with "
            "sz-assets run, or choose another release with sz-assets releases rollback."
        )


@releases.command(
    epilog=examples("releases diff 7f3a", "releases diff 7f3a 91bc --table engagement_summary")
)
@click.argument("before")
@click.argument("after", required=False)
@click.option("--table", help="Show the first rows of this table that differ.")
@click.option(
    "--rows", "limit", default=10, show_default=True, type=click.IntRange(1, 10_000),
    help="How many rows to show of the table.",
)  # fmt: skip
@AS_JSON
def diff(before: str, after: str | None, table: str | None, limit: int, as_json: bool) -> None:
    """Tell what changed from release BEFORE to AFTER, which is the current one unless named."""
    from sz_assets.publish.comparison import compare, first_rows
    from sz_assets.publish.place import find

    home = _home()
    old, new = find(home, before).resolve(), find(home, after).resolve()
    if table is not None:
        rows = first_rows(old, new, table, limit)
        lines = [_row_told(row) for row in rows] or [f"{table} has equal rows in both."]
        say({"before": old.name, "after": new.name, "table": table, "rows": rows}, lines, as_json)
        return
    found = compare(old, new)
    lines = [f"{found.before} → {found.after}"]
    lines += [f"  table {name} added" for name in found.tables_added]
    lines += [f"  table {name} removed" for name in found.tables_removed]
    for each in found.tables:
        if not each.is_equal:
            lines += _table_told(each)
    say(found.facts(), [*lines, "  no difference"] if found.is_equal else lines, as_json)


@releases.command(epilog=examples("releases rollback", "releases rollback 7f3a"))
@click.argument("release", required=False)
@AS_JSON
def rollback(release: str | None, as_json: bool) -> None:
    """Let readers see an older RELEASE again: the one before the current one unless named.

    Its files are verified first. Nothing is removed, and the next run publishes as always.
    """
    from sz_assets.publish import history

    home = _home()
    before, now = history.rollback(home, release)
    was = f"instead of {before}" if before else "where none was"
    say(
        {"before": before, "current": now},
        [f"{now} is current, {was}.", f"Readers see it at {home.current}."],
        as_json,
    )


@releases.command(epilog=examples("releases prune", "releases prune --keep 3"))
@click.option(
    "--keep",
    type=click.IntRange(1, 1_000),
    help="How many of the newest to keep; SZ_KEPT_RELEASES unless given.",
)
@AS_JSON
def prune(keep: int | None, as_json: bool) -> None:
    """Remove old releases, but never the current one."""
    from sz_assets.publish import history
    from sz_assets.publish.place import names

    home = _home()
    removed = history.prune(home, keep or settings().release.kept)
    kept = names(home)
    lines = [f"removed {name}" for name in removed] or ["Nothing was to be removed."]
    say({"removed": removed, "kept": kept}, [*lines, f"{len(kept)} kept."], as_json)


def _home() -> Home:
    from sz_assets.storage import Home

    return Home(settings().home)


def _row(facts: dict[str, Any]) -> str:
    mark = "*" if facts["is_current"] else " "
    if facts["problem"]:
        return f"{mark} {facts['release']}: {facts['problem']}"
    months = facts["crawl_months"]
    span = "–".join(dict.fromkeys(month[:7] for month in (*months[:1], *months[-1:])))
    count = "1 month" if len(months) == 1 else f"{len(months)} months"
    return (
        f"{mark} {facts['release']}  {facts['published_at'][:16].replace('T', ' ')}  {span} "
        f"({count})  {', '.join(facts['data_origins'])}  {facts['rows']:,} rows  "
        f"{facts['bytes'] / 1e6:,.1f} MB"
    )


def _shown(folder: Path, manifest: dict[str, Any], problems: list[str] | None) -> list[str]:
    from sz_assets.publish.history import files_of

    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    files = files_of(manifest)
    lines = [
        f"release       {folder.name}",
        f"folder        {folder}",
        f"study         {manifest['study']}",
        f"published at  {manifest['published_at']}",
        f"crawl months  {', '.join(month[:7] for month in manifest['crawl_months'])}",
        f"data origin   {', '.join(manifest['data_origins'])}",
        f"storage       DuckDB {manifest['storage_version']}",
        f"versions      {versions}",
        f"tables        {len(manifest['tables'])}",
        *(f"  {table.get('rows'):>12,}  {name}" for name, table in manifest["tables"].items()),
        f"files         {len(files)}",
        *(f"  {file['bytes']:>12,}  {name}" for name, file in files.items()),
    ]
    if problems is not None:
        lines += problems or ["All files are as they were published."]
    return lines


def _table_told(table: TableDifference) -> list[str]:
    rows = table.rows
    lines = [
        f"  {table.table}: {rows.added:,} rows added, {rows.removed:,} removed, "
        f"{rows.changed:,} changed"
    ]
    if table.note:
        lines = [f"  {table.table}: {table.note}"]
    lines += [f"    column {name} added" for name in table.columns_added]
    lines += [f"    column {name} removed" for name in table.columns_removed]
    lines += [
        f"    column {name} was {old}, is {new}" for name, (old, new) in table.types_changed.items()
    ]
    return lines + [
        f"    {month}: {each.added:,} added, {each.removed:,} removed, {each.changed:,} changed"
        for month, each in table.by_month.items()
    ]


def _row_told(row: dict[str, Any]) -> str:
    key = ", ".join(str(value) for value in row["key"].values())
    if row["what"] != "changed":
        return f"{row['what']:8} {key}"
    values = "; ".join(
        f"{name}: {'—' if old is None else old} → {'—' if new is None else new}"
        for name, (old, new) in row["values"].items()
    )
    return f"{row['what']:8} {key}: {values}"
