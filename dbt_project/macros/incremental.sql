{#- How a mart is kept: a run replaces the rows of its crawl months in one transaction. dbt's own
    way writes them twice, first into a temporary table, and all at once; this one writes them once,
    and by parts where the model asks for a part. -#}
{% materialization incremental, adapter="duckdb" -%}
{%- set existing = load_cached_relation(this) -%}
{%- set target = this.incorporate(type="table") -%}

{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}

{{ get_assert_columns_equivalent(compiled_code) }}
{%- if existing is not none and not should_full_refresh() -%}
    {%- do refuse_other_columns(existing) -%}
{%- endif -%}

{% call statement("main") -%}
{% if existing is none or should_full_refresh() -%}
{{ "drop table " ~ existing ~ ";" if existing is not none }}
create table {{ target }} {{ get_table_columns_and_constraints() }};
{%- else -%}
delete from {{ target }} where {{ in_run_months() }};
{%- endif %}
{%- set insert -%}
insert into {{ target }} {{ get_column_names() }} (
    {{ get_select_subquery(compiled_code) }}
);
{%- endset %}
{%- if asks_for_part(compiled_code) %}
{{ insert_by_parts(insert, part_begins()) }}
{%- else %}
{{ insert }}
{%- endif %}
{%- endcall %}

{% do adapter.commit() %}
{{ return({"relations": [target]}) }}
{%- endmaterialization %}

{#- A table that an earlier version of the project has made may have other columns. -#}
{% macro refuse_other_columns(existing) -%}
{%- set found = adapter.get_columns_in_relation(existing) | map(attribute="name") | sort -%}
{%- set wanted = model["columns"].keys() | sort -%}
{%- if found != wanted -%}
    {%- do exceptions.raise_compiler_error(
        existing.identifier ~ " has other columns than its contract: " ~ found | join(", ")
        ~ ". Rebuild every month with a full refresh."
    ) -%}
{%- endif -%}
{%- endmacro %}
