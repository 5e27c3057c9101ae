{#- When a video breaks out, and how many of them are kept: as `contracts.growth` describes it. -#}
{% macro breakout_rules() -%}
{{- return({
    "multiple": 3,
    "other_videos": 10,
    "new_days": 31,
    "per_account": 5,
    "per_month": 20,
}) -}}
{%- endmacro %}
