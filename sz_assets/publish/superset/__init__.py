"""A Superset dashboard over a release, as an export that Superset's import takes.

Here: names, datasets, charts, their layout, and the zip of them all. Not here: Superset itself,
which reads the release with its own DuckDB.
"""

from sz_assets.publish.superset.export import write_superset

__all__ = ["write_superset"]
