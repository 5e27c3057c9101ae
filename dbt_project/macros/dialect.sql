{#- All SQL that another engine would write differently: nothing of the kind stands in a model. -#}

{#- The rows of hive-partitioned Parquet files; `paths` may hold patterns. -#}
{% macro read_crawl_months(paths) -%}
read_parquet(
    [{% for path in paths %}'{{ path | replace("'", "''") }}'{{ ", " if not loop.last }}{% endfor %}],
    hive_partitioning = true,
    hive_types = {'crawl_month': date}
)
{%- endmacro %}

{#- The quantile of the values that are present, interpolated linearly. -#}
{% macro quantile(column, probability) -%}
quantile_cont({{ column }}, {{ probability }})
{%- endmacro %}

{#- Several quantiles of one column, of which each value is kept once; `quantile_of` tells one. -#}
{% macro quantiles_at_once(column, probabilities) -%}
quantile_cont({{ column }}, [{{ probabilities | join(", ") }}])
{%- endmacro %}

{% macro quantile_of(quantiles, index) -%}
{{ quantiles }}[{{ index + 1 }}]
{%- endmacro %}

{#- A whole number wide enough for sums of squares. -#}
{% macro as_wide_integer(expression) -%}
cast({{ expression }} as hugeint)
{%- endmacro %}

{#- The condition that a row belongs to the part that is being written; true where all is written
    at once. -#}
{% macro in_part(column="account_id") -%}
(getvariable('part_begin') is null or {{ column }} >= getvariable('part_begin'))
and (getvariable('part_end') is null or {{ column }} < getvariable('part_end'))
{%- endmacro %}

{% macro asks_for_part(sql) -%}
{{- return("getvariable('part_begin')" in sql) -}}
{%- endmacro %}

{#- The statement once for each part; `begins` are the first accounts of all parts but the first. -#}
{% macro insert_by_parts(statement, begins) -%}
{%- for begin in [none] + begins %}
{%- for name, value in {"part_begin": begin, "part_end": (begins + [none])[loop.index0]}.items() %}
set variable {{ name }} = {{ "'" ~ value | replace("'", "''") ~ "'" if value is not none else "null" }};
{%- endfor %}
{{ statement }}
{%- endfor %}
set variable part_begin = null;
{%- endmacro %}

{#- The group's texts in their order, separated by commas. -#}
{% macro joined_text(column) -%}
string_agg({{ column }}, ', ' order by {{ column }})
{%- endmacro %}

{#- Days from one timestamp to another, with fractions. -#}
{% macro days_between(earlier, later) -%}
(epoch_us({{ later }}) - epoch_us({{ earlier }})) / 86400000000
{%- endmacro %}

{#- The condition that some of the rows don't come after the one before them, as they lie. -#}
{% macro has_misplaced_rows(relation, columns, condition) -%}
{%- set key = "row(" ~ columns | join(", ") ~ ")" -%}
(
    select count(*) > 0
    from (
        select {{ key }} <= lag({{ key }}) over () as is_misplaced
        from {{ relation }}
        where {{ condition }}
    ) as placed
    where is_misplaced
)
{%- endmacro %}
