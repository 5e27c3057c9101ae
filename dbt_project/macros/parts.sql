{#- A month of many videos is written by parts: the videos of some accounts, then those of the next
    ones. Each part fits into memory, so the time of a month grows as its videos do. The condition
    that a row belongs to the part is `in_part` (see dialect.sql). -#}

{#- So many videos are written at a time (SZ_PART_VIDEOS); an account's own list is never divided. -#}
{% macro part_videos() -%}
{{- ((env_var("SZ_PART_VIDEOS", "") or "2000000") if execute else 0) | int -}}
{%- endmacro %}

{#- The first account of every part but the first one, in order. Parts cover all accounts, also one
    that the coverage does not know. -#}
{% macro part_begins() -%}
{%- set accounts -%}
select
    min(account_id) as part_begin
from (
    select
        account_id,
        floor(
            (sum(video_count) over (order by account_id) - video_count) / {{ part_videos() }}
        ) as part_number
    from (
        select
            account_id,
            sum(video_count) as video_count
        from {{ lake("crawl_coverage") }}
        group by account_id
    ) as counted
) as placed
group by part_number
order by part_begin
{%- endset -%}
{{- return((run_query(accounts).columns[0].values() | list)[1:]) -}}
{%- endmacro %}
