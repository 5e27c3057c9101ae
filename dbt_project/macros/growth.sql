{#- Each account's crawl months with the previous one of the same kind: simulated counters are
    never compared with observed ones. -#}
{% macro compared_account_months() -%}
select
    crawl_month,
    account_id,
    coverage_verdict,
    data_origin,
    lag(crawl_month) over same_kind as previous_crawl_month,
    lag(coverage_verdict) over same_kind as previous_coverage_verdict
from {{ ref("fct_account_month") }}
window same_kind as (
    partition by account_id, data_origin = 'simulated'
    order by crawl_month
)
{%- endmacro %}

{#- The condition that growth may have changed with this run: the month is of this run, or some
    account's first one after such a month. -#}
{% macro in_months_with_new_growth() -%}
{%- set months = run_months() -%}
{%- if months -%}
crawl_month in (
    select compared.crawl_month
    from ({{ compared_account_months() }}) as compared
    where
        {% for month in months -%}
        {{ "or " if not loop.first }}(
            compared.crawl_month >= date '{{ month }}'
            and coalesce(compared.previous_crawl_month <= date '{{ month }}', true)
        )
        {% endfor %}
)
{%- else -%}
true
{%- endif -%}
{%- endmacro %}

{#- Runs before the new rows come, because a month may have no growth left to report. -#}
{% macro delete_outdated_growth() -%}
{%- if is_incremental() -%}
delete from {{ this }} where {{ in_months_with_new_growth() }}
{%- endif -%}
{%- endmacro %}

{#- The condition that the passage of an age may have changed with this run: a month that is seen
    for the first time or anew may be the first to show a video at that age, for all later ones. -#}
{% macro in_months_with_new_passages(column="crawl_month") -%}
{%- set months = run_months() -%}
{{ column ~ " >= date '" ~ (months | min) ~ "'" if months else "true" }}
{%- endmacro %}

{% macro delete_outdated_passages() -%}
{%- if is_incremental() -%}
delete from {{ this }} where {{ in_months_with_new_passages() }}
{%- endif -%}
{%- endmacro %}

{#- The part's videos for which the condition holds, with their ages. -#}
{% macro aged_videos(condition) -%}
select
    crawl_month,
    account_id,
    video_id,
    published_year,
    {% for counter in counters() -%}
    {{ counter }},
    {% endfor -%}
    coverage_verdict,
    data_origin,
    {{ days_between("published_at", "observed_at") }} as observed_age_days
from {{ ref("fct_video_month") }}
where {{ in_part() }} and {{ condition }}
{%- endmacro %}

{#- The counters of a video that grow. -#}
{% macro counters() -%}
{{- return(["like_count", "favorite_count", "share_count", "comment_count"]) -}}
{%- endmacro %}

{#- The ages in days at which engagement is compared, youngest first. -#}
{% macro passage_ages() -%}
{{- return([30, 90, 365]) -}}
{%- endmacro %}

{#- The conditions, one for each age, that a video seen at the age has not passed it once, by then. -#}
{% macro wrong_passages() -%}
{%- set wrong = [] -%}
{%- for age in passage_ages() -%}
    {%- do wrong.append(
        "first_seen_at_" ~ age ~ " is not null and (passage_count_" ~ age ~ " <> 1"
        ~ " or first_passed_" ~ age ~ " > first_seen_at_" ~ age ~ ")"
    ) -%}
{%- endfor -%}
{{- return(wrong) -}}
{%- endmacro %}
