-- One row per account and crawl month.
with

accounts as (
    select * from {{ ref("stg_accounts") }}
),

coverage as (
    select * from {{ ref("stg_crawl_coverage") }}
),

videos as (
    select * from {{ ref("stg_videos") }}
),

video_counts as (
    select
        crawl_month,
        account_id,
        count(*) as video_count,
        count(*) filter (where published_month = crawl_month) as published_in_month_count
    from videos
    group by crawl_month, account_id
),

final as (
    select
        accounts.crawl_month,
        accounts.account_id,
        accounts.follower_count,
        accounts.platform_video_count,
        accounts.total_like_count,
        coalesce(video_counts.video_count, 0) as video_count,
        coalesce(video_counts.published_in_month_count, 0) as published_in_month_count,
        coverage.coverage_verdict,
        coverage.coverage_reason,
        accounts.data_origin
    from accounts
    left join coverage
        on
            accounts.crawl_month = coverage.crawl_month
            and accounts.account_id = coverage.account_id
    left join video_counts
        on
            accounts.crawl_month = video_counts.crawl_month
            and accounts.account_id = video_counts.account_id
)

select * from final
