-- One row per video in an account's list and crawl month: its rank by likes, and whether the
-- study's sample rule takes it (the top N of each eligible account).
with

accounts as (
    select * from {{ ref("stg_accounts") }}
),

videos as (
    select * from {{ ref("stg_video_likes") }}
),

ranked as (
    select
        crawl_month,
        account_id,
        video_id,
        case
            when like_count is not null then row_number() over (
                partition by crawl_month, account_id
                order by like_count desc nulls last, published_at asc, video_id asc
            )
        end as like_rank
    from videos
),

final as (
    select
        ranked.crawl_month,
        ranked.account_id,
        ranked.video_id,
        ranked.like_rank,
        coalesce(
            accounts.is_eligible and ranked.like_rank <= {{ sample_top() }}, false
        ) as is_in_sample
    from ranked
    left join accounts
        on
            ranked.crawl_month = accounts.crawl_month
            and ranked.account_id = accounts.account_id
)

select * from final
