-- One row per account and crawl month that has a previous crawl of the same kind.
{{ config(pre_hook="{{ delete_outdated_growth() }}") }}

with

compared as (
    {{ compared_account_months() }}
),

pairs as (
    select * from compared
    where previous_crawl_month is not null and {{ in_months_with_new_growth() }}
),

growth as (
    select
        *,
        like_growth / nullif(days_between, 0) as like_growth_per_day
    from {{ ref("video_growth") }}
),

final as (
    select
        pairs.crawl_month,
        pairs.account_id,
        pairs.previous_crawl_month,
        count(growth.days_between) as compared_video_count,
        count(*) filter (where growth.is_new) as new_video_count,
        count(growth.video_id) filter (where growth.is_new is null) as unknown_new_video_count,
        count(*) filter (where growth.is_gone) as gone_video_count,
        count(growth.video_id) filter (where growth.is_gone is null) as unknown_gone_video_count,
        count(*) filter (where growth.like_growth < 0) as fallen_like_count,
        count(*) filter (where growth.favorite_growth < 0) as fallen_favorite_count,
        count(*) filter (where growth.share_growth < 0) as fallen_share_count,
        count(*) filter (where growth.comment_growth < 0) as fallen_comment_count,
        cast(sum(growth.like_growth) as bigint) as total_like_growth,
        cast(sum(growth.favorite_growth) as bigint) as total_favorite_growth,
        cast(sum(growth.share_growth) as bigint) as total_share_growth,
        cast(sum(growth.comment_growth) as bigint) as total_comment_growth,
        {{ quantile("growth.like_growth_per_day", 0.5) }} as median_like_growth_per_day,
        pairs.coverage_verdict
    from pairs
    left join growth
        on
            pairs.crawl_month = growth.crawl_month
            and pairs.account_id = growth.account_id
    group by
        pairs.crawl_month,
        pairs.account_id,
        pairs.previous_crawl_month,
        pairs.coverage_verdict
)

select * from final
