{% test known_accounts(model, accounts) %}
select facts.account_id, facts.row_count
from (
    select account_id, count(*) as row_count
    from {{ model }}
    where {{ in_run_months() }}
    group by account_id
) as facts
left join {{ accounts }} as known on facts.account_id = known.account_id
where known.account_id is null
{% endtest %}
