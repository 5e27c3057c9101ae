{% test known_accounts(model, accounts) %}
select facts.account_id, count(*) as row_count
from {{ model }} as facts
left join {{ accounts }} as known on facts.account_id = known.account_id
where {{ in_run_months("facts.crawl_month") }} and known.account_id is null
group by facts.account_id
{% endtest %}
