"""A release: the BI warehouse and all that is published with it, in one folder that never changes.

Here: building it aside, checking it, and turning the `current` link to it. Not here: filling the
database (`warehouse`), checking it (`inspection`), or what is done with older releases (`history`).

A reader that opens `published/current/warehouse.duckdb` sees the whole old release or the whole
new one. A crash at any moment leaves the old one in place.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sz_assets.charts.context import Bilingual
from sz_assets.disk import fsync_folder, refusal, remove_folder
from sz_assets.errors import UserError
from sz_assets.publish.about import About
from sz_assets.publish.dictionary import write_dictionary
from sz_assets.publish.formats import write_formats
from sz_assets.publish.formats.continued import Continued
from sz_assets.publish.formats.source import errors_of_the_disk
from sz_assets.publish.history import building_folder, remove_leftovers, remove_old
from sz_assets.publish.inspection import (
    ReleaseInvalid,
    inspect_warehouse,
    month_hashes,
    of_all_months,
)
from sz_assets.publish.manifest import MANIFEST, describe, read_manifest, write_manifest
from sz_assets.publish.months import report_links, reports_made_before
from sz_assets.publish.place import WAREHOUSE, current_warehouse, publishing, turn_current_to
from sz_assets.publish.taken_over import ByMonth, TakenOver, digests, remember, taken_over
from sz_assets.publish.warehouse import fill_warehouse
from sz_assets.report.page import build_index
from sz_assets.settings import ReleaseSettings
from sz_assets.storage import Home, Lake
from sz_assets.study import Study

__all__ = ["Release", "ReleaseInvalid", "current_warehouse", "publish"]


@dataclass(frozen=True)
class Release:
    """A published release: its folder, its months and the rows of each table."""

    folder: Path
    months: tuple[date, ...]
    data_origins: tuple[str, ...]
    row_counts: dict[str, int]

    @property
    def warehouse(self) -> Path:
        return self.folder / WAREHOUSE


def publish(
    home: Home,
    study: Study,
    run_id: str,
    published_at: datetime,
    options: ReleaseSettings | None = None,
    dbt_page: Path | None = None,
) -> Release:
    """Build a release from working database, lake and report pages, and make it current.

    `published_at` has its zone; `dbt_page` is put into the dictionary, if there is one. Leaves the
    old release in place and raises ReleaseInvalid if what was built breaks a contract, UserError if
    another process publishes or the disk refuses.
    """
    options = options or ReleaseSettings()
    with publishing(home, f"run {run_id}"):
        home.releases.mkdir(parents=True, exist_ok=True)
        remove_leftovers(home)
        building = building_folder(home, run_id)
        building.mkdir()
        try:
            now = digests(home, Lake(home.lake))
            start = taken_over(home, options.storage_version, now)
            facts, row_md5 = _build(
                building, home, study, run_id, published_at, options, dbt_page, start
            )
            _make_durable_and_read_only(building)
            folder = _free_folder(home, run_id)
            building.rename(folder)
            fsync_folder(home.releases)
        except OSError as error:
            raise refusal(error, building) from error
        finally:
            remove_folder(building)
        turn_current_to(home, folder)
        version, origins = options.storage_version, facts["data_origins"]
        remember(home, folder, version, run_id, now, row_md5, origins, start)
        remove_old(home, options.kept)
    return Release(
        folder=folder,
        months=tuple(facts["origins"]),
        data_origins=tuple(facts["data_origins"]),
        row_counts={name: table["rows"] for name, table in facts["tables"].items()},
    )


def _build(
    building: Path,
    home: Home,
    study: Study,
    run_id: str,
    published_at: datetime,
    options: ReleaseSettings,
    dbt_page: Path | None,
    start: TakenOver | None,
) -> tuple[Mapping[str, Any], ByMonth]:
    """Fill the folder; returns what the inspection found of its database, and its rows' hashes."""
    warehouse = building / WAREHOUSE
    earlier = start.database.parent if start else None
    with errors_of_the_disk():
        fill_warehouse(warehouse, home, Lake(home.lake), options.storage_version, start)
    facts = inspect_warehouse(warehouse)
    described = describe(study, run_id, published_at, options.storage_version, facts)
    (building / "dictionary").mkdir()
    write_dictionary(building / "dictionary", study, facts["data_origins"], dbt_page)
    about = About.of_manifest(study, described)
    continued = _continued(building, start) if start else None
    _accompany(building, home, study, facts, about, options, earlier, continued)
    row_md5 = month_hashes(warehouse, start)
    for name, of_months in row_md5.items():
        described["tables"][name]["row_md5_xor"] = of_all_months(of_months)
    write_manifest(building, described, earlier, continued.hashed if continued else None)
    return facts, row_md5


