-- One row per crawl month, population, weekday and hour of publication.
with

videos as (
    select * from {{ ref("int_population_videos") }}
),

final as (
    select
        crawl_month,
        population,
        weekday,
        hour,
        count(*) as video_count,
        {{ quantile("like_count", 0.5) }} as median_like_count
    from videos
    group by crawl_month, population, weekday, hour
)

select * from final
