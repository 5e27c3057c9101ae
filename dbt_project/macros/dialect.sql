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

{#- A whole number wide enough for sums of squares. -#}
{% macro as_wide_integer(expression) -%}
cast({{ expression }} as hugeint)
{%- endmacro %}

{#- Replace the rows of the run's months by the new ones, which may be fewer or none. -#}
{% macro get_incremental_crawl_months_sql(arg_dict) -%}
{%- set columns = arg_dict["dest_columns"] | map(attribute="quoted") | join(", ") -%}
delete from {{ arg_dict["target_relation"] }} where {{ in_run_months() }};
insert into {{ arg_dict["target_relation"] }} ({{ columns }})
select {{ columns }} from {{ arg_dict["temp_relation"] }}
{%- endmacro %}

{#- The group's texts in their order, separated by commas. -#}
{% macro joined_text(column) -%}
string_agg({{ column }}, ', ' order by {{ column }})
{%- endmacro %}

{#- Days from one timestamp to another, with fractions. -#}
{% macro days_between(earlier, later) -%}
(epoch_us({{ later }}) - epoch_us({{ earlier }})) / 86400000000
{%- endmacro %}
