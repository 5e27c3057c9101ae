{{ unequal_counts(
    ref("fct_video_month"),
    ref("category_engagement"),
    ["crawl_month"],
    expected_count="count(*) filter (where is_in_sample and secondary_category is not null)"
) }}
