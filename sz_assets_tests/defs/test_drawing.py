"""Charts and reports that are kept: made again when anything they are made of is another."""

from __future__ import annotations

import sys
from dataclasses import astuple, replace
from pathlib import Path

import polars as pl
import pytest

from sz_assets import crew, kept
from sz_assets.charts import batch
from sz_assets.charts.batch import Order
from sz_assets.charts.inspection import Inspection
from sz_assets.charts.render import ChartFiles
from sz_assets.defs.drawing import draw_all, inspect_all

sys.path.insert(0, str(Path(__file__).parents[1] / "charts"))
import fake_marts

NAME = "figure_1"


@pytest.fixture
def order(tmp_path: Path) -> Order:
    frames = {"publishing_by_year": fake_marts.marts()["publishing_by_year"]}
    return Order(NAME, frames, fake_marts.context(), tmp_path / "charts")


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the charts that are really drawn or inspected; what is drawn is a line a file."""
    done: list[str] = []

    def draw(order: Order) -> ChartFiles:
        done.append(f"draw {order.name}")
        order.folder.mkdir(parents=True, exist_ok=True)
        for path in astuple(order.files):
            path.write_text(f"{path.name} {order.context.data_origin}")
        return order.files

    def inspect(order: Order) -> Inspection:
        done.append(f"inspect {order.name}")
        whole = all(path.exists() for path in astuple(order.files))
        return Inspection(None, 3, 3, 1400, 800, 99) if whole else Inspection("One is missing.")

    monkeypatch.setattr(batch, "draw", draw)
    monkeypatch.setattr(batch, "inspect", inspect)
    return done


def test_a_chart_of_the_same_is_kept_and_its_maker_told(
    order: Order, tmp_path: Path, drawn: list[str]
) -> None:
    records = tmp_path / "kept"
    assert draw_all([order], records, "first") == [None]
    assert draw_all([order], records, "second") == ["first"]
    assert draw_all([order], records, "third") == ["first"]
    assert drawn == ["draw figure_1"]


def test_another_row_name_or_month_is_drawn(order: Order, tmp_path: Path, drawn: list[str]) -> None:
    records = tmp_path / "kept"
    rows = order.frames["publishing_by_year"]
    one_more = rows.with_columns(pl.col("video_count") + (pl.int_range(pl.len()) == 0))
    others = [
        replace(order, frames={"publishing_by_year": one_more}),
        replace(order, context=replace(order.context, data_origin="live:douyin")),
        replace(order, name="figure_2"),
    ]
    for other in others:
        draw_all([order], records, "first")
        assert draw_all([other], records, "second") == [None]
    # The last of them is kept, and the one before it, in whose place it stands, is not.
    assert draw_all([others[-1]], records, "third") == ["second"]
    assert draw_all([others[1]], records, "third") == [None]


@pytest.mark.parametrize("kind", ["json", "svg", "png", "html"])
def test_a_damaged_or_deleted_file_is_made_again(order: Order, tmp_path: Path, kind: str) -> None:
    records, path = tmp_path / "kept", getattr(order.files, kind)
    draw_all([order], records, "first")
    whole = path.read_bytes()
    path.write_bytes(b"x" + whole[1:])
    assert draw_all([order], records, "second") == [None]
    assert path.read_bytes() == whole
    path.unlink()
    assert draw_all([order], records, "third") == [None]
    assert path.read_bytes() == whole


def test_other_code_draws_and_inspects_again(
    order: Order, tmp_path: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    records = tmp_path / "kept"
    draw_all([order], records, "first")
    inspect_all([order], records, "first")
    monkeypatch.setattr(kept, "code_digest", lambda: "another")
    assert draw_all([order], records, "second") == [None]
    assert inspect_all([order], records, "second")[0].earlier_run_id is None
    assert drawn == ["draw figure_1", "inspect figure_1"] * 2


def test_files_are_inspected_again_only_if_they_changed(
    order: Order, tmp_path: Path, drawn: list[str]
) -> None:
    records = tmp_path / "kept"
    draw_all([order], records, "first")
    (found,) = inspect_all([order], records, "first")
    assert found.found.ok
    assert found.earlier_run_id is None
    (again,) = inspect_all([order], records, "second")
    assert again == replace(found, earlier_run_id="first")
    order.files.svg.write_text("another")
    assert inspect_all([order], records, "third")[0].earlier_run_id is None
    assert drawn == ["draw figure_1", "inspect figure_1", "inspect figure_1"]


def test_a_problem_is_never_kept(order: Order, tmp_path: Path, drawn: list[str]) -> None:
    records = tmp_path / "kept"
    draw_all([order], records, "first")
    order.files.png.unlink()
    for run in ("first", "second"):
        (each,) = inspect_all([order], records, run)
        assert each.found.problem == "One is missing."
        assert each.earlier_run_id is None
    assert drawn.count("inspect figure_1") == 2


def test_orders_are_drawn_in_their_order_by_the_crew(
    order: Order, tmp_path: Path, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the other processes draw truly, and so does this one
    orders = [
        replace(order, folder=tmp_path / f"{number}", frames=order.frames) for number in range(4)
    ]
    contexts = [replace(order.context, data_origin=f"import:{n}") for n in range(4)]
    orders = [replace(each, context=c) for each, c in zip(orders, contexts, strict=True)]
    with crew.started(["altair", "vl_convert"]):
        assert draw_all(orders, tmp_path / "kept", "run") == [None] * 4
        found = inspect_all(orders, tmp_path / "kept", "run")
    assert [each.found.problem for each in found] == [None] * 4
    assert drawn == []
    alone = replace(orders[2], folder=tmp_path / "alone")
    batch.draw(alone)
    for made, again in zip(astuple(orders[2].files), astuple(alone.files), strict=True):
        assert made.read_bytes() == again.read_bytes()
