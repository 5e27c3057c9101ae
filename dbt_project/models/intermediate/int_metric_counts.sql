-- One row per crawl month of this run, population and metric: how many videos have a value, and how
-- many have none. What is made of the values is held against it.
{% for population, condition in populations().items() -%}
{%- set is_last_population = loop.last -%}
{% for metric in metrics() -%}
select
    crawl_month,
    '{{ population }}' as population,
    '{{ metric }}' as metric,
    count({{ metric }}) as present_count,
    count(*) - count({{ metric }}) as missing_count
from {{ ref("fct_video_month") }}
where {{ in_run_months() }} and {{ condition }}
group by crawl_month
{{ "union all" if not (loop.last and is_last_population) }}
{% endfor %}
{%- endfor %}
