-- One row per crawl month of this run, population, metric and value that occurs, with the number of
-- its videos; value is null where the metric is missing. There are far fewer values than videos.
{% call(metric) of_each_metric(grouped_by=["crawl_month", "value"]) %}
    cast({{ metric }} as double) as value,
    count(*) as video_count
{% endcall %}
