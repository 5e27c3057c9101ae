"""What a published file says of itself: study, run, months, origin of the data, versions.

Here: these facts and the sentences made of them. Not here: any file (`publish.formats`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sz_assets.study import Study


@dataclass(frozen=True)
class About:
    """A release's facts. `published_at` has its zone; `months` are first days, ascending."""

    study: Study
    run_id: str
    published_at: datetime
    months: tuple[date, ...]
    data_origins: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_manifest(cls, study: Study, manifest: Mapping[str, Any]) -> About:
        """From a release's manifest; KeyError or ValueError if it is none."""
        return cls(
            study=study,
            run_id=manifest["run_id"],
            published_at=datetime.fromisoformat(manifest["published_at"]),
            months=tuple(date.fromisoformat(month) for month in manifest["crawl_months"]),
            data_origins=tuple(manifest["data_origins"]),
            versions=dict(manifest["versions"]),
        )

    @property
    def simulated(self) -> str:
        """The sentence that simulated data must carry, in both languages; else empty."""
        if "simulated" not in self.data_origins:
            return ""
        if len(self.data_origins) > 1:
            return "部分为模拟数据（见 data_origin）。Partly simulated data: see data_origin."
        return "模拟数据，并非真实观测。Simulated data, not observations."

    @property
    def title(self) -> str:
        """Study and months, in both languages."""
        name = self.study.name
        return f"{name.zh} {name.en}, {self.span('–')}"

    def span(self, dash: str) -> str:
        """The months as `2023-08–2023-10`; a single one as `2023-10`."""
        ends = dict.fromkeys(f"{month:%Y-%m}" for month in (*self.months[:1], *self.months[-1:]))
        return dash.join(ends)

    def facts(self) -> list[tuple[str, str]]:
        """What to print of it, as (what, value)."""
        return [
            ("研究 Study", f"{self.study.name.zh} {self.study.name.en} ({self.study.id})"),
            ("月份 Crawl months", ", ".join(f"{month:%Y-%m}" for month in self.months)),
            ("数据来源 Data origin", ", ".join(self.data_origins)),
            *([("注意 Note", self.simulated)] if self.simulated else []),
            ("运行 Run", self.run_id),
            ("发布时间 Published at", self.published_at.isoformat(timespec="seconds")),
            ("编码表版本 Codebook version", self.study.codebook.version),
            ("时区 Time zone of the study", self.study.time_zone),
            *((f"版本 Version of {name}", version) for name, version in self.versions.items()),
        ]
