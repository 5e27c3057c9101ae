-- zh: 自上次采集以来，每个账号新增了多少视频和点赞？
-- en: How many videos and likes has each account gained since its previous crawl?
-- gives: crawl_month, previous_crawl_month, account, new_video_count, gone_video_count, total_like_growth, median_like_growth_per_day

select g.crawl_month, g.previous_crawl_month, a.name_zh as account,
       g.new_video_count, g.gone_video_count,
       g.total_like_growth, g.median_like_growth_per_day
from growth_summary as g
join dim_account as a using (account_id)
order by g.crawl_month desc, g.total_like_growth desc nulls last, account;
