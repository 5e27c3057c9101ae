"""Calendar days in the study's time zone, from instants in UTC.

Here: that conversion only.
"""

from __future__ import annotations

import polars as pl


def local_day(instant: str, time_zone: str) -> pl.Expr:
    """The calendar day, in that zone, of a column of UTC instants."""
    return pl.col(instant).dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone).dt.date()
