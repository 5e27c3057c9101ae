-- One row per crawl month, population and metric, also where the population is empty.
with

account_months as (
    select * from {{ ref("fct_account_month") }}
    where {{ in_run_months() }}
),

metric_values as (
    select * from {{ ref("int_metric_values") }}
),

value_counts as (
    select * from {{ ref("int_metric_value_counts") }}
),

incomplete as (
    select * from {{ ref("int_incomplete_accounts") }}
),

grid as (
    select
        months.crawl_month,
        populations.population,
        metrics.metric
    from (select distinct crawl_month from account_months) as months
    cross join (values ('sample'), ('all')) as populations (population)
    cross join (
        values
        {% for metric in metrics() %}
        ('{{ metric }}'){{ "," if not loop.last }}
        {% endfor %}
    ) as metrics (metric)
),

placed as (
    select
        *,
        {{ thousandths("value") }} as exact_value,
        {{ ranks_of_counts(["crawl_month", "population", "metric"]) }}
    from value_counts
    where value is not null
),

{% set quantiles = {"p10": 0.1, "q1": 0.25, "median": 0.5, "q3": 0.75, "p90": 0.9, "p99": 0.99} -%}
described as (
    select
        crawl_month,
        population,
        metric,
        count(value) as video_count,
        count(*) - count(value) as missing_count,
        min(value) as min,
        max(value) as max,
        count(*) filter (where value < 500) as below_500_count,
        {{ quantiles_at_once("value", quantiles.values()) }} as quantiles
    from metric_values
    group by crawl_month, population, metric
),

-- Whole-number sums, from which mean, deviation and Gini follow with one rounding each. Of a value
-- that n videos have, the last of them at rank r, twice the ranks sum up to n * (2 * r - n + 1).
summed as (
    select
        crawl_month,
        population,
        metric,
        sum(video_count * exact_value) as exact_sum,
        sum(video_count * exact_value * exact_value) as exact_square_sum,
        sum(
            {{ as_wide_integer("video_count * (2 * last_rank - video_count - present_count)") }}
            * exact_value
        ) as rank_weighted_sum
    from placed
    group by crawl_month, population, metric
),

final as (
    select
        grid.crawl_month,
        grid.population,
        grid.metric,
        coalesce(described.video_count, 0) as video_count,
        coalesce(described.missing_count, 0) as missing_count,
        cast(summed.exact_sum as double) / (1000 * described.video_count) as mean,
        sqrt(
            cast(
                described.video_count * summed.exact_square_sum
                - summed.exact_sum * summed.exact_sum as double
            )
            / nullif(described.video_count * (described.video_count - 1), 0)
        ) / 1000 as std_dev,
        described.min,
        {% for name in quantiles -%}
        {{ quantile_of("described.quantiles", loop.index0) }} as {{ name }},
        {% endfor -%}
        described.max,
        cast(summed.rank_weighted_sum as double)
        / nullif(described.video_count * cast(summed.exact_sum as double), 0) as gini,
        coalesce(described.below_500_count, 0) as below_500_count,
        described.below_500_count / nullif(described.video_count, 0) as below_500_ratio,
        incomplete.incomplete_accounts
    from grid
    left join described
        on
            grid.crawl_month = described.crawl_month
            and grid.population = described.population
            and grid.metric = described.metric
    left join summed
        on
            grid.crawl_month = summed.crawl_month
            and grid.population = summed.population
            and grid.metric = summed.metric
    left join incomplete
        on
            grid.crawl_month = incomplete.crawl_month
            and grid.population = incomplete.population
)

select * from final
