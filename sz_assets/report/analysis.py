"""The sections of the analysis in their order, each with the charts that belong to it.

Here: the list. Not here: what a section says (`coding`, `description`, `concentration`,
`effects`, `development`, `events`, `indexes`, `consistency`).
"""

from __future__ import annotations

from collections.abc import Callable

from sz_assets.charts.catalogue import chart_named
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.report.coding import coding
from sz_assets.report.concentration import concentration
from sz_assets.report.consistency import consistency
from sz_assets.report.description import description
from sz_assets.report.development import growth
from sz_assets.report.effects import effects
from sz_assets.report.events import events
from sz_assets.report.indexes import indexes
from sz_assets.report.section import Frames, Section


def _effects(frames: Frames, context: ChartContext) -> Section:
    return effects(frames, context, chart_named("claims").heading)


# Id of the section → its words in the contents, and what makes it.
SECTIONS: dict[str, tuple[Bilingual, Callable[[Frames, ChartContext], Section]]] = {
    "coding": (Bilingual("内容编码", "Content coding"), coding),
    "description": (Bilingual("描述", "Description"), description),
    "concentration": (Bilingual("集中度", "Concentration"), concentration),
    "effects": (Bilingual("相关因素", "What goes with engagement"), _effects),
    "growth": (Bilingual("增长与年龄", "Growth and age"), growth),
    "events": (Bilingual("事件", "Events"), events),
    "indexes": (Bilingual("指数", "Indexes"), indexes),
    "consistency": (Bilingual("论文一致性", "Consistency"), consistency),
}


def analysis_sections(frames: Frames, context: ChartContext) -> list[Section]:
    """Every section, also one of which nothing is known this month."""
    return [make(frames, context) for _, make in SECTIONS.values()]
