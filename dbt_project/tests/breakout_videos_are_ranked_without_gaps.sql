-- The ranks of a crawl month run from 1 to the number of its rows, no account has more than its
-- share, and every row is a video of fct_video_month with these likes.
with

breakouts as (
    select
        *,
        row_number() over (
            partition by crawl_month
            order by like_multiple desc, published_at asc, video_id asc, account_id asc
        ) as expected_rank,
        count(*) over (partition by crawl_month, account_id) as account_breakout_count
    from {{ ref("breakout_videos") }}
    where {{ in_run_months() }}
)

select breakouts.*
from breakouts
left join {{ ref("fct_video_month") }} as videos
    on
        breakouts.crawl_month = videos.crawl_month
        and breakouts.account_id = videos.account_id
        and breakouts.video_id = videos.video_id
where
    breakouts.breakout_rank <> breakouts.expected_rank
    or breakouts.account_breakout_count > {{ breakout_rules()["per_account"] }}
    or breakouts.like_count <> coalesce(videos.like_count, -1)
