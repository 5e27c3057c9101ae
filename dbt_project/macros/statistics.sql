{#- Numbers that do not depend on the order in which threads add them up. -#}

{% macro metrics() -%}
{{- return(["duration_seconds", "like_count", "favorite_count", "share_count", "comment_count"]) -}}
{%- endmacro %}

{#- A metric as a whole number of thousandths: exact for counts and for milliseconds. -#}
{% macro thousandths(column) -%}
{{ as_wide_integer("round(" ~ column ~ " * 1000)") }}
{%- endmacro %}

{#- Mean of the values that are present; null if there are none. -#}
{% macro exact_mean(column) -%}
cast(sum({{ thousandths(column) }}) as double) / (1000 * count({{ column }}))
{%- endmacro %}

{#- Columns of counted values, which are not null: the rank of the last video with the value, and
    the number of all videos, within the group of these keys. -#}
{% macro ranks_of_counts(keys) -%}
cast(
    sum(video_count) over (partition by {{ keys | join(", ") }} order by value) as bigint
) as last_rank,
cast(sum(video_count) over (partition by {{ keys | join(", ") }}) as bigint) as present_count
{%- endmacro %}

{#- The quantile of the values that are counted so, interpolated linearly as `quantile` does. -#}
{% macro quantile_of_counts(probability, condition="true") -%}
{%- set place = "(present_count - 1) * cast(" ~ probability ~ " as double)" -%}
{%- set lower = "min(value) filter (where " ~ condition ~ " and last_rank > floor(" ~ place ~ "))" -%}
{%- set upper = "min(value) filter (where " ~ condition ~ " and last_rank > ceil(" ~ place ~ "))" -%}
{{ lower }}
+ ({{ upper }} - {{ lower }})
* max({{ place }} - floor({{ place }})) filter (where {{ condition }})
{%- endmacro %}
