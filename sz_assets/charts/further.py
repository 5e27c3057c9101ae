"""The charts that go further than the publication: what each is, and how many marks it shows.

Here: their list. Not here: the publication's own figures and tables (`catalogue`), or how any
chart is drawn. The rows that a chart draws are chosen in `further_rows`, for chart and count alike.
"""

from __future__ import annotations

from sz_assets.charts import coding_rows
from sz_assets.charts import further_rows as rows
from sz_assets.charts.context import Bilingual, month_rows
from sz_assets.charts.spec import ChartSpec, drawn_by

FURTHER_CHARTS: tuple[ChartSpec, ...] = (
    ChartSpec(
        "coding_reliability",
        Bilingual("编码员之间的一致程度", "How far coders agree"),
        ("coding_reliability",),
        "point",
        drawn_by("reliability", "coding_reliability"),
        lambda frames, context: sum(
            row["value"] is not None for row in coding_rows.drawn_alphas(frames, context)
        ),
        section="coding",
    ),
    ChartSpec(
        "category_prevalence",
        Bilingual(
            "各类目的占比：机器、人工与校正", "Share of each category: machine, people, corrected"
        ),
        ("category_prevalence",),
        "point",
        drawn_by("prevalence", "category_prevalence"),
        lambda frames, context: len(
            coding_rows.known_shares(coding_rows.prevalence_rows(frames, context))
        ),
        section="coding",
    ),
    ChartSpec(
        "category_specialisation",
        Bilingual("各账号的专长", "What each account specialises in"),
        ("category_specialisation", "coding_reliability"),
        "rect",
        drawn_by("specialisation", "category_specialisation"),
        lambda frames, context: len(coding_rows.specialisation_cells(frames, context)),
        section="coding",
    ),
    ChartSpec(
        "account_comparison",
        Bilingual("各账号点赞比较", "Likes by account"),
        ("account_engagement",),
        "point",
        drawn_by("accounts", "account_comparison"),
        lambda frames, context: len(rows.compared_accounts(frames, context)),
        section="description",
    ),
    ChartSpec(
        "publishing_heatmap",
        Bilingual("发布时间与点赞", "When videos are published, and their likes"),
        ("publishing_by_hour",),
        "rect",
        drawn_by("hours", "publishing_heatmap"),
        lambda frames, context: rows.hours(frames, context).height,
        section="description",
    ),
    ChartSpec(
        "lorenz",
        Bilingual("互动集中度：洛伦兹曲线", "Concentration of engagement: Lorenz curves"),
        ("lorenz_curve", "engagement_summary"),
        "point",
        drawn_by("concentration", "lorenz"),
        lambda frames, context: len(rows.lorenz_curves(frames, context)),
        section="concentration",
    ),
    ChartSpec(
        "duration_likes",
        Bilingual("时长与点赞", "Duration against likes"),
        ("duration_engagement",),
        "rect",
        drawn_by("duration_likes", "duration_likes"),
        lambda frames, context: rows.duration_bins(frames, context, "all").height,
        section="effects",
    ),
    ChartSpec(
        "effects",
        Bilingual("与点赞相关的因素", "What goes with likes"),
        ("engagement_effects",),
        "point",
        drawn_by("effects", "effects"),
        lambda frames, context: rows.estimated_effects(frames, context).height,
        section="effects",
    ),
    ChartSpec(
        "claims",
        Bilingual("论文主张的检验", "The publication's claims, tested"),
        ("claim_tests", "paper_comparison"),
        "rect",
        drawn_by("claim_table", "claims"),
        lambda frames, context: month_rows(frames, "claim_tests", context).height,
        section="effects",
        is_table=True,
    ),
    ChartSpec(
        "growth",
        Bilingual("两次采集之间的变化", "What changed since the previous crawl"),
        ("growth_summary",),
        "bar",
        drawn_by("growth", "growth"),
        lambda frames, context: rows.growth_rows(frames, context).height,
        section="growth",
    ),
    ChartSpec(
        "age_trend",
        Bilingual(
            "按发布年份：未校正与按视频年龄校正",
            "Years of publication: as counted, and corrected for age",
        ),
        ("publishing_trend",),
        "bar",
        drawn_by("trend", "age_trend"),
        lambda frames, context: len(rows.trend_rows(frames, context)),
        section="growth",
    ),
)
