{#- Each account's crawl months with the previous one of the same kind: simulated counters are
    never compared with observed ones. -#}
{% macro compared_account_months() -%}
select
    crawl_month,
    account_id,
    coverage_verdict,
    lag(crawl_month) over (
        partition by account_id, data_origin = 'simulated' order by crawl_month
    ) as previous_crawl_month
from {{ ref("fct_account_month") }}
{%- endmacro %}

{#- The condition that growth may have changed with this run: the month is of this run, or some
    account's first one after such a month. -#}
{% macro in_months_with_new_growth() -%}
{%- set months = run_months() -%}
{%- if months -%}
crawl_month in (
    select compared.crawl_month
    from ({{ compared_account_months() }}) as compared
    where
        {% for month in months -%}
        {{ "or " if not loop.first }}(
            compared.crawl_month >= date '{{ month }}'
            and coalesce(compared.previous_crawl_month <= date '{{ month }}', true)
        )
        {% endfor %}
)
{%- else -%}
true
{%- endif -%}
{%- endmacro %}

{#- Runs before the new rows come, because a month may have no growth left to report. -#}
{% macro delete_outdated_growth() -%}
{%- if is_incremental() -%}
delete from {{ this }} where {{ in_months_with_new_growth() }}
{%- endif -%}
{%- endmacro %}
