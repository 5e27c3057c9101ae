-- zh: 最常用的话题标签有哪些，带标签的视频得到多少点赞？
-- en: Which hashtags are used most, and how many likes do their videos get?
-- gives: hashtag, video_count, median_like_count

select hashtag, count(*) as video_count, median(like_count) as median_like_count
from (
    select unnest(hashtags) as hashtag, like_count
    from fct_video_month
    where crawl_month = (select max(crawl_month) from fct_video_month)
)
group by hashtag
order by video_count desc, hashtag
limit 20;
