-- One row per crawl month and population that lacks videos: the accounts whose list is not known
-- to be complete. An account whose profile was not observed might belong to the sample.
with

accounts as (
    select * from {{ ref("stg_accounts") }}
),

coverage as (
    select * from {{ ref("stg_crawl_coverage") }}
),

incomplete as (
    select
        accounts.crawl_month,
        accounts.account_id,
        accounts.is_eligible or accounts.observed_at is null as may_be_in_sample
    from accounts
    inner join coverage
        on
            accounts.crawl_month = coverage.crawl_month
            and accounts.account_id = coverage.account_id
    where coverage.coverage_verdict <> 'complete'
),

final as (
    select
        crawl_month,
        'all' as population,
        {{ joined_text("account_id") }} as incomplete_accounts
    from incomplete
    group by crawl_month
    union all
    select
        crawl_month,
        'sample' as population,
        {{ joined_text("account_id") }} as incomplete_accounts
    from incomplete
    where may_be_in_sample
    group by crawl_month
)

select * from final
