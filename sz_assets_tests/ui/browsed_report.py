"""A report of invented marts for the browser's tests, with all its charts.

Here: making it. Not here: opening it (`report_browser`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import ChartContext
from sz_assets.charts.render import render
from sz_assets.report.data import Method, Provenance, ReportData
from sz_assets.report.page import build_report

sys.path.append(str(Path(__file__).parents[1] / "charts"))
import fake_marts


def report(marts: dict[str, pl.DataFrame], context: ChartContext | None = None) -> str:
    context = context or fake_marts.context("simulated")
    drawn = {
        spec.name: render(spec.build(marts, context)) for spec in CATALOGUE if not spec.is_table
    }
    return build_report(
        ReportData(
            context=context,
            frames=marts,
            figures={name: one.svg.decode() for name, one in drawn.items()},
            specs={name: one.json.decode() for name, one in drawn.items()},
            method=Method(1_000_000, True, 200, "like_count", "Asia/Shanghai", "abc123"),
            provenance=Provenance("run-7", "9.8.7", "release-5"),
        )
    )
