-- One row per crawl month, population and metric, also where the population is empty.
with

account_months as (
    select * from {{ ref("fct_account_month") }}
    where {{ in_run_months() }}
),

metric_values as (
    select * from {{ ref("int_metric_values") }}
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

ranked as (
    select
        *,
        {{ thousandths("value") }} as exact_value,
        row_number() over (
            partition by crawl_month, population, metric order by value nulls last
        ) as value_rank,
        {{ as_wide_integer("count(value) over (partition by crawl_month, population, metric)") }}
            as present_count
    from metric_values
),

-- Whole-number sums, from which mean, deviation and Gini follow with one rounding each.
summed as (
    select
        crawl_month,
        population,
        metric,
        count(value) as video_count,
        count(*) - count(value) as missing_count,
        {{ exact_mean("value") }} as mean,
        max(present_count) * sum(exact_value * exact_value)
        - sum(exact_value) * sum(exact_value) as squared_deviation,
        min(value) as min,
        {{ quantile("value", 0.1) }} as p10,
        {{ quantile("value", 0.25) }} as q1,
        {{ quantile("value", 0.5) }} as median,
        {{ quantile("value", 0.75) }} as q3,
        {{ quantile("value", 0.9) }} as p90,
        {{ quantile("value", 0.99) }} as p99,
        max(value) as max,
        sum((2 * value_rank - present_count - 1) * exact_value) as rank_weighted_sum,
        sum(exact_value) as exact_sum,
        count(*) filter (where value < 500) as below_500_count
    from ranked
    group by crawl_month, population, metric
),

final as (
    select
        grid.crawl_month,
        grid.population,
        grid.metric,
        coalesce(summed.video_count, 0) as video_count,
        coalesce(summed.missing_count, 0) as missing_count,
        summed.mean,
        sqrt(
            cast(summed.squared_deviation as double)
            / nullif(summed.video_count * (summed.video_count - 1), 0)
        ) / 1000 as std_dev,
        summed.min,
        summed.p10,
        summed.q1,
        summed.median,
        summed.q3,
        summed.p90,
        summed.p99,
        summed.max,
        cast(summed.rank_weighted_sum as double)
        / nullif(summed.video_count * cast(summed.exact_sum as double), 0) as gini,
        coalesce(summed.below_500_count, 0) as below_500_count,
        summed.below_500_count / nullif(summed.video_count, 0) as below_500_ratio,
        incomplete.incomplete_accounts
    from grid
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
