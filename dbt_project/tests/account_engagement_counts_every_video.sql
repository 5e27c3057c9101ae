{{ unequal_counts(
    ref("int_population_videos"), ref("account_engagement"), ["crawl_month", "population"]
) }}
