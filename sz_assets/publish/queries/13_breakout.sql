-- zh: 最新采集月有哪些爆款视频？
-- en: Which videos broke out in the newest month?
-- gives: breakout_rank, breakout_kind, account, title, like_count, like_multiple, url

select b.breakout_rank, b.breakout_kind, a.name_zh as account, b.title,
       b.like_count, b.like_multiple, b.url
from breakout_videos as b
join dim_account as a using (account_id)
where b.crawl_month = (select max(crawl_month) from fct_account_month)
order by b.breakout_rank;
