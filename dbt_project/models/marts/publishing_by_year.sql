-- One row per crawl month, population and year of publication.
with

videos as (
    select * from {{ ref("int_population_videos") }}
),

final as (
    select
        crawl_month,
        population,
        published_year,
        count(*) as video_count
    from videos
    group by crawl_month, population, published_year
)

select * from final
