{{ unequal_counts(
    ref("int_population_videos"),
    ref("duration_engagement"),
    ["crawl_month", "population"],
    "count(duration_seconds)"
) }}
