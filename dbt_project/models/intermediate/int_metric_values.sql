-- One row per population, metric and video in an account's list and crawl month of this run;
-- value is null where the metric is missing.
{% call(metric) of_each_metric() %}
    cast({{ metric }} as double) as value
{% endcall %}
