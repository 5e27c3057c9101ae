"""Engagement at fixed ages, as tables: what is known first, and what is not known shut away.

Here: the tables. Not here: sentences about them (`development`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sz_assets.charts.context import Bilingual
from sz_assets.charts.wording import MEASURES
from sz_assets.report import formats
from sz_assets.report.sentences import Row
from sz_assets.report.tables import Column, DataTable, data_table, field

Rows = Sequence[tuple[str, Row]]


def age_tables(rows: Rows, metric: str) -> list[DataTable]:
    """One table; of likes, which sentences are about, what is not known stands in another one."""
    if metric != "like_count":
        return [_age_table(rows, metric, True)]
    told = [item for item in rows if item[1]["median"] is not None]
    others = [item for item in rows if item[1]["median"] is None]
    return [
        *([_age_table(told, metric, False)] if told else []),
        *([_age_table(others, metric, True)] if others else []),
    ]


def _age_table(rows: Rows, metric: str, is_folded: bool) -> DataTable:
    columns = (
        Column(Bilingual("发布年份", "Year"), field("published_year", str)),
        Column(Bilingual("年龄（天）", "Age (days)"), field("age_days", formats.count), "n"),
        Column(Bilingual("中位数", "Median"), field("median", formats.number), "n"),
        Column(Bilingual("下界", "At least"), field("median_low", formats.number), "n"),
        Column(Bilingual("上界", "At most"), field("median_high", formats.number), "n"),
        Column(
            Bilingual("前后均有观测", "Seen before and after"),
            field("bracketed_count", formats.count),
            "n",
        ),
        Column(
            Bilingual("仅知上界", "Known from above"), field("bounded_count", formats.count), "n"
        ),
        Column(Bilingual("尚未到达", "Not reached"), field("unreached_count", formats.count), "n"),
    )
    measure = MEASURES[metric]
    words = Bilingual(f"固定年龄的{measure.zh}", f"{measure.en.capitalize()} at fixed ages")
    caption = Bilingual(
        f"{words.zh}：两次观测之间的值只知其界，未到的年龄不外推。",
        f"{words.en}: between two observations only bounds are known, and no age is extrapolated.",
    )
    if is_folded and metric == "like_count":
        words = Bilingual("点赞尚不可知的年龄", "Ages at which the likes are not known")
    return data_table(
        caption, columns, rows, words if is_folded else None, ["note"], leaves_out_empty=True
    )
