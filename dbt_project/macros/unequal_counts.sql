{#- Groups of this run's months in which two relations do not count the same number of videos;
    a group that one of them lacks counts as 0 there. -#}
{% macro unequal_counts(
    expected, actual, keys, expected_count="count(*)", actual_count="sum(video_count)"
) -%}
with

expected as (
    select {{ keys | join(", ") }}, {{ expected_count }} as expected_count
    from {{ expected }}
    where {{ in_run_months() }}
    group by {{ keys | join(", ") }}
),

actual as (
    select {{ keys | join(", ") }}, {{ actual_count }} as actual_count
    from {{ actual }}
    where {{ in_run_months() }}
    group by {{ keys | join(", ") }}
)

select *
from expected
full outer join actual using ({{ keys | join(", ") }})
where coalesce(expected_count, 0) <> coalesce(actual_count, 0)
{%- endmacro %}
