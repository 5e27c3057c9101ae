"""What only the frameworks know of a month, written down for the floor, which does without them.

Here: SQL as dbt compiled it, in the order of its models, and the list of analyses. Not here: using
them (`floor`).

    python -m benchmarks.floor_plan BUILT_HOME PLAN
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from sz_assets.storage import Home


class Analysis(msgspec.Struct):
    """How one table of the analysis layer is made: as in `defs.analyses`."""

    table: str
    function: str
    reads: tuple[str, ...]
    looks_back: tuple[str, ...]
    months_back: int | None


class Plan(msgspec.Struct):
    """What the frameworks know: models in their order with their SQL, analyses in theirs."""

    lake: str
    models: list[tuple[str, str]]
    analyses: list[Analysis]
    dbt_page: str


def make_plan(built: Home) -> Plan:
    """The plan of the month, from a home in which dbt has built it."""
    from sz_assets.defs.analyses import ANALYSES
    from sz_assets.defs.dbt import read_manifest
    from sz_assets.defs.dbt_docs import dbt_page

    nodes = read_manifest()["nodes"]
    marts = [node for node in nodes.values() if "/marts/" in node["original_file_path"]]
    marts = [node for node in marts if node["resource_type"] == "model"]
    compiled = built.dbt_target / "compiled" / "sz_assets"
    return Plan(
        lake=str(built.lake),
        models=[
            (node["name"], (compiled / node["original_file_path"]).read_text(encoding="utf-8"))
            for node in _in_order(nodes, marts)
        ],
        analyses=[
            Analysis(each.table, each.function, each.reads, each.looks_back, each.months_back)
            for each in ANALYSES
        ],
        dbt_page=str(dbt_page()),
    )


def _in_order(nodes: dict[str, Any], wanted: list[Any]) -> list[Any]:
    """Each node after those that it stands on."""
    done: dict[str, Any] = {}

    def visit(node: Any) -> None:
        if node["unique_id"] not in done:
            for parent in node["depends_on"]["nodes"]:
                if parent in nodes:
                    visit(nodes[parent])
            done[node["unique_id"]] = node

    for node in wanted:
        visit(node)
    names = {node["unique_id"] for node in wanted}
    return [node for name, node in done.items() if name in names]


def _main() -> None:
    built, path = sys.argv[1:]
    Path(path).write_bytes(msgspec.json.encode(make_plan(Home(Path(built)))))


if __name__ == "__main__":
    _main()
