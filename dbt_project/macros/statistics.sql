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
