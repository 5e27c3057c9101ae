-- zh: 哪些账号在采集月没有发布任何视频？
-- en: Which accounts published nothing in the crawl month?
-- gives: crawl_month, account, video_count, coverage_verdict

-- Only a complete list proves silence: see coverage_verdict.
select m.crawl_month, a.name_zh as account, m.video_count, m.coverage_verdict
from fct_account_month as m
join dim_account as a using (account_id)
where m.published_in_month_count = 0
order by m.crawl_month desc, account;
