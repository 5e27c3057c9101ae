-- zh: 一天中哪些小时发布的视频最多？
-- en: At which hours of the day are most videos published?
-- gives: hour, video_count, videos_with_likes_above_500

select hour, count(*) as video_count,
       count(*) filter (where like_count > 500) as videos_with_likes_above_500
from fct_video_month
where crawl_month = (select max(crawl_month) from fct_video_month)
group by hour
order by hour;
