-- One row per crawl month of this run, population and metric: how many videos have a value, and how
-- many have none. What is made of the values is held against it.
{% call(metric) of_each_metric(grouped_by=["crawl_month"]) %}
    count({{ metric }}) as present_count,
    count(*) - count({{ metric }}) as missing_count
{% endcall %}
