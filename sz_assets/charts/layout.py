"""The frame around every chart: heading, provenance, marks of simulated or missing data, no data.

Here: what all charts share, built with Altair. Not here: a particular figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt

from sz_assets.charts import theme
from sz_assets.charts.context import Bilingual, ChartContext

# The view and the data set of this name hold one mark and one row for each thing drawn.
MAIN = "main"
_BADGE_SIZE = 13

Part: TypeAlias = alt.Chart | alt.LayerChart | alt.VConcatChart


def data(rows: Sequence[Mapping[str, Any]], name: str) -> alt.InlineData:
    """Rows as a named data set inside the specification: nothing is fetched to draw it."""
    # A tuple, because Altair copies lists, row by row and value by value, with each chart that is
    # put into another: that is most of what building a chart costs.
    return alt.InlineData(values=tuple(dict(row) for row in rows), name=name)


def _badges(badges: Sequence[Bilingual], width: int) -> alt.LayerChart:
    """The month's badges side by side, each in a box as wide as its text needs."""
    layers: list[alt.Chart] = []
    left = 0.0
    for number, badge in enumerate(badges):
        right = left + theme.text_width(str(badge), _BADGE_SIZE) + 24
        base = alt.Chart(data([{"text": str(badge)}], f"badge_{number}"))
        box = base.mark_rect(fill=theme.BADGE_FILL, stroke=theme.BADGE_INK, cornerRadius=4)
        text = base.mark_text(
            align="center", baseline="middle", color=theme.BADGE_INK, fontSize=_BADGE_SIZE
        )
        layers += [
            box.encode(
                x=alt.XValue(left), x2=alt.X2Value(right), y=alt.YValue(0), y2=alt.Y2Value(24)
            ),
            text.encode(
                x=alt.XValue((left + right) / 2), y=alt.YValue(12), text=alt.Text("text:N")
            ),
        ]
        left = right + 8
    return alt.layer(*layers).properties(width=width, height=24)


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
    badge_row = [_badges(context.badges, width)] if context.badges else []
    if context.incomplete_accounts:
        names = ", ".join(str(context.account_name(each)) for each in context.incomplete_accounts)
        lacking = f"列表不完整 Not known to be complete: {names}"
        others = [*others, theme.fit(lacking, width, theme.SUBTITLE_SIZE)]
    return alt.vconcat(
        *badge_row,
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
