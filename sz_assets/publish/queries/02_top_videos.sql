-- zh: 最新采集月点赞最多的十条视频是哪些？
-- en: Which ten videos had the most likes in the newest month?
-- gives: like_count, account, title, published_at, url

select v.like_count, a.name_zh as account, v.title, v.published_at, v.url
from fct_video_month as v
join dim_account as a using (account_id)
where v.crawl_month = (select max(crawl_month) from fct_video_month)
order by v.like_count desc nulls last, v.published_at, v.video_id
limit 10;
