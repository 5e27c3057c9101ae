{#- How many videos of each account the study's sample takes: SZ_SAMPLE_TOP. -#}
{% macro sample_top() -%}
{{- (env_var("SZ_SAMPLE_TOP", "200") if execute else 0) | int -}}
{%- endmacro %}

{#- Which videos of fct_video_month each population holds, as a condition. -#}
{% macro populations() -%}
{{- return({"all": "true", "sample": "is_in_sample"}) -}}
{%- endmacro %}

{#- The run's videos once for each population and metric; the call names the metric and gives the
    columns that follow. `grouped_by` names the columns by which they are counted, if they are. -#}
{% macro of_each_metric(grouped_by=[]) -%}
{% for population, condition in populations().items() -%}
{%- set is_last_population = loop.last -%}
{% for metric in metrics() -%}
select
    crawl_month,
    '{{ population }}' as population,
    '{{ metric }}' as metric,
    {{ caller(metric) | trim }}
from {{ ref("fct_video_month") }}
where {{ in_run_months() }} and {{ condition }}
{{ "group by " ~ grouped_by | join(", ") if grouped_by }}
{{ "union all" if not (loop.last and is_last_population) }}
{% endfor %}
{%- endfor %}
{%- endmacro %}
