"""docs/performance.md, written from the kept results of all sections.

Here: its form. Not here: any figure, and what was tried (`notes.md`, which people write).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Result, Table, Target, kept, shown
from benchmarks.sections import SECTIONS, Section
from sz_assets.disk import write_bytes

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
NOTES = Path(__file__).parent / "notes.md"

_HEAD = """# Performance

Longer than 300 lines: all figures stand on one page, so that each can be held against the others.

`make bench` measured this and wrote this page; nobody edits it. Figures are medians of several runs
where a section does not say otherwise. Machines differ, and so does what else a machine does while
it measures: read the ratios first. Each section says when, on what and on which commit it was
measured (a plus sign: files differed from the commit), with a yardstick of that moment. MB are
10^6 bytes, peak memory is MiB of the largest process. All data are simulated.

```
make bench                                    # everything but the extra
.venv/bin/python -m benchmarks month charts   # some sections; the others keep their last results
.venv/bin/python -m benchmarks --scale 10^8
```
"""


def page(results: dict[str, Result | None], notes: str) -> str:
    """The whole text; a section that was never run, or could not be, says so."""
    parts = [_HEAD, "## Targets\n", *_targets(results.values())]
    for section in SECTIONS:
        parts += _section(section, results.get(section.name))
    return "\n".join([*parts, notes.strip(), ""])


def write_page(path: Path = PAGE) -> Path:
    """Write the page from what is kept."""
    results = {section.name: kept(section.name) for section in SECTIONS}
    return write_bytes(path, page(results, NOTES.read_text(encoding="utf-8")).encode())


def _targets(results: Iterable[Result | None]) -> list[str]:
    rows = [
        (target.what, _limit(target), f"{shown(target.figure)} {target.unit}".strip(),
         "met" if target.is_met else "**missed**")
        for result in results
        if result and result.found
        for target in result.found.targets
    ]  # fmt: skip
    return [_grid(("what", "target", "measured", ""), rows), ""]


def _limit(target: Target) -> str:
    return f"{target.sense} {shown(target.limit)} {target.unit}".strip()


def _section(section: Section, result: Result | None) -> list[str]:
    parts = [f"## {section.title}\n", f"{section.meaning}\n"]
    if result is None:
        return [*parts, "Not measured yet.\n"]
    if result.found is None:
        parts.append(f"Could not be run: {result.failure}\n")
    else:
        for table in result.found.tables:
            parts += [f"**{table.title}**\n", _table(table), ""]
        parts += [f"{remark}\n" for remark in result.found.remarks]
    parts.append(
        f"<sub>{result.day}, commit {result.commit}, repeats {result.repeats}, took "
        f"{result.took_seconds / 60:.1f} min. {result.machine}. {result.versions}. "
        f"{result.yardstick}.</sub>\n"
    )
    return parts


def _table(table: Table) -> str:
    return _grid(table.columns, [tuple(map(shown, row)) for row in table.rows])


def _grid(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, ("---", *["---:"] * (len(columns) - 1)), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