def _continued(building: Path, start: TakenOver) -> Continued | None:
    """What of the earlier release's files can be gone on with; None if its manifest is damaged."""
    folder = start.database.parent
    try:
        files = read_manifest(folder).get("files", {})
    except UserError:
        return None
    since = {name: start.changed[name] for name in start.longer}
    return Continued(folder, files, since, building)


def _accompany(
    building: Path,
    home: Home,
    study: Study,
    facts: Mapping[str, Any],
    about: About,
    options: ReleaseSettings,
    earlier: Path | None,
    continued: Continued | None,
) -> None:
    """Write pages and formats, and the index over all that lies in the folder."""
    with_page = _copy_reports(home, building / "reports", facts["origins"], earlier)
    if options.formats:
        warehouse = building / WAREHOUSE
        write_formats(
            warehouse,
            building,
            options.formats,
            about,
            address=home.current / WAREHOUSE,
            continued=continued,
        )
    index = build_index(
        Bilingual(study.name.zh, study.name.en),
        report_links(building / WAREHOUSE, with_page, reports_made_before(home)),
        documents=_documents(building),
    )
    (building / "index.html").write_text(index, encoding="utf-8")


def _documents(building: Path) -> list[tuple[Bilingual, str]]:
    """What else lies in the release: words, and where, as seen from its index."""
    found = [
        (Bilingual("数据字典", "Data dictionary"), "dictionary/index.html"),
        (Bilingual("数据库（DuckDB）", "Database (DuckDB)"), WAREHOUSE),
    ]
    data = building / "data"
    files = sorted(path for path in data.rglob("*") if path.is_file())
    found += [
        (Bilingual(file.name, file.name), file.relative_to(building).as_posix()) for file in files
    ]
    return [*found, (Bilingual("清单", "Manifest"), MANIFEST)]


def _free_folder(home: Home, run_id: str) -> Path:
    """The release's folder: named by its run, with a number if the run publishes again."""
    folder, number = home.releases / run_id, 2
    while folder.exists():
        folder, number = home.releases / f"{run_id}.{number}", number + 1
    return folder


def _copy_reports(
    home: Home, target: Path, months: Collection[date], earlier: Path | None
) -> list[date]:
    """Copy the pages of these months; returns those that have one.

    A page that an earlier release has as well is not stored twice: no one writes either.
    """
    target.mkdir()
    pages = {month: page for month, page in home.reports().items() if month in months}
    for month, page in pages.items():
        name = f"{month:%Y-%m}.html"
        if not (earlier and _linked(page, earlier / "reports" / name, target / name)):
            shutil.copyfile(page, target / name)
    return list(pages)


def _linked(page: Path, same: Path, target: Path) -> bool:
    """Whether the page is the same as that of an earlier release, which then stands here, too."""
    if not same.is_file() or not filecmp.cmp(page, same, shallow=False):
        return False
    try:
        target.hardlink_to(same)
    except OSError:  # Some disks have no links, and some no more than so many of one file.
        return False
    return True


def _make_durable_and_read_only(folder: Path) -> None:
    for path in [*folder.rglob("*")]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o444)
        else:
            fsync_folder(path)
    fsync_folder(folder)
