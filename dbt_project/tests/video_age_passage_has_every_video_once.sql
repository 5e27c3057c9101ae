-- Every video seen at an age or older in a month of this run has passed it once, by then.
with

passages as (
    select
        account_id,
        video_id,
        age_days,
        crawl_month,
        data_origin = 'simulated' as is_simulated
    from {{ ref("video_age_passage") }}
),

videos as (
    select
        account_id,
        video_id,
        crawl_month,
        data_origin = 'simulated' as is_simulated,
        {{ days_between("published_at", "observed_at") }} as observed_age_days
    from {{ ref("fct_video_month") }}
    where {{ in_run_months() }}
),

ages as (
    {% for age in passage_ages() -%}
    {{ "union all " if not loop.first }}select {{ age }} as age_days
    {% endfor %}
)

select
    videos.crawl_month,
    videos.account_id,
    videos.video_id,
    ages.age_days,
    count(passages.age_days) as passage_count
from videos
inner join ages on videos.observed_age_days >= ages.age_days
left join passages
    on
        videos.account_id = passages.account_id
        and videos.video_id = passages.video_id
        and videos.is_simulated = passages.is_simulated
        and videos.crawl_month >= passages.crawl_month
        and ages.age_days = passages.age_days
group by videos.crawl_month, videos.account_id, videos.video_id, ages.age_days
having count(passages.age_days) <> 1
