"""Every table once: columns, types, units, descriptions and rules.

From here come the Polars schemas, the expectations, the dbt column lists, the comments in the
warehouse and the columns shown in Dagster. This package imports nothing else of ours.
"""

from sz_assets.contracts.core import CORE_TABLES
from sz_assets.contracts.marts import ANALYSIS_TABLES, ENGAGEMENT_TABLES, PUBLISHED_TABLES
from sz_assets.contracts.raw import RAW_TABLES
from sz_assets.contracts.table import Column, Severity, Table, Type

ALL_TABLES: tuple[Table, ...] = (*RAW_TABLES, *CORE_TABLES, *PUBLISHED_TABLES)

__all__ = [
    "ALL_TABLES",
    "ANALYSIS_TABLES",
    "CORE_TABLES",
    "ENGAGEMENT_TABLES",
    "PUBLISHED_TABLES",
    "RAW_TABLES",
    "Column",
    "Severity",
    "Table",
    "Type",
]
