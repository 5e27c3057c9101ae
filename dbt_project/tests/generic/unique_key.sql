{% test unique_key(model, columns) %}
select {{ columns | join(", ") }}, count(*) as row_count
from {{ model }}
where {{ in_run_months() if "crawl_month" in columns else "true" }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}
