-- One row per crawl month, population and bin of duration that is not empty.
with

videos as (
    select * from {{ ref("int_population_videos") }}
    where duration_seconds is not null
),

incomplete as (
    select * from {{ ref("int_incomplete_accounts") }}
),

-- The bins of engagement_histogram: bin k holds 10^(k/5) up to 10^((k+1)/5) seconds.
binned as (
    select
        *,
        case
            when duration_seconds >= 1
                then cast(floor(log10(duration_seconds) * 5 + 1e-9) as integer)
        end as bin_index
    from videos
),

counted as (
    select
        crawl_month,
        population,
        coalesce(pow(10, bin_index / 5.0), 0) as bin_lower,
        coalesce(pow(10, (bin_index + 1) / 5.0), 1) as bin_upper,
        count(*) as video_count,
        {% for metric in metrics() if metric != "duration_seconds" %}
        {{ quantile(metric, 0.5) }} as median_{{ metric }},
        {% endfor %}
        {{ quantile("like_count", 0.25) }} as q1_like_count,
        {{ quantile("like_count", 0.75) }} as q3_like_count
    from binned
    group by crawl_month, population, bin_index
),

final as (
    select
        counted.*,
        incomplete.incomplete_accounts
    from counted
    left join incomplete
        on
            counted.crawl_month = incomplete.crawl_month
            and counted.population = incomplete.population
)

select * from final
