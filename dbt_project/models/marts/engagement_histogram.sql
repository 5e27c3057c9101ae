-- One row per crawl month, population, metric and bin that is not empty.
with

value_counts as (
    select * from {{ ref("int_metric_value_counts") }}
    where value is not null
),

incomplete as (
    select * from {{ ref("int_incomplete_accounts") }}
),

-- Bin k holds 10^(k/5) up to 10^((k+1)/5). The tiny addition keeps a power of ten, whose
-- logarithm may come out just short, in the bin that it opens.
binned as (
    select
        crawl_month,
        population,
        metric,
        video_count,
        case
            when value >= 1 then cast(floor(log10(value) * 5 + 1e-9) as integer)
        end as bin_index
    from value_counts
),

counted as (
    select
        crawl_month,
        population,
        metric,
        coalesce(pow(10, bin_index / 5.0), 0) as bin_lower,
        coalesce(pow(10, (bin_index + 1) / 5.0), 1) as bin_upper,
        cast(sum(video_count) as bigint) as video_count
    from binned
    group by crawl_month, population, metric, bin_index
),

final as (
    select
        counted.crawl_month,
        counted.population,
        counted.metric,
        counted.bin_lower,
        counted.bin_upper,
        counted.video_count,
        incomplete.incomplete_accounts
    from counted
    left join incomplete
        on
            counted.crawl_month = incomplete.crawl_month
            and counted.population = incomplete.population
)

select * from final
