-- Of an account that is compared, every video seen now has its row, and only one that was seen
-- before and is not new has growth.
with

growth as (
    select
        crawl_month,
        account_id,
        count(*) filter (where not is_gone) as row_count,
        count(*) filter (where is_new and days_between is not null) as contradiction_count
    from {{ ref("video_growth") }}
    where {{ in_run_months() }}
    group by crawl_month, account_id
),

videos as (
    select
        crawl_month,
        account_id,
        count(*) as video_count
    from {{ ref("fct_video_month") }}
    where {{ in_run_months() }}
    group by crawl_month, account_id
)

select growth.*
from growth
left join videos
    on
        growth.crawl_month = videos.crawl_month
        and growth.account_id = videos.account_id
where
    growth.row_count <> coalesce(videos.video_count, 0)
    or growth.contradiction_count > 0
