{{ unequal_counts(
    ref("int_population_videos"), ref("publishing_by_hour"), ["crawl_month", "population"]
) }}
