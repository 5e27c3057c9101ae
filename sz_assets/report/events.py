"""The section on events: what stood out around them, and when the level of a series changed.

Here: its sentences and tables, from `event_effects` and `changepoints`. Not here: the calendar of
events (a study's data), or how an effect or a changepoint is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import MEASURES
from sz_assets.report import formats
from sz_assets.report.section import Frames, Section, in_both, rows_of
from sz_assets.report.sentences import Row, Sentence, Value, known, say, value_of
from sz_assets.report.tables import (
    Cell,
    Column,
    Content,
    DataTable,
    Notes,
    data_table,
    field,
    row_id,
    tally,
    with_small,
)

Rows = Sequence[tuple[str, Row]]
_VERDICTS = {
    "spike": Bilingual("突出地高", "stands out upwards"),
    "drop": Bilingual("突出地低", "stands out downwards"),
    "none": Bilingual("不突出", "does not stand out"),
    "undecided": Bilingual("未定", "undecided"),
    "not_testable": Bilingual("无法检验", "not testable"),
}


def events(frames: Frames, context: ChartContext) -> Section:
    """Each dated event against its comparison window, then the changepoints."""
    effects = [
        (row_id("event_effects", row["event_id"], row["metric"]), row)
        for row in rows_of(frames, "event_effects", context).iter_rows(named=True)
    ]
    changes = [
        (row_id("changepoints", row["metric"], row["published_month"]), row)
        for row in rows_of(frames, "changepoints", context).iter_rows(named=True)
    ]
    names = {row["event_id"]: row["event_name"] for _, row in effects}
    found = tally(
        "event_effects",
        _VERDICTS,
        [row["verdict"] for _, row in effects],
        Bilingual("事件的结论", "Verdicts on events"),
    )
    unknown = []
    if not effects:
        unknown.append(
            Bilingual(
                "没有可检验的事件：研究的日历中没有事件，或没有视频。",
                "No event is tested: the study's calendar has none, or there are no videos.",
            )
        )
    if not changes:
        unknown.append(Bilingual("没有找到变点。", "No changepoint was found."))
    return Section(
        "events",
        Bilingual("事件与变点", "Events and changepoints"),
        known(
            [
                _counted(found.values) if effects else None,
                *(_outstanding(row, place) for place, row in effects),
                *(_changed(row, place) for place, row in changes),
            ]
        ),
        [
            *([found.table, _event_table(effects)] if effects else []),
            *([_change_table(changes, names)] if changes else []),
        ],
        unknown,
    )


def _counted(values: Mapping[str, Value | None]) -> Sentence | None:
    return say(
        Bilingual(
            "事件与指标的组合中，突出地高的有 {spike} 个，突出地低的 {drop} 个，"
            "不突出的 {none} 个，未定的 {undecided} 个，无法检验的 {not_testable} 个。",
            "Of the pairs of event and measure {spike} stand out upwards and {drop} downwards, "
            "{none} do not stand out, {undecided} are undecided and {not_testable} not testable.",
        ),
        values,
    )


def _outstanding(row: Row, place: str) -> Sentence | None:
    """A sentence for an event that stands out after correction."""
    if row["verdict"] not in ("spike", "drop"):
        return None
    return say(
        Bilingual(
            "{event}期间，{measure}{verdict}：为平时的 {ratio}（Holm 校正后 p 值 {p}）。",
            "Around “{event}”, {measure}: {verdict}, {ratio} the usual (p-value {p} after Holm's "
            "correction).",
        ),
        {
            "verdict": value_of(row, "verdict", place, lambda word: _VERDICTS[word]),
            "ratio": value_of(row, "effect_multiplier", place, formats.ratio),
            "p": value_of(row, "p_value_holm", place, formats.p_value),
        },
        event=in_both(row["event_name"]),
        measure=MEASURES[row["metric"]],
    )


def _changed(row: Row, place: str) -> Sentence | None:
    return say(
        Bilingual(
            "自 {month} 发布的视频起，各月{measure}的{kind}由 {before} 变为 {after}"
            "（各账号合计，未按年龄校正）。",
            "From the videos of {month} on, the {kind} of {measure} changes from {before} to "
            "{after} (all accounts together, not corrected for age).",
        ),
        {
            "month": value_of(row, "published_month", place, formats.month),
            "before": value_of(row, "level_before", place),
            "after": value_of(row, "level_after", place),
        },
        measure=MEASURES[row["metric"]],
        kind=Bilingual("数目", "monthly number")
        if row["metric"] == "video_count"
        else Bilingual("每条视频中位数", "median per video"),
    )


def _event_table(effects: Rows) -> DataTable:
    """One line per event, one column per measure; each cell is a row of the table."""
    notes = Notes({row["event_id"]: in_both(row["event_name"]) for _, row in effects})
    by_event: dict[str, dict[str, tuple[str, Row]]] = {}
    for place, row in effects:
        by_event.setdefault(row["event_id"], {})[row["metric"]] = (place, row)
    metrics = [metric for metric in MEASURES if any(metric in each for each in by_event.values())]
    lines: list[tuple[str | None, list[Cell]]] = []
    for found in by_event.values():
        rows = [row for _, row in found.values()]
        texts = [row[name] for row in rows for name in ("source", "method", "note")]
        cells = [
            Cell(in_both(rows[0]["event_name"])),
            Cell(_dates(rows[0])),
            *(_cell(found.get(metric)) for metric in metrics),
            notes.number(dict.fromkeys(texts)),
        ]
        lines.append((None, cells))
    titles = [
        (Bilingual("事件", "Event"), ""),
        (Bilingual("日期", "Dates"), "tag"),
        *((MEASURES[metric], "n") for metric in metrics),
        Notes.title,
    ]
    caption = Bilingual(
        "事件前后发布的视频与其对照期之比，方括号内为 95% 区间；n 为期间视频数。",
        "Videos published around an event over those of its comparison window, in brackets the 95% "
        "interval; n counts the videos then.",
    )
    # No sentence leads there if nothing stands out.
    is_told = any(row["verdict"] in ("spike", "drop") for _, row in effects)
    folded = None if is_told else Bilingual("各事件与各指标", "Each event and measure")
    return DataTable(caption, titles, lines, folded, notes.texts)


def _cell(found: tuple[str, Row] | None) -> Cell:
    if found is None:
        return Cell(formats.missing())
    place, row = found
    low, high = row["interval_low"], row["interval_high"]
    lines: list[str | Bilingual] = [
        *([] if low is None or high is None else [f"[{low:.2f}, {high:.2f}]"]),
        f"n = {row['event_video_count']:,}",
        *([] if row["p_value_holm"] is None else [f"p {formats.p_value(row['p_value_holm'])}"]),
        _VERDICTS[row["verdict"]],
    ]
    return Cell(with_small(formats.ratio(row["effect_multiplier"]), *lines), place)


def _dates(row: Row) -> Content:
    first, last = row["starts_on"], row["ends_on"]
    return formats.with_small(f"{first}", "" if first == last else f"– {last}")


def _change_table(changes: Rows, names: Mapping[str, str]) -> DataTable:
    def nearest(row: Row) -> Content:
        event = row["nearest_event_id"]
        if event is None:
            return formats.missing()
        return in_both(names.get(event, event))

    columns = (
        Column(Bilingual("指标", "Measure"), lambda row: MEASURES[row["metric"]]),
        Column(Bilingual("自", "From"), field("published_month", formats.month), "tag"),
        Column(Bilingual("此前", "Before"), field("level_before", formats.number), "n"),
        Column(Bilingual("此后", "After"), field("level_after", formats.number), "n"),
        Column(Bilingual("倍数", "Ratio"), field("change_multiplier", formats.ratio), "n"),
        Column(Bilingual("相近的事件", "Event nearby"), nearest),
    )
    caption = Bilingual(
        "按发布月的序列在何时改变水平。相近不等于因果。",
        "When the level of a series by month of publication changed. Nearness is not causation.",
    )
    return data_table(caption, columns, changes, notes=["method"])
