"""Charts as files: Vega-Lite JSON, SVG, PNG and a self-contained HTML page.

Here: rendering and writing. Not here: what is drawn, the font (`fonts`), or the check of what was
written (`inspection`).
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, fields
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sz_assets.charts.drawn_text import text_drawer
from sz_assets.charts.fonts import font_file, register_font
from sz_assets.charts.made_once import FOLDER, keep
from sz_assets.charts.placed_texts import put_in, take_out
from sz_assets.disk import write_bytes

if TYPE_CHECKING:
    import altair as alt

PNG_SCALE = 2

# No address is allowed, so the page can ask for nothing even if its data said so; Vega compiles
# expressions at run time, hence 'unsafe-eval'.
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{margin:0;background:#fff;overflow-x:auto}}#chart{{padding:8px}}</style>
</head>
<body>
<main id="chart"></main>
<script>{library}</script>
<script>
vegaEmbed("#chart", {spec}, {{
  renderer: "svg", actions: {{export: true, source: false, compiled: false, editor: false}}
}});
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Rendered:
    """One chart in every format."""

    json: bytes
    svg: bytes
    png: bytes
    html: bytes


@dataclass(frozen=True)
class ChartFiles:
    """Where the formats of one chart lie."""

    json: Path
    svg: Path
    png: Path
    html: Path

    @classmethod
    def at(cls, folder: Path, name: str) -> ChartFiles:
        """The paths of the chart `name` in `folder`, written or not."""
        return cls(
            json=folder / f"{name}.json",
            svg=folder / f"{name}.svg",
            png=folder / f"{name}.png",
            html=folder / f"{name}.html",
        )


@cache
def bundled_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as the one script that pages hold."""
    return library_script(FOLDER)


def library_script(folder: Path) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, kept in `folder`: making it takes a second."""
    import vl_convert

    source = "window.vegaEmbed = vegaEmbed;"
    made_of = f"{version('vl-convert-python')} {source}"
    kept = folder / f"vega-{sha256(made_of.encode()).hexdigest()[:16]}.js"
    if kept.exists():
        return kept.read_bytes().decode()
    library: str = vl_convert.javascript_bundle(source)
    if "</script" in library.lower():
        raise ValueError("the bundled script can't stand inside a script element")
    keep(kept, library.encode())
    return library


def script_literal(spec: str) -> str:
    """JSON that can stand in a script element, whatever text it holds."""
    return (
        spec.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    # The tests hold every chart against Vega-Lite's schema: here that would double the time.
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def _spec_text(spec: dict[str, Any]) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)


def _svg(spec: dict[str, Any]) -> str:
    import vl_convert

    register_font()
    emptied, texts = take_out(spec)
    return put_in(vl_convert.vegalite_to_svg(_spec_text(emptied)), texts)


def png_of(svg: str) -> bytes:
    """A drawing that `render_svg` made, as PNG."""
    import vl_convert

    register_font()
    drawn = text_drawer(font_file()).draw(svg)
    png: bytes = vl_convert.svg_to_png(drawn, scale=PNG_SCALE)
    return png


def render_svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG text, whose fonts are the viewer's."""
    return _svg(_spec(chart))


def render(chart: alt.TopLevelMixin) -> Rendered:
    """The chart in every format. The same chart gives the same bytes."""
    spec = _spec(chart)
    spec_text, svg = _spec_text(spec), _svg(spec)
    page = _PAGE.format(
        policy=_CONTENT_POLICY,
        title=html.escape(str(chart.description)),
        library=bundled_library(),
        spec=script_literal(spec_text),
    )
    return Rendered(
        json=spec_text.encode(),
        svg=svg.encode(),
        png=png_of(svg),
        html=page.encode(),
    )


def write_chart(chart: alt.TopLevelMixin, folder: Path, name: str) -> ChartFiles:
    """Render the chart and replace its files in `folder`, each atomically; UserError if refused."""
    rendered = render(chart)
    files = ChartFiles.at(folder, name)
    for kind in fields(ChartFiles):
        write_bytes(getattr(files, kind.name), getattr(rendered, kind.name))
    return files
