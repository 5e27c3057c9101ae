-- One row per crawl month, population and year of publication.
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
        published_year,
        count(*) as video_count
    from videos
    group by crawl_month, population, published_year
),

final as (
    select
        counted.crawl_month,
        counted.population,
        counted.published_year,
        counted.video_count,
        incomplete.incomplete_accounts
    from counted
    left join incomplete
        on
            counted.crawl_month = incomplete.crawl_month
            and counted.population = incomplete.population
)

select * from final
