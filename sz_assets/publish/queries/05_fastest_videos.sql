-- zh: 哪些视频每日新增的点赞最多？
-- en: Which videos gain the most likes per day?
-- gives: crawl_month, account, title, like_growth, days_between, likes_per_day

select g.crawl_month, a.name_zh as account, v.title, g.like_growth, g.days_between,
       g.like_growth / g.days_between as likes_per_day
from video_growth as g
join fct_video_month as v using (crawl_month, account_id, video_id)
join dim_account as a using (account_id)
where g.days_between > 0
order by likes_per_day desc nulls last, g.crawl_month, g.video_id
limit 20;
