"""Reading a chart's specification: its views, and the rows that it draws by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def views(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield spec
    for kind in ("layer", "vconcat", "hconcat"):
        for part in spec.get(kind, ()):
            yield from views(part)


def datasets(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        view["data"]["name"]: view["data"]["values"]
        for view in views(spec)
        if "values" in view.get("data", {})
    }
