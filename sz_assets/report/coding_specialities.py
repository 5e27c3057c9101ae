"""What accounts publish much more than all together do, where there are enough videos to say so.

Here: sentences and a table from `category_specialisation`. Not here: the quotients.
"""

from __future__ import annotations

from sz_assets.charts.coding_rows import FEWEST, category_name, specialisation_cells
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import share_text
from sz_assets.report import formats
from sz_assets.report.section import Frames, Part
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, data_table, field, row_id

_SPECIALISATION = "category_specialisation"
_TOLD, _LISTED = 5, 15


def specialities(frames: Frames, context: ChartContext) -> Part:
    """What single accounts publish much more than all, where there are enough videos to say so."""
    if _SPECIALISATION not in frames:
        return Part()
    enough = [
        cell
        for cell in specialisation_cells(frames, context)
        if cell["video_count"] >= FEWEST and cell["location_quotient"] > 1
    ]
    # Of equal quotients the one with more videos comes first.
    order = sorted(enough, key=lambda cell: (-cell["location_quotient"], -cell["video_count"]))
    rows = [
        (row_id(_SPECIALISATION, cell["account_id"], cell["category"]), cell)
        for cell in order[:_LISTED]
    ]
    if not rows:
        return Part()
    columns = (
        Column(Bilingual("账号", "Account"), lambda row: context.account_name(row["account_id"])),
        Column(
            Bilingual("类目", "Category"),
            lambda row: category_name(context, "secondary", row["category"]),
        ),
        Column(
            Bilingual("区位商", "Location quotient"), field("location_quotient", formats.ratio), "n"
        ),
        Column(Bilingual("视频", "Videos"), field("video_count", formats.count), "n"),
        Column(
            Bilingual("占该账号", "Of the account"), field("video_share_ratio", share_text), "n"
        ),
        Column(
            Bilingual("占全部账号", "Of all accounts"),
            field("population_share_ratio", share_text),
            "n",
        ),
    )
    caption = Bilingual(
        f"样本中最突出的专长，至少 {FEWEST} 条视频：类目在账号中的占比除以在全部账号中的占比。"
        "编码有误差，比值也就有误差。",
        f"The most marked specialities in the sample, of at least {FEWEST} videos: the category's "
        "share in the account over its share in all accounts. Where codes err, so does the "
        "quotient.",
    )
    said = [_special(row, place, context) for place, row in rows[:_TOLD]]
    return Part(known(said), [data_table(caption, columns, rows)])


def _special(row: Row, place: str, context: ChartContext) -> Sentence | None:
    return say(
        Bilingual(
            "{account}以{category}见长：占其样本视频的 {share}，"
            "为全部账号占比（{all}）的 {quotient}。",
            "{account} specialises in {category}: {share} of its sample's videos, against {all} of "
            "all accounts ({quotient}).",
        ),
        {
            "share": value_of(row, "video_share_ratio", place, share_text),
            "all": value_of(row, "population_share_ratio", place, share_text),
            "quotient": value_of(row, "location_quotient", place, formats.ratio),
        },
        account=context.account_name(row["account_id"]),
        category=category_name(context, "secondary", row["category"]),
    )
