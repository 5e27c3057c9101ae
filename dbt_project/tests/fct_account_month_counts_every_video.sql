{{ unequal_counts(
    ref("fct_video_month"), ref("fct_account_month"), ["crawl_month", "account_id"]
) }}
