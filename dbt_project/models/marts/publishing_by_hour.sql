-- One row per crawl month, population, weekday and hour of publication.
with

videos as (
    select * from {{ ref("int_population_videos") }}
),

incomplete as (
    select * from {{ ref("int_incomplete_accounts") }}
),

counted as (
    select
        crawl_month,
        population,
        weekday,
        hour,
        count(*) as video_count,
        {{ quantile("like_count", 0.5) }} as median_like_count
    from videos
    group by crawl_month, population, weekday, hour
),

final as (
    select
        counted.crawl_month,
        counted.population,
        counted.weekday,
        counted.hour,
        counted.video_count,
        counted.median_like_count,
        incomplete.incomplete_accounts
    from counted
    left join incomplete
        on
            counted.crawl_month = incomplete.crawl_month
            and counted.population = incomplete.population
)

select * from final
