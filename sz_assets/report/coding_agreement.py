"""How far the coders agree, and what that allows to say.

Here: sentences and tables from `coding_reliability`. Not here: how a coefficient is computed.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from sz_assets.charts.coding_rows import alpha_name, alpha_rows
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import NOT_ESTABLISHING, RELIABILITY
from sz_assets.contracts.coding import MACHINE_COEFFICIENT
from sz_assets.report import formats
from sz_assets.report.section import Frames, Part, rows_of
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, Content, DataTable, data_table, field, interval, row_id

_TABLE = "coding_reliability"
_OTHERS = ("gwet_ac1", "cohen_kappa", "fleiss_kappa", "percent_agreement")
_MEANINGS = {
    "reliable": Bilingual("可据以下结论", "conclusions may rest on them"),
    "tentative": Bilingual("只可作暂时的结论", "conclusions are tentative only"),
    "insufficient": Bilingual("不可倚赖", "not to be relied on"),
    "unknown": Bilingual("不能据以下结论", "nothing may be concluded from them"),
}

_INTERVAL = Bilingual("95% 区间 {low} 至 {high}", "95% interval {low} to {high}")
_NO_INTERVAL = Bilingual("无区间", "without an interval")
_CODERS = Bilingual("{units} 条视频，{coders} 名编码员", "videos: {units}, coders: {coders}")
_WITH_MACHINE = Bilingual(
    "{units} 条视频，人工的编码对机器的编码", "videos: {units}, people's code against the machine's"
)


def agreement(frames: Frames, context: ChartContext) -> Part:
    """Alpha overall and where it does not suffice, with every coefficient in a table."""
    if _TABLE not in frames:
        return Part()
    found = rows_of(frames, _TABLE, context)
    rows = [
        (
            row_id(_TABLE, row["category_level"], row["category"], row["coefficient"]),
            {**row, **_others(found, row)},
        )
        for row in alpha_rows(frames, context)
        if row["value"] is not None
    ]
    if not rows:
        return Part()
    said = [_said(row, place, context) for place, row in rows if _is_told(row)]
    said += [_by_people(row, place) for place, row in rows]
    main = [one for one in rows if one[1]["category_level"] != "primary" or _is_overall(one[1])]
    primary = [one for one in rows if one not in main]
    tables = [_table(main, context, None)]
    if primary:
        folded = Bilingual("一级类目的信度", "Reliability of the primary categories")
        tables.append(_table(primary, context, folded))
    return Part(known(said), tables)


def _others(found: pl.DataFrame, row: Row) -> dict[str, float | None]:
    """The coefficients beside an alpha; of the machine against people there is no other."""
    if row["coefficient"] == MACHINE_COEFFICIENT:
        return dict.fromkeys(_OTHERS)
    beside = found.filter(
        pl.col("category_level") == row["category_level"], pl.col("category") == row["category"]
    )
    values = dict(beside.select("coefficient", "value").iter_rows())
    return {name: values.get(name) for name in _OTHERS}


def _is_overall(row: Row) -> bool:
    return bool(row["category"] == "overall")


def _is_told(row: Row) -> bool:
    """Whether a row gets a sentence: overall ones, and categories that don't suffice."""
    is_weak = row["verdict"] in NOT_ESTABLISHING and row["category_level"] == "secondary"
    return _is_overall(row) or is_weak


def _said(row: Row, place: str, context: ChartContext) -> Sentence | None:
    values = {
        "value": value_of(row, "value", place, alpha_text),
        "low": value_of(row, "interval_low", place, alpha_text),
        "high": value_of(row, "interval_high", place, alpha_text),
        "units": value_of(row, "unit_count", place, formats.count),
        "coders": value_of(row, "coder_count", place, formats.count),
        "verdict": value_of(row, "verdict", place, lambda word: RELIABILITY[word]),
    }
    compared = _WITH_MACHINE if row["coefficient"] == MACHINE_COEFFICIENT else _CODERS
    for interval_words in (_INTERVAL, _NO_INTERVAL):
        words = Bilingual(
            f"{{what}}：Krippendorff α 为 {{value}}（{interval_words.zh}；{compared.zh}），"
            "{verdict}：{meaning}。",
            f"{{what}}: Krippendorff's α is {{value}} ({interval_words.en}; {compared.en}), "
            "{verdict}: {meaning}.",
        )
        said = say(words, values, what=alpha_name(context, row), meaning=_MEANINGS[row["verdict"]])
        if said is not None:
            return said
    return None


def _by_people(row: Row, place: str) -> Sentence | None:
    if row["category_level"] != "overall" or row["coefficient"] == MACHINE_COEFFICIENT:
        return None
    return say(
        Bilingual(
            "样本视频中，编码来自人的占 {ratio}，其余来自机器；编码员之间的一致不涉及机器的编码。",
            "Of the sample's videos {ratio} have their code from people, the others from a "
            "machine; that coders agree does not speak of a machine's codes.",
        ),
        {"ratio": value_of(row, "human_coded_ratio", place, formats.percent)},
    )


def _table(
    rows: list[tuple[str, dict[str, Any]]], context: ChartContext, folded: Bilingual | None
) -> DataTable:
    tentative, reliable = context.alpha_thresholds
    kappa = Bilingual("κ（Cohen；Fleiss）", "κ (Cohen; Fleiss)")
    columns = (
        Column(Bilingual("类目", "Category"), lambda row: alpha_name(context, row)),
        Column(Bilingual("α", "α"), field("value", alpha_text), "n"),
        Column(Bilingual("95% 区间", "95% interval"), interval(alpha_text), "n"),
        Column(Bilingual("信度", "Reliability"), lambda row: RELIABILITY[row["verdict"]], "tag"),
        Column(Bilingual("AC1", "AC1"), field("gwet_ac1", alpha_text), "n"),
        Column(kappa, _kappas, "n"),
        Column(Bilingual("一致率", "Agreement"), field("percent_agreement", formats.percent), "n"),
        Column(Bilingual("视频", "Videos"), field("unit_count", formats.count), "n"),
        Column(Bilingual("编码员", "Coders"), _coders, "n"),
        Column(
            Bilingual("样本中人工编码", "Sample coded by people"),
            field("human_coded_ratio", _or_blank),
            "n",
        ),
    )
    caption = Bilingual(
        f"复议之前独立编码的一致程度，总体及每个类目对其余。研究的门槛：α ≥ {reliable:g} 可靠，"
        f"≥ {tentative:g} 暂可，以下不足。",
        "Agreement of independent codes before adjudication, overall and for each category against "
        f"the others. The study's thresholds: α ≥ {reliable:g} reliable, ≥ {tentative:g} "
        "tentative, below that insufficient.",
    )
    return data_table(caption, columns, rows, folded, ["note"])


def alpha_text(value: float | None) -> str | Markup:
    """A coefficient of agreement with two decimals."""
    return formats.missing() if value is None else f"{value:.2f}"


def _or_blank(value: float | None) -> str:
    return "" if value is None else str(formats.percent(value))


def _coders(row: Row) -> Content:
    """How many people coded; the machine's row compares one code of people with the machine's."""
    if row["coefficient"] == MACHINE_COEFFICIENT:
        return Bilingual("人工与机器", "people, machine")
    return formats.count(row["coder_count"])


def _kappas(row: Row) -> str:
    return "; ".join(
        "—" if row[name] is None else f"{row[name]:.2f}" for name in ("cohen_kappa", "fleiss_kappa")
    )
