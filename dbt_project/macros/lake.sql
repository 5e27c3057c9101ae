{#- A core table of the lake, by default the run's months only: their files are named one by one,
    so the cost does not grow with the history. -#}
{% macro lake(table, every_month=false) -%}
{%- set stored = source("core", table) -%}
{%- if execute -%}
    {#- A folder's own name may hold what means a pattern to the engine. -#}
    {%- set lake_folder = env_var("SZ_LAKE_PATH")
        | replace("[", "[[]") | replace("*", "[*]") | replace("?", "[?]") -%}
    {%- set months = ([] if every_month else run_months()) or ["*"] -%}
    {%- set paths = [] -%}
    {%- for month in months -%}
        {%- do paths.append(lake_folder ~ "/core/" ~ table ~ "/crawl_month=" ~ month ~ "/part.parquet") -%}
    {%- endfor -%}
{{ read_crawl_months(paths) }}
{%- else -%}
{{ stored }}
{%- endif -%}
{%- endmacro %}
