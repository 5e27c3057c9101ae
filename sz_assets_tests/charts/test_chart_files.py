"""Rendering, writing, and the check that opens what was written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import fake_marts
import pytest

from sz_assets.charts.catalogue import CATALOGUE, chart_named
from sz_assets.charts.context import SIMULATED_MARK
from sz_assets.charts.inspection import inspect_chart, outside_references, png_size
from sz_assets.charts.render import ChartFiles, Rendered, library_script, render, write_chart

MARTS = fake_marts.marts()


@pytest.fixture(scope="module")
def figure() -> Rendered:
    return render(chart_named("figure_4").build(MARTS, fake_marts.context()))


@pytest.fixture
def files(figure: Rendered, tmp_path: Path) -> ChartFiles:
    files = ChartFiles.at(tmp_path, "figure_4")
    for kind in ("json", "svg", "png", "html"):
        getattr(files, kind).write_bytes(getattr(figure, kind))
    return files


def problem(files: ChartFiles, **changes: object) -> str | None:
    spec = chart_named("figure_4")
    arguments = {
        "expected_rows": spec.expected_rows(MARTS, fake_marts.context()),
        "mark": spec.mark,
        "badges": [SIMULATED_MARK],
        **changes,
    }
    return inspect_chart(files, **arguments).problem  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        *("figure_1", "figure_2", "table_1", "table_2"),
        *(spec.name for spec in CATALOGUE if spec.number is None),
    ],
)
def test_each_kind_of_chart_is_written_and_passes_its_check(name: str, tmp_path: Path) -> None:
    spec, context = chart_named(name), fake_marts.context()
    written = write_chart(spec.build(MARTS, context), tmp_path, name)
    expected = spec.expected_rows(MARTS, context)
    found = inspect_chart(written, expected_rows=expected, mark=spec.mark, badges=context.badges)
    assert found.ok, found.problem
    assert found.row_count == found.mark_count == expected
    assert found.png_width > 1200
    assert found.byte_count > 800_000
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"{name}.{kind}" for kind in ("json", "svg", "png", "html")]
    )


def test_an_empty_chart_passes_its_check_and_no_other_does(tmp_path: Path) -> None:
    spec, context = chart_named("figure_4"), fake_marts.context()
    written = write_chart(spec.build(fake_marts.empty_marts(), context), tmp_path, "figure_4")
    assert problem(written, expected_rows=0) is None
    assert problem(written) == "The specification holds no main data."


def test_a_full_chart_is_not_taken_for_an_empty_one(files: ChartFiles) -> None:
    assert problem(files, expected_rows=0) == "The chart has no data and does not say so."


def test_the_picture_is_the_same_each_time_at_twice_its_size(figure: Rendered) -> None:
    assert render(chart_named("figure_4").build(MARTS, fake_marts.context())) == figure
    width, height = png_size(figure.png)
    assert width / 2 == pytest.approx(float(re.search(rb'width="([0-9.]+)"', figure.svg)[1]), abs=1)
    assert height > 800


def test_the_page_is_self_contained(figure: Rendered) -> None:
    page = figure.html.decode()
    assert outside_references(page) == []
    assert "default-src 'none'" in page
    assert "vegaEmbed(" in page
    assert len(page) > 500_000


def test_a_hostile_title_stays_text_in_every_format() -> None:
    hostile = fake_marts.marts(title=fake_marts.HOSTILE)
    rendered = render(chart_named("table_2").build(hostile, fake_marts.context()))
    page, svg = rendered.html.decode(), rendered.svg.decode()
    assert page.count("<script") == page.count("</script>") == 2
    assert "<img src=x" not in page
    assert outside_references(page) == []
    assert "<script" not in svg
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in svg
    assert "</script><script>alert(1)" in json.dumps(json.loads(rendered.json))
    assert "\u202e" not in svg


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("json", b"{", "Expecting property name"),
        ("json", b'{"$schema": "other"}', "The JSON file is not a Vega-Lite specification."),
        ("svg", b"<svg", "The SVG file can't be parsed"),
        ("svg", b"<html/>", "The SVG file holds no picture."),
        ("png", b"", "The PNG file does not begin like one."),
        ("html", b"<p>nothing</p>", "The HTML page does not draw the chart."),
        ("html", b"vegaEmbed( <script src='https://x.test/a.js'>", "refers to something outside"),
    ],
)
def test_a_broken_file_is_found(
    files: ChartFiles, kind: str, content: bytes, expected: str
) -> None:
    getattr(files, kind).write_bytes(content)
    assert expected in (problem(files) or "")


def test_a_picture_cut_short_or_blank_is_found(files: ChartFiles, figure: Rendered) -> None:
    assert problem(files) is None
    files.png.write_bytes(figure.png[: len(figure.png) // 2])
    assert "PNG" in (problem(files) or "")
    import vl_convert

    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"></svg>'
    files.png.write_bytes(vl_convert.svg_to_png(blank))
    assert problem(files) == "The PNG file shows nothing."


def test_a_missing_file_is_found(files: ChartFiles) -> None:
    files.svg.unlink()
    assert "figure_4.svg" in (problem(files) or "")


def test_lost_rows_and_marks_are_found(files: ChartFiles, figure: Rendered) -> None:
    right = chart_named("figure_4").expected_rows(MARTS, fake_marts.context())
    assert problem(files, expected_rows=right + 1) == (
        f"The chart holds {right} rows, not {right + 1}."
    )
    assert problem(files, mark="line") == "The specification does not draw its main data as line."
    # One bar less in the picture than in the data.
    svg = re.sub(r'(main_\d+_marks"[^>]*>)<path[^>]*/>', r"\1", figure.svg.decode(), count=1)
    assert svg != figure.svg.decode()
    files.svg.write_text(svg)
    assert problem(files) == f"The picture shows {right - 1} marks, not {right}."


def test_simulated_data_without_their_mark_are_found(tmp_path: Path) -> None:
    observed = fake_marts.context(data_origin="live:douyin")
    files = write_chart(chart_named("figure_4").build(MARTS, observed), tmp_path, "figure_4")
    assert problem(files, badges=[]) is None
    assert problem(files) == "The picture does not say: 模拟数据 Simulated data."


def test_incomplete_lists_without_their_mark_are_found(tmp_path: Path) -> None:
    lacking = fake_marts.context(incomplete=("first_scene", "shenzhen_traffic_police"))
    spec = chart_named("figure_4")
    whole = fake_marts.context(incomplete=())
    unsaid = problem(
        write_chart(spec.build(MARTS, whole), tmp_path, "figure_4"), badges=lacking.badges
    )
    assert unsaid == (
        "The picture does not say: 5 个账号中 2 个列表不完整 Incomplete: 2 of 5 lists."
    )
    files = write_chart(spec.build(MARTS, lacking), tmp_path, "figure_4")
    assert problem(files, badges=lacking.badges) is None
    picture = files.svg.read_text(encoding="utf-8")
    assert "第一现场 First Scene, 深圳交警 Shenzhen Traffic Police" in picture


@pytest.mark.parametrize(
    "page",
    [
        '<img src="//cdn.test/a.png">',
        '<link rel="stylesheet" href="https://cdn.test/a.css">',
        "<style>@import 'a.css';</style>",
        "<style>p{background:url(https://x.test/a)}</style>",
        '<p style="background:url(http://x.test/a)">',
        '<img src="data:," onerror="alert(1)">',
        '<a href="javascript:alert(1)">',
        '<a href="http://x.test/">',
        '<form action="/send">',
        "<script src=a.js></script>",
        '<svg><use xlink:href="a.svg#b"/></svg>',
    ],
)
def test_every_way_out_of_a_page_is_seen(page: str) -> None:
    assert outside_references(page, allow_links=True) != []


def test_links_are_seen_unless_they_are_allowed() -> None:
    page = '<a href="https://x.test/">x</a><a href="reports/2023-10.html">y</a><a href="#top">z</a>'
    assert len(outside_references(page)) == 2
    assert outside_references(page, allow_links=True) == []


def test_all_marks_of_the_catalogue_are_drawn_by_name() -> None:
    assert {spec.mark for spec in CATALOGUE} == {"bar", "point", "rect"}


def test_the_script_of_the_pages_is_made_once_and_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = library_script(tmp_path / "kept")
    assert "vegaEmbed=" in made
    assert len(made) > 500_000
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda source: "made again")
    assert library_script(tmp_path / "kept") == made
    # Nowhere to keep it: it is made, and nothing fails.
    (tmp_path / "file").write_bytes(b"")
    assert library_script(tmp_path / "file" / "kept") == "made again"
    # Another version of the renderer has another script.
    monkeypatch.setattr("sz_assets.charts.render.version", lambda package: "another")
    assert library_script(tmp_path / "kept") == "made again"
