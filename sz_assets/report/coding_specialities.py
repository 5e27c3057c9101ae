"""What accounts publish much more than all together do, where there are enough videos to say so.

Here: sentences and a table from `category_specialisation`. Not here: the quotients.
"""

from __future__ import annotations

from sz_assets.charts.coding_rows import (
    FEWEST,
    category_name,
    reliability_of,
    specialisation_cells,
)
from sz_assets.charts.context import Bilingual, ChartContext
from sz_assets.charts.wording import NOT_ESTABLISHING, RELIABILITY, RELIABILITY_SIGNS, share_text
from sz_assets.report import formats
from sz_assets.report.section import Frames, Part
from sz_assets.report.sentences import Row, Sentence, known, say, value_of
from sz_assets.report.tables import Column, Tally, data_table, field, row_id, tally

_SPECIALISATION = "category_specialisation"
_TOLD, _LISTED = 5, 15
_FOLDED = Bilingual("最突出的专长", "The most pronounced specialities")


def specialities(frames: Frames, context: ChartContext) -> Part:
    """What single accounts publish much more than all, where there are enough videos to say so.

    Only where the category's codes are reliable enough is it said in a sentence.
    """
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
        (
            row_id(_SPECIALISATION, cell["account_id"], cell["category"]),
            {**cell, "reliability": reliability_of(frames, context, cell["category"])},
        )
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
        Column(Bilingual("编码信度", "Reliability"), _reliability),
    )
    caption = Bilingual(
        f"样本中最突出的专长，至少 {FEWEST} 条视频：类目在账号中的占比除以在全部账号中的占比。"
        "编码有误差，比值也就有误差。",
        f"The most marked specialities in the sample, of at least {FEWEST} videos: the category's "
        "share in the account over its share in all accounts. Where codes err, so does the "
        "quotient.",
    )
    established = [one for one in rows if one[1]["reliability"] not in NOT_ESTABLISHING]
    words = [row["reliability"] for _, row in rows]
    counted = tally(
        _SPECIALISATION,
        RELIABILITY,
        words,
        Bilingual("所列专长，按类目编码的信度", "Listed specialities by reliability of the codes"),
    )
    said = [_special(row, place, context) for place, row in established[:_TOLD]]
    if len(established) < len(rows):
        said.append(_left_out(counted))
    return Part(
        known(said),
        [data_table(caption, columns, rows, None if established else _FOLDED), counted.table],
    )


def _reliability(row: Row) -> Bilingual:
    sign, words = RELIABILITY_SIGNS[row["reliability"]], RELIABILITY[row["reliability"]]
    return Bilingual(f"{sign} {words.zh}", f"{sign} {words.en}")


def _left_out(counted: Tally) -> Sentence | None:
    return say(
        Bilingual(
            "所列专长中，类目编码信度不足的有 {insufficient} 项，信度未知的有 {unknown} 项："
            "算出而未确立，这里不逐一叙述。",
            "Of the specialities listed, the reliability of the category's codes is insufficient "
            "for {insufficient} and unknown for {unknown}: computed, not established, and not told "
            "one by one.",
        ),
        counted.values,
    )


def _special(row: Row, place: str, context: ChartContext) -> Sentence | None:
    is_tentative = row["reliability"] == "tentative"
    caution = Bilingual("；只是暂时的结论：该类目编码的信度为暂可", "; tentative, as its codes are")
    zh, en = caution if is_tentative else ("", "")
    return say(
        Bilingual(
            "{account}以{category}见长：占其样本视频的 {share}，"
            f"为全部账号占比（{{all}}）的 {{quotient}}{zh}。",
            "{account} specialises in {category}: {share} of its sample's videos, against {all} of "
            f"all accounts ({{quotient}}){en}.",
        ),
        {
            "share": value_of(row, "video_share_ratio", place, share_text),
            "all": value_of(row, "population_share_ratio", place, share_text),
            "quotient": value_of(row, "location_quotient", place, formats.ratio),
        },
        account=context.account_name(row["account_id"]),
        category=category_name(context, "secondary", row["category"]),
    )
