{#- The words that a column may hold, or null. -#}
{% test known_words(model, words) %}
{% for column, values in words.items() %}
select '{{ column }}' as column_name, {{ column }} as unknown_word, count(*) as row_count
from {{ model }}
where
    {{ in_run_months() }}
    and {{ column }} not in ('{{ values | join("', '") }}')
group by {{ column }}
{{ "union all" if not loop.last }}
{% endfor %}
{% endtest %}
