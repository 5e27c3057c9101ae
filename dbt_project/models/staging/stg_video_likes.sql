-- One row per video in an account's list and crawl month of this run: what ranks are made of, read
-- apart from its other columns, which would have to be kept in memory meanwhile.
select
    crawl_month,
    account_id,
    video_id,
    published_at,
    like_count
from {{ lake("videos") }}
