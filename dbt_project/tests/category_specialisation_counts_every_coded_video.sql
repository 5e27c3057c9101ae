{{ unequal_counts(
    ref("int_population_videos"),
    ref("category_specialisation"),
    ["crawl_month", "population", "account_id"],
    expected_count="count(*) filter (where secondary_category is not null)"
) }}
