{{ unequal_counts(
    ref("int_population_videos"), ref("publishing_by_year"), ["crawl_month", "population"]
) }}
