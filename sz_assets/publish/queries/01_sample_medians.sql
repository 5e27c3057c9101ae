-- zh: 最新采集月样本各指标的中位数和平均数是多少？
-- en: What are the median and mean of each metric in the newest month's sample?
-- gives: crawl_month, metric, video_count, missing_count, median, mean

select crawl_month, metric, video_count, missing_count, median, mean
from engagement_summary
where population = 'sample'
  and crawl_month = (select max(crawl_month) from engagement_summary)
order by metric;
