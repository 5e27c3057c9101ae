-- One row per video in an account's list and crawl month of this run.
select * from {{ lake("videos") }}
