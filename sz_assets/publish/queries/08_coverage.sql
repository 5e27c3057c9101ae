-- zh: 哪些账号的视频列表没有完整取得，为什么？
-- en: Whose list of videos was not obtained in full, and why?
-- gives: crawl_month, account, coverage_verdict, coverage_reason, video_count, platform_video_count

select m.crawl_month, a.name_zh as account, m.coverage_verdict, m.coverage_reason,
       m.video_count, m.platform_video_count
from fct_account_month as m
join dim_account as a using (account_id)
where m.coverage_verdict <> 'complete'
order by m.crawl_month desc, account;
