-- One row per video seen in this crawl month or in the account's previous one of the same kind.
{{ config(pre_hook="{{ delete_outdated_growth() }}") }}

with

compared as (
    {{ compared_account_months() }}
),

pairs as (
    select * from compared
    where previous_crawl_month is not null and {{ in_months_with_new_growth() }}
),

now_seen as (
    select
        pairs.previous_crawl_month,
        pairs.previous_coverage_verdict,
        videos.*
    from pairs
    inner join {{ ref("fct_video_month") }} as videos
        on
            pairs.crawl_month = videos.crawl_month
            and pairs.account_id = videos.account_id
    where {{ in_part("videos.account_id") }}
),

seen_before as (
    select
        pairs.crawl_month as next_crawl_month,
        pairs.coverage_verdict as next_coverage_verdict,
        pairs.data_origin as next_data_origin,
        videos.*
    from pairs
    inner join {{ ref("fct_video_month") }} as videos
        on
            pairs.previous_crawl_month = videos.crawl_month
            and pairs.account_id = videos.account_id
    where {{ in_part("videos.account_id") }}
),

matched as (
    select
        coalesce(now_seen.crawl_month, seen_before.next_crawl_month) as crawl_month,
        coalesce(now_seen.account_id, seen_before.account_id) as account_id,
        coalesce(now_seen.video_id, seen_before.video_id) as video_id,
        coalesce(now_seen.previous_crawl_month, seen_before.crawl_month) as previous_crawl_month,
        {{ days_between("now_seen.published_at", "now_seen.observed_at") }} as age_days,
        {{ days_between("seen_before.observed_at", "now_seen.observed_at") }} as days_between,
        now_seen.like_count,
        now_seen.like_count - seen_before.like_count as like_growth,
        now_seen.favorite_count - seen_before.favorite_count as favorite_growth,
        now_seen.share_count - seen_before.share_count as share_growth,
        now_seen.comment_count - seen_before.comment_count as comment_growth,
        case
            when seen_before.video_id is not null then false
            when now_seen.previous_coverage_verdict = 'complete' then true
        end as is_new,
        case
            when now_seen.video_id is not null then false
            when seen_before.next_coverage_verdict = 'complete' then true
        end as is_gone,
        coalesce(now_seen.coverage_verdict, seen_before.next_coverage_verdict) as coverage_verdict,
        coalesce(now_seen.data_origin, seen_before.next_data_origin) as data_origin
    from now_seen
    full outer join seen_before
        on
            now_seen.crawl_month = seen_before.next_crawl_month
            and now_seen.account_id = seen_before.account_id
            and now_seen.video_id = seen_before.video_id
),

final as (
    select
        *,
        case
            when like_growth < 0 or favorite_growth < 0 or share_growth < 0 or comment_growth < 0
                then true
            when
                coalesce(like_growth, favorite_growth, share_growth, comment_growth) is not null
                then false
        end as is_fallen
    from matched
)

select * from final
order by crawl_month, account_id, video_id
