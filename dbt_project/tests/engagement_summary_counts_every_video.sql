{{ unequal_counts(
    ref("int_metric_values"),
    ref("engagement_summary"),
    ["crawl_month", "population", "metric"],
    actual_count="sum(video_count + missing_count)"
) }}
