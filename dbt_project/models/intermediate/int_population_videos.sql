-- One row per population and video in an account's list and crawl month of this run.
with

videos as (
    select * from {{ ref("fct_video_month") }}
    where {{ in_run_months() }}
),

final as (
    select
        'all' as population,
        videos.*
    from videos
    union all
    select
        'sample' as population,
        videos.*
    from videos
    where videos.is_in_sample
)

select * from final
