-- One row per video and age, in the crawl month in which it was first seen at that age or older.
{{ config(pre_hook="{{ delete_outdated_passages() }}") }}

with

compared as (
    {{ compared_account_months() }}
),

now_seen as (
    select
        compared.previous_crawl_month,
        observations.*
    from compared
    -- A step of its own would be kept in memory as a whole.
    inner join ({{ aged_videos(in_months_with_new_passages()) }}) as observations -- noqa: ST05
        on
            compared.crawl_month = observations.crawl_month
            and compared.account_id = observations.account_id
    where observations.observed_age_days >= {{ passage_ages() | min }}
),

-- The previous crawl tells it for almost every video, so that the cost stays the same month by
-- month; only for one that it missed is the whole history asked.
previous_months as (
    select previous_crawl_month from compared
    where {{ in_months_with_new_passages() }}
),

seen_last_time as (
    {{ aged_videos("crawl_month in (select previous_crawl_month from previous_months)") }}
),

matched as (
    select
        now_seen.*,
        previous.crawl_month as seen_before_month
    from now_seen
    left join seen_last_time as previous
        on
            now_seen.previous_crawl_month = previous.crawl_month
            and now_seen.account_id = previous.account_id
            and now_seen.video_id = previous.video_id
    where coalesce(previous.observed_age_days < {{ passage_ages() | max }}, true)
),

missed as (
    select * from matched
    where seen_before_month is null and previous_crawl_month is not null
),

found as (
    select
        missed.crawl_month,
        missed.account_id,
        missed.video_id,
        max(earlier.crawl_month) as seen_before_month
    from missed
    inner join ({{ aged_videos("true") }}) as earlier -- noqa: ST05
        on
            missed.account_id = earlier.account_id
            and missed.video_id = earlier.video_id
            and (missed.data_origin = 'simulated') = (earlier.data_origin = 'simulated')
            and missed.crawl_month > earlier.crawl_month
    group by missed.crawl_month, missed.account_id, missed.video_id
),

paired as (
    select
        matched.*,
        coalesce(matched.seen_before_month, found.seen_before_month) as last_seen_month
    from matched
    left join found
        on
            matched.crawl_month = found.crawl_month
            and matched.account_id = found.account_id
            and matched.video_id = found.video_id
),

seen_before as (
    {{ aged_videos("crawl_month in (select paired.last_seen_month from paired)") }}
),

ages as (
    {% for age in passage_ages() -%}
    {{ "union all " if not loop.first }}select cast({{ age }} as bigint) as age_days
    {% endfor %}
),

final as (
    select
        paired.crawl_month,
        paired.account_id,
        paired.video_id,
        ages.age_days,
        paired.published_year,
        seen_before.crawl_month as previous_crawl_month,
        seen_before.observed_age_days as age_before_days,
        paired.observed_age_days as age_after_days,
        {% for counter in counters() -%}
        seen_before.{{ counter }} as {{ counter }}_before,
        paired.{{ counter }} as {{ counter }}_after,
        {% endfor -%}
        paired.coverage_verdict,
        paired.data_origin
    from paired
    inner join ages on paired.observed_age_days >= ages.age_days
    left join seen_before
        on
            paired.last_seen_month = seen_before.crawl_month
            and paired.account_id = seen_before.account_id
            and paired.video_id = seen_before.video_id
    where coalesce(seen_before.observed_age_days < ages.age_days, true)
)

select * from final
order by crawl_month, account_id, video_id, age_days
