"""Parquet: the tables as they are, with every type and every byte of every text.

Here: one file per table, with what the columns mean in its metadata. Not here: the lake, whose
files are the pipeline's own (`storage`).
"""

from __future__ import annotations

from pathlib import Path

from sz_assets.contracts.sql import literal
from sz_assets.publish.formats.source import Loss, Source, described

LOSSES: tuple[Loss, ...] = ()


def write_parquet(source: Source, data: Path) -> list[Path]:
    """Write `parquet/<table>.parquet` under `data`; its metadata say what each column means.

    Keys: `table`, `about`, `run_id`, and `column:<name>` for each column.
    """
    folder = data / "parquet"
    folder.mkdir(parents=True)
    paths = []
    for table in source.tables:
        path = folder / f"{table.name}.parquet"
        about = f"{table.description} {source.about.title}. {source.about.simulated}".strip()
        metadata = {
            "table": table.name,
            "about": about,
            "run_id": source.about.run_id,
            **{f"column:{column.name}": described(column) for column in table.columns},
        }
        pairs = ", ".join(f"{literal(key)}: {literal(text)}" for key, text in metadata.items())
        source.connection.execute(
            f"copy ({source.query(table)}) to {literal(str(path))} "
            f"(format parquet, compression zstd, compression_level 1, kv_metadata {{{pairs}}})"
        )
        paths.append(path)
    return paths
