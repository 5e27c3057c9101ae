-- One row per population, metric and video in an account's list and crawl month of this run;
-- value is null where the metric is missing.
{% for population, condition in populations().items() -%}
{%- set is_last_population = loop.last -%}
{% for metric in metrics() -%}
select
    crawl_month,
    '{{ population }}' as population,
    '{{ metric }}' as metric,
    cast({{ metric }} as double) as value
from {{ ref("fct_video_month") }}
where {{ in_run_months() }} and {{ condition }}
{{ "union all" if not (loop.last and is_last_population) }}
{% endfor %}
{%- endfor %}
