"""Making the reports of months: on all cores, and not again what is as it was.

Here: sharing reports out, and keeping those that were made of the same by the same code. Not here:
what stands in a report (`report`), or its asset (`assets.publish`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sz_assets.crew import spread
from sz_assets.disk import write_bytes
from sz_assets.kept import Kept, digest_of
from sz_assets.report.data import Provenance, ReportData
from sz_assets.report.page import build_report


@dataclass(frozen=True)
class Page:
    """What stands in one month's report, where it lies, and the folder of the records."""

    data: ReportData
    path: Path
    kept: Path


def make_reports(pages: Sequence[Page]) -> list[str | None]:
    """Write the reports; of each that lies there as an earlier run made it of the same, that run.

    Each is as new as this run, and those of later months are no older than those of earlier ones,
    with which they compare: that is how an outdated one is known.
    """
    made_by = spread(_make, pages)
    for page in pages:
        page.path.touch()
    return made_by


def _make(page: Page) -> str | None:
    # A page names the run that made it, and that is all that another run would change in it.
    run = page.data.provenance
    made_of = digest_of(replace(page.data, provenance=Provenance("", run.version, "")))
    records, name = Kept(page.kept), f"report/{page.data.context.crawl_month:%Y-%m}"
    if record := records.found(name, made_of):
        return record.run_id
    write_bytes(page.path, build_report(page.data).encode())
    records.remember(name, made_of, [page.path], run.run_id)
    return None
