-- One row per crawl month of this run, population, metric and value that occurs, with the number of
-- its videos; value is null where the metric is missing. There are far fewer values than videos.
{% for population, condition in populations().items() -%}
{%- set is_last_population = loop.last -%}
{% for metric in metrics() -%}
select
    crawl_month,
    '{{ population }}' as population,
    '{{ metric }}' as metric,
    cast({{ metric }} as double) as value,
    count(*) as video_count
from {{ ref("fct_video_month") }}
where {{ in_run_months() }} and {{ condition }}
group by crawl_month, {{ metric }}
{{ "union all" if not (loop.last and is_last_population) }}
{% endfor %}
{%- endfor %}
