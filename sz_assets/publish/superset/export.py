"""The export: database, datasets, charts and dashboard in one zip that Superset imports.

Here: the connection and the zip. Not here: the parts that go into it (modules beside this one).
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import yaml

from sz_assets.contracts import PUBLISHED_TABLES
from sz_assets.disk import write_bytes
from sz_assets.errors import UserError
from sz_assets.publish.superset.charts import CHARTS, chart_file
from sz_assets.publish.superset.dashboard import SLUG, dashboard_file
from sz_assets.publish.superset.datasets import VERSION, dataset, dataset_columns
from sz_assets.publish.superset.naming import fixed_id
from sz_assets.study import Study

_ROOT = "sz_assets_superset"
_DATABASE = "sz_assets"
# Of the export and of every file in it: equal contents are equal bytes.
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)
# A dashboard shows a new release at most this late, where Superset has a cache at all.
_CACHE_SECONDS = 60
# Read-only: no lock that could stop the pipeline. No other files: SQL Lab can't read the disk.
_OPTIONS = "access_mode=read_only&enable_external_access=false"


def connection_uri(warehouse: str) -> str:
    """How SQLAlchemy reaches the database file at this path; UserError if no URI can name it."""
    if "?" in warehouse:
        raise UserError(
            f"The path {warehouse} has a question mark, which ends a path in a connection's "
            "address: move the folder to a path without one (SZ_HOME)."
        )
    return f"duckdb:///{warehouse}?{_OPTIONS}"


def _database(warehouse: str) -> dict[str, Any]:
    return {
        "database_name": _DATABASE,
        "sqlalchemy_uri": connection_uri(warehouse),
        "uuid": fixed_id("database", _DATABASE),
        "version": VERSION,
        "cache_timeout": _CACHE_SECONDS,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
    }


def _files(warehouse: str, study: Study, simulated: bool) -> dict[str, dict[str, Any]]:
    database = _database(warehouse)
    # Without a type, so that both imports take it: that of dashboards and that of all assets.
    files: dict[str, dict[str, Any]] = {
        "metadata.yaml": {"version": VERSION, "timestamp": "2020-01-01T00:00:00+00:00"},
        f"databases/{_DATABASE}.yaml": database,
    }
    for table in PUBLISHED_TABLES:
        files[f"datasets/{_DATABASE}/{table.name}.yaml"] = dataset(
            table, study, database["uuid"], simulated
        )
    for chart in CHARTS:
        files[f"charts/{chart.key}.yaml"] = chart_file(chart, simulated)
    columns = {table.name: dataset_columns(table, study) for table in PUBLISHED_TABLES}
    files[f"dashboards/{SLUG}.yaml"] = dashboard_file(CHARTS, columns, simulated)
    return files


def write_superset(target: Path, *, warehouse: str, study: Study, simulated: bool) -> Path:
    """Write the export for Superset's import of dashboards or of assets; returns `target`.

    `warehouse` is the absolute path by which Superset reaches the database: through the link
    `published/current`, so that it sees each new release; `study` names the categories. The same
    arguments give the same bytes, and the same ids always: importing again updates. UserError if
    no address can name the path.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(warehouse, study, simulated).items():
            entry = zipfile.ZipInfo(f"{_ROOT}/{name}", _FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(
                entry,
                yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False),
            )
    return write_bytes(target, buffer.getvalue())
