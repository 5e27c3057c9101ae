-- One row per population and video in an account's list and crawl month of this run.
{% for population, condition in populations().items() -%}
select
    '{{ population }}' as population,
    *
from {{ ref("fct_video_month") }}
where {{ in_run_months() }} and {{ condition }}
{{ "union all" if not loop.last }}
{% endfor %}
