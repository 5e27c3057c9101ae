-- zh: 样本中各内容类目占多少视频和点赞？
-- en: Which share of the sample's videos and likes has each content category?
-- gives: primary_category, secondary_category, video_count, video_share_ratio, like_share_ratio, exemplar_title

select primary_category, secondary_category, video_count,
       video_share_ratio, like_share_ratio, exemplar_title
from category_engagement
where crawl_month = (select max(crawl_month) from category_engagement)
order by video_share_ratio desc, secondary_category;
