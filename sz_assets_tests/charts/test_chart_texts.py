"""Texts that are not measured, and texts that are drawn as outlines: the pictures stay the same."""

from __future__ import annotations

import io
import json

import fake_marts
import pytest
import vl_convert
from PIL import Image, ImageChops

from sz_assets.charts import theme
from sz_assets.charts.catalogue import chart_named
from sz_assets.charts.drawn_text import TextDrawer
from sz_assets.charts.fonts import font_file, register_font
from sz_assets.charts.placed_texts import put_in, take_out
from sz_assets.charts.render import render_svg

DRAWER = TextDrawer(font_file())
MARTS = fake_marts.marts()

PLACING = (
    *("table_1", "table_2", "claims", "category_specialisation", "publishing_heatmap"),
    *("account_comparison", "category_prevalence", "effects"),
)


def text(content: str, given: str = "", size: float = 20, family: str = theme.FONT) -> str:
    return (
        f'<text {given} font-family="{family}" font-size="{size}px" fill="#123456">{content}</text>'
    )


def picture(*contents: str, width: int = 700) -> Image.Image:
    register_font()
    rows = (
        f'<g transform="translate({width / 2},{36 * row})">{content}</g>'
        for row, content in enumerate(contents, start=1)
    )
    height = 36 * len(contents) + 90
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(rows)}</svg>'
    )
    return Image.open(io.BytesIO(vl_convert.svg_to_png(svg, scale=2))).convert("L")


def differing(*contents: str) -> int:
    """Pixels of which more than a fifth of all shades lie between both ways of drawing."""
    both = picture(*contents), picture(*(DRAWER.draw(each) for each in contents))
    return sum(ImageChops.difference(*both).histogram()[52:])


@pytest.mark.parametrize("name", PLACING)
def test_what_is_not_measured_is_drawn_to_the_last_byte_as_if_it_were(name: str) -> None:
    chart = chart_named(name).build(MARTS, fake_marts.context())
    spec = chart.to_dict()
    register_font()
    assert take_out(spec)[1]
    measured = vl_convert.vegalite_to_svg(json.dumps(spec, ensure_ascii=False, sort_keys=True))
    assert render_svg(chart) == measured


def test_placed_texts_keep_their_order_and_what_needs_escaping() -> None:
    rows = [{"x": n, "said": said} for n, said in enumerate(["a\"<&>'b", "", "二 two", "]]>"])]
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [-5, 9]}}
    encoding = {"text": {"field": "said"}, "x": x}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "layer": [
            {"mark": {"type": "text", "style": "placed"}, "encoding": encoding},
            {"mark": "text", "data": {"values": [{"said": ""}]}, "encoding": {}},
        ],
        "data": {"values": rows},
        "width": 600,
    }
    before = json.dumps(spec)
    emptied, texts = take_out(spec)
    assert texts == [("said", row["said"]) for row in rows]
    assert "two" not in json.dumps(emptied["layer"])
    assert json.dumps(spec) == before
    drawn = put_in(vl_convert.vegalite_to_svg(emptied), texts)
    assert drawn == vl_convert.vegalite_to_svg(spec)
    with pytest.raises(ValueError, match="not as many places"):
        put_in(vl_convert.vegalite_to_svg(emptied), texts[1:])


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
def test_outlines_look_as_the_renderer_draws_the_text(anchor: str) -> None:
    given = f'text-anchor="{anchor}"'
    contents = [
        text("热门视频的点赞数（次，对数刻度）", given),
        text("AVATAR To. Ty, P. LT “Yes” /V/ Ellbogen", given),
        text("12,345.6 = 78% · α ≥ 0.667 − 10⁴ × ½", given),
        text("9.4k 与 4k, Over 5700; 2023–10 &amp; &lt;b&gt;", given),
        text("official coefficient Traffic e\u0301 a—— b", given),
        text("かな カナ", given),
        text("Ｆｕｌｌ　ｗｉｄｔｈ Ωμα Привет №5", given, size=13.5),
        text("深圳 Shenzhen", f'{given} transform="rotate(-20)" opacity="0.5"'),
    ]
    assert all(DRAWER.draw(each).startswith("<path ") for each in contents)
    assert differing(*contents) <= 3
    # The measure itself: another text, and the same a pixel further, are told apart.
    moved = contents[0].replace("<text ", '<text transform="translate(1,0)" ')
    assert sum(ImageChops.difference(picture(contents[0]), picture(moved)).histogram()[52:]) > 300


def test_lines_of_one_text_stand_where_the_renderer_puts_them() -> None:
    lines = '<tspan>图 1　年份</tspan><tspan x="0" dy="21">Figure 1.</tspan>'
    content = text(lines + '<tspan x="0" dy="18.5">n = 12 &gt; 3</tspan>', 'text-anchor="start"')
    assert "<text" not in DRAWER.draw(content)
    assert differing(content) <= 3


@pytest.mark.parametrize(
    "content",
    [
        *(
            text("\u05e9\u05dc\u05d5\u05dd"),
            text("a \u05e9\u05dc"),
            text("a 😀"),
            text("\U0010ffff"),
        ),
        *(text(" a"), text("a  b")),
        *(text("a", 'font-weight="bold"'), text("a", 'stroke="#fff"'), text("a", family="serif")),
        text('<tspan>a</tspan><tspan x="0" dy="9">a 😀</tspan>'),
        text('<tspan>a</tspan><tspan x="4">b</tspan>'),
    ],
)
def test_what_is_not_understood_is_left_to_the_renderer(content: str) -> None:
    assert DRAWER.draw(content) == content
