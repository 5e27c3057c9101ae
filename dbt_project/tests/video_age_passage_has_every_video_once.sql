-- Every video seen at an age or older in a month of this run has passed it once, by then.
with

videos as (
    select
        crawl_month,
        account_id,
        video_id,
        data_origin = 'simulated' as is_simulated,
        {{ days_between("published_at", "observed_at") }} as observed_age_days
    from {{ ref("fct_video_month") }}
    where {{ in_run_months() }}
),

-- When each video was first seen at an age, and when it passed it.
events as (
    select
        account_id,
        video_id,
        {% for age in passage_ages() -%}
        case when observed_age_days >= {{ age }} then crawl_month end as seen_at_{{ age }},
        cast(null as date) as passed_{{ age }},
        {% endfor -%}
        is_simulated
    from videos
    where observed_age_days >= {{ passage_ages() | min }}
    union all
    select
        account_id,
        video_id,
        {% for age in passage_ages() -%}
        cast(null as date) as seen_at_{{ age }},
        case when age_days = {{ age }} then crawl_month end as passed_{{ age }},
        {% endfor -%}
        data_origin = 'simulated' as is_simulated
    from {{ ref("video_age_passage") }}
),

firsts as (
    select
        account_id,
        video_id,
        {% for age in passage_ages() -%}
        min(seen_at_{{ age }}) as first_seen_at_{{ age }},
        min(passed_{{ age }}) as first_passed_{{ age }},
        count(passed_{{ age }}) as passage_count_{{ age }},
        {% endfor -%}
        is_simulated
    from events
    group by account_id, video_id, is_simulated
)

select * from firsts
where {{ wrong_passages() | join(" or ") }}
