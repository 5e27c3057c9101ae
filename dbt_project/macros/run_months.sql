{#- Which crawl months this run is about: SZ_CRAWL_MONTHS, such as 2023-10-01,2023-11-01.
    Empty means every month in the lake. The environment is read only when SQL runs, so that a
    parsed manifest serves every run. -#}

{% macro run_months() -%}
    {%- set months = [] -%}
    {%- if execute -%}
        {%- for text in env_var("SZ_CRAWL_MONTHS", "").split(",") if text | trim -%}
            {%- set month = modules.datetime.datetime.strptime(text | trim, "%Y-%m-%d").date() -%}
            {%- do months.append(month.isoformat()) -%}
        {%- endfor -%}
        {%- if months and flags.FULL_REFRESH -%}
            {%- do exceptions.raise_compiler_error(
                "A full refresh rebuilds every month: leave SZ_CRAWL_MONTHS empty."
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(months) -}}
{%- endmacro %}

{#- The condition that a row belongs to a month of this run. -#}
{% macro in_run_months(column="crawl_month") -%}
{%- set months = run_months() -%}
{%- if months -%}
{{ column }} in ({% for month in months %}date '{{ month }}'{{ ", " if not loop.last }}{% endfor %})
{%- else -%}
true
{%- endif -%}
{%- endmacro %}
