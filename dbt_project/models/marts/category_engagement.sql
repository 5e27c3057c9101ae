-- One row per crawl month and category that occurs in the sample.
with

sample as (
    select * from {{ ref("fct_video_month") }}
    where {{ in_run_months() }} and is_in_sample
),

incomplete as (
    select * from {{ ref("int_incomplete_accounts") }}
),

totals as (
    select
        crawl_month,
        count(*) as video_count,
        sum(like_count) as like_count
    from sample
    group by crawl_month
),

ranked as (
    select
        *,
        row_number() over (
            partition by crawl_month, primary_category, secondary_category
            order by like_count desc, published_at asc, video_id asc, account_id asc
        ) as exemplar_rank
    from sample
    where primary_category is not null and secondary_category is not null
),

categories as (
    select
        crawl_month,
        primary_category,
        secondary_category,
        count(*) as video_count,
        count(*) filter (where coding_method in ('adjudicated', 'human')) as human_coded_count,
        sum(like_count) as like_count,
        {% for metric in metrics() %}
        {{ quantile(metric, 0.5) }} as median_{{ metric }},
        {% endfor %}
        max(video_id) filter (where exemplar_rank = 1) as exemplar_video_id,
        max(title) filter (where exemplar_rank = 1) as exemplar_title,
        max(account_id) filter (where exemplar_rank = 1) as exemplar_account_id
    from ranked
    group by crawl_month, primary_category, secondary_category
),

final as (
    select
        categories.crawl_month,
        categories.primary_category,
        categories.secondary_category,
        categories.video_count,
        categories.human_coded_count,
        categories.video_count / totals.video_count as video_share_ratio,
        categories.like_count / nullif(totals.like_count, 0) as like_share_ratio,
        {% for metric in metrics() %}
        categories.median_{{ metric }},
        {% endfor %}
        categories.exemplar_video_id,
        categories.exemplar_title,
        categories.exemplar_account_id,
        incomplete.incomplete_accounts
    from categories
    inner join totals
        on categories.crawl_month = totals.crawl_month
    left join incomplete
        on
            categories.crawl_month = incomplete.crawl_month
            and incomplete.population = 'sample'
)

select * from final
