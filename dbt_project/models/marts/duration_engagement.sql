-- One row per crawl month, population and bin of duration that is not empty.
with

incomplete as (
    select * from {{ ref("int_incomplete_accounts") }}
),

-- The bins of engagement_histogram: bin k holds 10^(k/5) up to 10^((k+1)/5) seconds. All below one
-- second are in bin -1.
value_counts as (
    {% for population, condition in populations().items() -%}
    {%- set is_last_population = loop.last -%}
    {% for metric in metrics() if metric != "duration_seconds" -%}
    select
        crawl_month,
        '{{ population }}' as population,
        case
            when duration_seconds >= 1
                then cast(floor(log10(duration_seconds) * 5 + 1e-9) as integer)
            else -1
        end as bin_index,
        '{{ metric }}' as metric,
        {{ metric }} as value,
        count(*) as video_count
    from {{ ref("fct_video_month") }}
    where {{ in_run_months() }} and {{ condition }} and duration_seconds is not null
    group by crawl_month, bin_index, {{ metric }}
    {{ "union all" if not (loop.last and is_last_population) }}
    {% endfor %}
    {%- endfor %}
),

bins as (
    select
        crawl_month,
        population,
        bin_index,
        cast(sum(video_count) as bigint) as video_count
    from value_counts
    where metric = 'like_count'
    group by crawl_month, population, bin_index
),

placed as (
    select
        *,
        {{ ranks_of_counts(["crawl_month", "population", "bin_index", "metric"]) }}
    from value_counts
    where value is not null
),

quantiles as (
    select
        crawl_month,
        population,
        bin_index,
        {% for metric in metrics() if metric != "duration_seconds" -%}
        {{ quantile_of_counts(0.5, "metric = '" ~ metric ~ "'") }} as median_{{ metric }},
        {% endfor -%}
        {{ quantile_of_counts(0.25, "metric = 'like_count'") }} as q1_like_count,
        {{ quantile_of_counts(0.75, "metric = 'like_count'") }} as q3_like_count
    from placed
    group by crawl_month, population, bin_index
),

final as (
    select
        bins.crawl_month,
        bins.population,
        case when bins.bin_index >= 0 then pow(10, bins.bin_index / 5.0) else 0 end as bin_lower,
        case when bins.bin_index >= 0 then pow(10, (bins.bin_index + 1) / 5.0) else 1 end
            as bin_upper,
        bins.video_count,
        {% for metric in metrics() if metric != "duration_seconds" -%}
        quantiles.median_{{ metric }},
        {% endfor -%}
        quantiles.q1_like_count,
        quantiles.q3_like_count,
        incomplete.incomplete_accounts
    from bins
    left join quantiles
        on
            bins.crawl_month = quantiles.crawl_month
            and bins.population = quantiles.population
            and bins.bin_index = quantiles.bin_index
    left join incomplete
        on
            bins.crawl_month = incomplete.crawl_month
            and bins.population = incomplete.population
)

select * from final
