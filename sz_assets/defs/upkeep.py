"""Removing what is older than it is to be kept: run history, releases, stored answers.

Here: what is old, and removing all of it in one go. Not here: how each is removed
(`publish.history`, `retention`, Dagster), or when (`defs.schedules`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from sz_assets.defs.months import current_month, months_of
from sz_assets.publish.history import old_releases
from sz_assets.publish.history import prune as prune_releases
from sz_assets.retention import Retired, months_to_retire, retire
from sz_assets.settings import Settings
from sz_assets.storage import Home, Lake
from sz_assets.study import Study


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be: ids of runs, names of releases, months of answers.

    `unbuilt` are months whose answers are as old but were never built: they stay.
    """

    runs: list[str] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    months: list[Retired] = field(default_factory=list)
    would_retire: list[date] = field(default_factory=list)
    unbuilt: list[date] = field(default_factory=list)


def prune(
    instance: dg.DagsterInstance,
    study: Study,
    settings: Settings,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Pruned:
    """Remove what the settings call old, or only say it. The caller holds the home."""
    home, keep = Home(settings.home), settings.retention
    lake = Lake(home.lake)
    runs = old_runs(instance, now - timedelta(days=keep.history_days))
    before = now - timedelta(days=keep.release_days) if keep.release_days else None
    may_go: list[date] = []
    unbuilt: list[date] = []
    if keep.raw_months:
        may_go, unbuilt = months_to_retire(lake, current_month(study, now), keep.raw_months)
    if dry_run:
        releases = old_releases(home, settings.release.kept, before)
        return Pruned(runs, releases, would_retire=may_go, unbuilt=unbuilt)
    for run_id in runs:
        instance.delete_run(run_id)
    releases = prune_releases(home, settings.release.kept, before)
    today = now.astimezone(UTC).date()
    gone = [retire(lake, month, today) for month in may_go]
    return Pruned(runs, releases, gone, unbuilt=unbuilt)


def old_runs(instance: dg.DagsterInstance, before: datetime) -> list[str]:
    """Ids of runs that ended and began before `before`, oldest first.

    The newest successful run of each crawl month stays, however old: by it Dagster knows that the
    month is made, and what its checks found.
    """
    old: list[str] = []
    made: set[date] = set()
    for record in instance.get_run_records():  # the newest first
        run = record.dagster_run
        months = set(months_of(run))
        is_last = run.is_success and not months <= made
        if run.is_success:
            made |= months
        if record.create_timestamp < before and run.is_finished and not is_last:
            old.append(run.run_id)
    return old[::-1]


def lines(pruned: Pruned, *, dry_run: bool = False) -> list[str]:
    """What was removed, in sentences."""
    verb = "would be removed" if dry_run else "removed"
    told = []
    for what, names in (("runs", pruned.runs), ("releases", pruned.releases)):
        if names:
            told.append(f"{len(names)} {what} {verb}: {', '.join(name[:8] for name in names[:20])}")
    told += [month.line() for month in pruned.months]
    told += [f"{month:%Y-%m}: its stored answers {verb}" for month in pruned.would_retire]
    told += [
        f"{month:%Y-%m}: its stored answers are old but were never built, so they stay: "
        f"sz-assets run --month {month:%Y-%m} builds them."
        for month in pruned.unbuilt
    ]
    return told or ["Nothing is older than it is to be kept."]
