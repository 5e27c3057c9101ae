{{ unequal_counts(
    ref("int_metric_values"),
    ref("engagement_histogram"),
    ["crawl_month", "population", "metric"],
    expected_count="count(value)"
) }}
