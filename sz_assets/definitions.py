"""The one assembly point: settings and a study become Dagster definitions.

Here: what is part of the code location. Not here: how any part works (`defs`).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from sz_assets import garbage
from sz_assets.coding.store import CodingStore
from sz_assets.defs.assets.analysis import analysis_assets, analysis_checks
from sz_assets.defs.assets.charts import chart_assets, chart_checks
from sz_assets.defs.assets.coding import coding_assets, coding_checks
from sz_assets.defs.assets.core import core_assets, core_checks
from sz_assets.defs.assets.engagement import engagement_assets, engagement_checks
from sz_assets.defs.assets.publish import publish_assets, publish_checks
from sz_assets.defs.assets.raw import raw_assets, raw_checks
from sz_assets.defs.months import month_partitions
from sz_assets.defs.platforms import open_platforms
from sz_assets.defs.resources import LakeTables, WarehouseTables, open_for_reading
from sz_assets.defs.schedules import month_job, monthly_schedule, upkeep_schedule
from sz_assets.defs.unattended import (
    due_day_checks,
    due_day_sensor,
    overdue_sensor,
    run_sensors,
)
from sz_assets.settings import Settings
from sz_assets.storage import Home, Lake
from sz_assets.study import load_study


def build_defs(
    settings: Settings | None = None, overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """All definitions for these settings (by default those of the environment).

    `overrides` replaces resources by role: `study`, `home`, `lake`, `coding`, `marts`,
    `platforms`, `release`.
    """
    settings = settings or Settings.from_environment()
    with warnings.catch_warnings():
        # Partitioned checks and backfill policies are new in Dagster, and its newer freshness knows
        # no partitions; its version is pinned.
        for category in (dg.BetaWarning, dg.PreviewWarning, dg.SupersessionWarning):
            warnings.simplefilter("ignore", category)
        return _assemble(settings, overrides or {})


def _assemble(settings: Settings, overrides: Mapping[str, Any]) -> dg.Definitions:
    study = load_study(settings.study)
    home = Home(settings.home)
    resources: dict[str, Any] = {
        "study": study,
        "home": home,
        "lake": LakeTables(Lake(home.lake)),
        "coding": CodingStore(home.coding),
        "marts": WarehouseTables(open_for_reading(home.warehouse)),
        "platforms": open_platforms(settings, study),
        "release": settings.release,
        **overrides,
    }
    partitions = month_partitions(study)
    unattended = settings.unattended
    due_day = due_day_checks(study, unattended) if unattended.is_on else []
    job = month_job(*due_day)
    upkeep, daily = upkeep_schedule(study, settings)
    sensors = run_sensors(study, unattended.notify, resources["lake"], resources["marts"])
    if unattended.is_on:
        sensors += [
            due_day_sensor(due_day),
            overdue_sensor(study, unattended, resources["lake"], resources["platforms"]),
        ]
    return dg.Definitions(
        assets=[
            raw_assets(partitions),
            *core_assets(partitions),
            *coding_assets(partitions),
            engagement_assets(partitions),
            *analysis_assets(partitions),
            chart_assets(partitions),
            *publish_assets(partitions),
        ],
        asset_checks=[
            *raw_checks(partitions),
            *core_checks(partitions),
            *coding_checks(partitions),
            engagement_checks(partitions),
            *analysis_checks(partitions),
            chart_checks(partitions),
            publish_checks(partitions),
            *due_day,
        ],
        jobs=[job, upkeep],
        schedules=[
            monthly_schedule(job, study, unattended, resources["platforms"]),
            daily,
        ],
        sensors=sensors,
        resources={
            role: dg.ResourceDefinition.hardcoded_resource(value)
            for role, value in resources.items()
        },
        # Every other executor would import everything again for each step.
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads, into a server of its own or a run that the UI launched."""
    garbage.look_rarely()
    return build_defs()
