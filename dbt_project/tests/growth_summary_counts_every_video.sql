-- Compared, new, gone and unknown videos add up to the rows of video_growth.
with

growth as (
    select
        crawl_month,
        account_id,
        count(*) as video_count
    from {{ ref("video_growth") }}
    where {{ in_run_months() }}
    group by crawl_month, account_id
),

summary as (
    select * from {{ ref("growth_summary") }}
    where {{ in_run_months() }}
)

select
    coalesce(growth.crawl_month, summary.crawl_month) as crawl_month,
    coalesce(growth.account_id, summary.account_id) as account_id,
    growth.video_count,
    summary.compared_video_count
from growth
full outer join summary
    on
        growth.crawl_month = summary.crawl_month
        and growth.account_id = summary.account_id
where
    coalesce(growth.video_count, 0) <> coalesce(
        summary.compared_video_count
        + summary.new_video_count
        + summary.unknown_new_video_count
        + summary.gone_video_count
        + summary.unknown_gone_video_count,
        -1
    )
