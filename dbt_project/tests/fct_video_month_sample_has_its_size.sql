-- An eligible account gives its top N videos with known likes, or all if fewer; others give none.
with

accounts as (
    select * from {{ ref("stg_accounts") }}
),

videos as (
    select * from {{ ref("fct_video_month") }}
    where {{ in_run_months() }}
),

sizes as (
    select
        videos.crawl_month,
        videos.account_id,
        count(*) filter (where videos.is_in_sample) as sample_count,
        case
            when bool_or(accounts.is_eligible)
                then least(count(videos.like_count), {{ sample_top() }})
            else 0
        end as expected_count
    from videos
    left join accounts
        on
            videos.crawl_month = accounts.crawl_month
            and videos.account_id = accounts.account_id
    group by videos.crawl_month, videos.account_id
)

select * from sizes
where sample_count <> expected_count
