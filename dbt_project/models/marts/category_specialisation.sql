-- One row per crawl month, population, account and category that occurs in its videos.
with

videos as (
    select * from {{ ref("int_population_videos") }}
),

counted as (
    select
        crawl_month,
        population,
        account_id,
        primary_category,
        secondary_category,
        count(*) as video_count,
        max(coverage_verdict) as coverage_verdict
    from videos
    group by crawl_month, population, account_id, primary_category, secondary_category
),

accounts as (
    select
        crawl_month,
        population,
        account_id,
        cast(sum(video_count) as bigint) as video_count,
        max(coverage_verdict) as coverage_verdict
    from counted
    group by crawl_month, population, account_id
),

populations as (
    select
        crawl_month,
        population,
        sum(video_count) as video_count
    from accounts
    group by crawl_month, population
),

categories as (
    select * from counted
    where primary_category is not null and secondary_category is not null
),

shares as (
    select
        categories.crawl_month,
        categories.population,
        categories.account_id,
        categories.primary_category,
        categories.secondary_category,
        categories.video_count,
        accounts.video_count as account_video_count,
        accounts.coverage_verdict,
        categories.video_count / accounts.video_count as video_share_ratio,
        sum(categories.video_count) over (
            partition by
                categories.crawl_month,
                categories.population,
                categories.primary_category,
                categories.secondary_category
        ) / populations.video_count as population_share_ratio
    from categories
    inner join accounts
        on
            categories.crawl_month = accounts.crawl_month
            and categories.population = accounts.population
            and categories.account_id = accounts.account_id
    inner join populations
        on
            categories.crawl_month = populations.crawl_month
            and categories.population = populations.population
),

final as (
    select
        crawl_month,
        population,
        account_id,
        primary_category,
        secondary_category,
        video_count,
        account_video_count,
        video_share_ratio,
        population_share_ratio,
        video_share_ratio / population_share_ratio as location_quotient,
        coverage_verdict
    from shares
)

select * from final
