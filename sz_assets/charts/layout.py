"""The frame around every chart: heading, provenance, the mark of simulated data, and no data.

Here: what all charts share, built with Altair. Not here: a particular figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import SIMULATED_MARK, Bilingual, ChartContext

# The view and the data set of this name hold one mark and one row for each thing drawn.
MAIN = "main"

Part: TypeAlias = alt.Chart | alt.LayerChart | alt.VConcatChart


def data(rows: Sequence[Mapping[str, Any]], name: str) -> alt.InlineData:
    """Rows as a named data set inside the specification: nothing is fetched to draw it."""
    return alt.InlineData(values=[dict(row) for row in rows], name=name)


def _simulated_badge(width: int) -> alt.LayerChart:
    badge_width = 190
    mark = alt.Chart(data([{"text": str(SIMULATED_MARK)}], "simulated_mark"))
    box = mark.mark_rect(
        fill=theme.SIMULATED_FILL, stroke=theme.SIMULATED_INK, cornerRadius=4
    ).encode(x=alt.XValue(0), x2=alt.X2Value(badge_width), y=alt.YValue(0), y2=alt.Y2Value(24))
    text = mark.mark_text(
        align="center", baseline="middle", color=theme.SIMULATED_INK, fontSize=13
    ).encode(x=alt.XValue(badge_width / 2), y=alt.YValue(12), text=alt.Text("text:N"))
    return alt.layer(box, text).properties(width=width, height=24)


def finish(
    parts: Sequence[Part],
    heading: Bilingual,
    context: ChartContext,
    subtitle: Sequence[str],
    width: int = theme.WIDTH,
) -> alt.VConcatChart:
    """The parts under one heading in both languages, with study, month and what `subtitle` adds.

    The first line of `subtitle` follows study and month; each further line stands by itself.
    """
    first, *others = subtitle
    provenance = f"{context.study_name} · {context.month_text} · {first}"
    badge = [_simulated_badge(width)] if context.is_simulated else []
    return alt.vconcat(
        *badge,
        *parts,
        title=alt.TitleParams(text=list(heading), subtitle=[provenance, *others]),
        description=f"{heading}. {provenance}",
        config=alt.Config(**theme.CONFIG),
    )


def empty(heading: Bilingual, context: ChartContext, reason: Bilingual) -> alt.VConcatChart:
    """A chart that says in both languages that there is nothing to draw, and why."""
    lines = [
        {"line": 0, "text": reason.zh},
        {"line": 1, "text": reason.en},
    ]
    text = (
        alt.Chart(data(lines, "empty_text"), name="empty")
        .mark_text(align="center", baseline="middle", color=theme.MUTED, fontSize=14)
        .encode(
            x=alt.XValue(theme.WIDTH / 2),
            y=alt.Y("line:Q", axis=None, scale=alt.Scale(domain=[-2, 3], reverse=True)),
            text=alt.Text("text:N"),
        )
        .properties(width=theme.WIDTH, height=140)
    )
    return finish([text], heading, context, ["n = 0"])
