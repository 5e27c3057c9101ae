"""The codebook in words: its categories, the versions that are kept, and what changed between two.

Here: what `coding codebook` tells. Not here: comparing (`core.coding.codebook_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sz_assets.coding.store import CodingStore
from sz_assets.core.coding.codebook_changes import codebook_changes
from sz_assets.study import Codebook


def describe_codebook(
    store: CodingStore, codebook: Codebook, changes_from: str | None = None
) -> dict[str, Any]:
    """The codebook as JSON's types, with what changed since the kept version `changes_from`.

    `changes` is null if that was not asked. UserError if that version is not kept.
    """
    changes = None
    if changes_from is not None:
        found = codebook_changes(store.codebook(changes_from), codebook)
        changes = [
            {
                "kind": one.kind,
                "category_id": one.category_id,
                "field": one.field,
                "line": msgspec.to_builtins(one.line),
            }
            for one in found
        ]
    return {
        "version": codebook.version,
        "version_label": codebook.version_label,
        "codes_per_video": codebook.codes_per_video,
        "kept_versions": store.versions(),
        "categories": [
            {
                "primary_category": primary.id,
                "secondary_category": second.id,
                **{
                    name: msgspec.to_builtins(getattr(second, name))
                    for name in ("name", "definition", "inclusion", "exclusion", "examples")
                },
            }
            for primary, second in codebook.secondary
        ],
        "changed_since": changes_from,
        "changes": changes,
    }


def codebook_lines(said: Mapping[str, Any]) -> list[str]:
    """The same for a person to read."""
    lines = [
        f"Codebook {said['version']} (label {said['version_label']}): "
        f"{said['codes_per_video']} {'code' if said['codes_per_video'] == 'one' else 'codes'} "
        "per video",
        *(
            f"  {one['primary_category']} / {one['secondary_category']}: "
            f"{one['name']['zh']} {one['name']['en']}"
            for one in said["categories"]
        ),
        f"Versions kept with their codes: {', '.join(said['kept_versions']) or 'none yet'}",
    ]
    if said["changes"] is not None:
        count = len(said["changes"])
        what = "change" if count == 1 else "changes"
        lines.append(f"{count} {what} since {said['changed_since']}{':' if count else '.'}")
        lines += [f"  {one['line']['zh']} {one['line']['en']}" for one in said["changes"]]
    return lines
