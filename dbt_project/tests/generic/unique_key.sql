{#- Rows are grouped only where they do not lie in the order of the key, each after the one before:
    to see that proves the same in a small part of the time and without memory. -#}
{% test unique_key(model, columns) %}
{%- set condition = in_run_months() if "crawl_month" in columns else "true" %}
select {{ columns | join(", ") }}, count(*) as row_count
from {{ model }}
where {{ condition }} and {{ has_misplaced_rows(model, columns, condition) }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}
