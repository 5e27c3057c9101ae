-- One row per population, metric and video in an account's list and crawl month of this run;
-- value is null where the metric is missing.
with

videos as (
    select * from {{ ref("int_population_videos") }}
),

final as (
    {% for metric in metrics() %}
    select
        crawl_month,
        population,
        '{{ metric }}' as metric,
        cast({{ metric }} as double) as value
    from videos
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from final
