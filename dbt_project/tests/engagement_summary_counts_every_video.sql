{{ unequal_counts(
    ref("int_metric_counts"),
    ref("engagement_summary"),
    ["crawl_month", "population", "metric"],
    expected_count="sum(present_count + missing_count)",
    actual_count="sum(video_count + missing_count)"
) }}
