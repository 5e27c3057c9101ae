-- zh: 与上一个采集月相比，哪些账号的粉丝增减最多？
-- en: Which accounts gained or lost the most followers since the previous crawl month?
-- gives: crawl_month, account, follower_count, follower_change

with months as (
    select account_id, crawl_month, follower_count, data_origin,
           follower_count - lag(follower_count) over (
               partition by account_id, data_origin order by crawl_month
           ) as follower_change
    from fct_account_month
)
select m.crawl_month, a.name_zh as account, m.follower_count, m.follower_change
from months as m
join dim_account as a using (account_id)
where m.crawl_month = (select max(crawl_month) from fct_account_month)
order by abs(m.follower_change) desc nulls last, account;
