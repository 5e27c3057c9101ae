-- One row per account: what its profile said in the newest crawl month.
{{ config(materialized="table") }}

with

accounts as (
    select * from {{ ref("stg_accounts_of_every_month") }}
),

newest as (
    select
        *,
        row_number() over (partition by account_id order by crawl_month desc) as age_rank
    from accounts
),

final as (
    select
        account_id,
        platform,
        platform_account_id,
        name_zh,
        name_en,
        field,
        is_enterprise_verified,
        is_government_verified,
        verification_reason,
        is_eligible,
        eligibility_reason
    from newest
    where age_rank = 1
)

select * from final
