-- One row per crawl month, population and account with videos in that population.
with

videos as (
    select * from {{ ref("int_population_videos") }}
    where {{ in_part() }}
),

final as (
    select
        crawl_month,
        population,
        account_id,
        count(*) as video_count,
        {% for metric in metrics() %}
        {{ exact_mean(metric) }} as mean_{{ metric }},
        {{ quantile(metric, 0.5) }} as median_{{ metric }},
        {% endfor %}
        cast(sum(like_count) as bigint) as total_like_count,
        -- Likes fall as ranks rise, so the ranks that pass are exactly 1 to h.
        count(*) filter (where like_count >= 1000 * like_rank) as h_index,
        max(coverage_verdict) as coverage_verdict
    from videos
    group by crawl_month, population, account_id
)

select * from final
