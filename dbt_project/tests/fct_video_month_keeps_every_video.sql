{{ unequal_counts(
    ref("stg_videos"), ref("fct_video_month"), ["crawl_month", "account_id"], actual_count="count(*)"
) }}
