-- No video outside an account's sample has more likes than one within it.
with

videos as (
    select * from {{ ref("fct_video_month") }}
    where {{ in_run_months() }}
),

bounds as (
    select
        crawl_month,
        account_id,
        min(coalesce(like_count, -1)) filter (where is_in_sample) as least_within,
        max(like_count) filter (where not is_in_sample) as most_outside
    from videos
    group by crawl_month, account_id
)

select * from bounds
where least_within < most_outside or least_within < 0
