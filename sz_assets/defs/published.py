"""Looking at what was published as a reader would: on all cores, and not again at the same page.

Here: what is looked at, and keeping what was found of reports. Not here: what must be found (the
inspections), or how it is shown as checks (`assets.publish`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from sz_assets.charts.context import Bilingual
from sz_assets.crew import spread
from sz_assets.kept import Kept, digest_of
from sz_assets.publish.dictionary_inspection import inspect_dictionary
from sz_assets.publish.inspection import ReleaseInvalid, inspect_warehouse
from sz_assets.publish.manifest import read_manifest
from sz_assets.publish.place import current_warehouse
from sz_assets.report.inspection import inspect_report
from sz_assets.storage import Home

K = TypeVar("K", bound=Hashable)


class Look(Protocol):
    """Something to look at; it can be sent to another process."""

    def found(self) -> Any:
        """What is there."""
        ...


@dataclass(frozen=True)
class ReportLook:
    """The page of a month, which must say `badges` (`ChartContext.badges`), looked at by a run."""

    home: Home
    crawl_month: date
    badges: Sequence[Bilingual]
    run_id: str

    def found(self) -> tuple[str | None, str | None]:
        """What is wrong, if anything, and the earlier run that found the same page whole."""
        path = self.home.report_of(self.crawl_month)
        records, name = Kept(self.home.kept), f"report_page/{self.crawl_month:%Y-%m}"
        made_of = digest_of(self.badges)
        if record := records.found(name, made_of):
            return None, record.run_id
        problem = inspect_report(path.read_text(encoding="utf-8"), badges=self.badges)
        # What is wrong is looked at anew, since it may be mended without a report being made.
        if problem is None:
            records.remember(name, made_of, [path], self.run_id)
        return problem, None


@dataclass(frozen=True)
class WarehouseLook:
    """The database of the current release."""

    home: Home

    def found(self) -> tuple[list[date], str | None]:
        """The crawl months that it holds, and what is wrong with it, if anything."""
        try:
            return list(inspect_warehouse(current_warehouse(self.home))["origins"]), None
        except ReleaseInvalid as error:
            return [], str(error)


@dataclass(frozen=True)
class DictionaryLook:
    """The dictionary of the current release."""

    home: Home

    def found(self) -> str | None:
        """What is wrong, if anything."""
        folder = current_warehouse(self.home).parent
        page = (folder / "dictionary" / "index.html").read_text(encoding="utf-8")
        return inspect_dictionary(page, read_manifest(folder)["data_origins"])


def look_at_all(looks: Mapping[K, Sequence[Look]]) -> dict[K, list[Any]]:
    """What each look found, in whichever process had time for it."""
    found = iter(spread(_look, [look for each in looks.values() for look in each]))
    return {key: [next(found) for _ in each] for key, each in looks.items()}


def _look(look: Look) -> Any:
    return look.found()
