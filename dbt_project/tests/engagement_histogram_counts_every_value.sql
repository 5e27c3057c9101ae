{{ unequal_counts(
    ref("int_metric_counts"),
    ref("engagement_histogram"),
    ["crawl_month", "population", "metric"],
    expected_count="sum(present_count)"
) }}
