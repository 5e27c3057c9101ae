"""The charts as figures of the page: a picture, what makes it interactive, and its notes.

Here: choosing what stands around each chart. Not here: drawing one (`charts`), its notes' words
(`method_notes`), or HTML (`templates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sz_assets.charts.catalogue import CATALOGUE
from sz_assets.charts.context import SIMULATED_MARK, Bilingual, ChartContext
from sz_assets.charts.render import script_literal
from sz_assets.report import formats
from sz_assets.report.method_notes import NOTES


@dataclass(frozen=True)
class Figure:
    """One chart; `picture` is None where it was not made, `spec` where it stays a picture."""

    name: str
    heading: Bilingual
    picture: Markup | None
    spec: Markup | None
    tables: Sequence[str]
    note: Bilingual


def figures_by_section(
    context: ChartContext, pictures: Mapping[str, str], specs: Mapping[str, str]
) -> dict[str, list[Figure]]:
    """Of each section its figures, in the catalogue's order; ValueError for an unsafe picture.

    `pictures` holds SVG text and `specs` Vega-Lite JSON, both by the chart's name.
    """
    shown: dict[str, list[Figure]] = {}
    for spec in CATALOGUE:
        if spec.is_table:
            continue
        picture, drawing = pictures.get(spec.name), specs.get(spec.name)
        shown.setdefault(spec.section, []).append(
            Figure(
                spec.name,
                spec.heading,
                None
                if picture is None
                else formats.inline_svg(picture, spec.name, _label(context, spec.heading)),
                None if picture is None or drawing is None else Markup(script_literal(drawing)),  # noqa: S704 (no letter of HTML is left)
                spec.tables,
                NOTES[spec.name],
            )
        )
    return shown


def _label(context: ChartContext, heading: Bilingual) -> str:
    mark = f" {SIMULATED_MARK}." if context.is_simulated else ""
    return f"{heading}. {context.study_name}, {context.month_text}.{mark}"
