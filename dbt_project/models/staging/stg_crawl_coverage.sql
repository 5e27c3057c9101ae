-- One row per account and crawl month of this run.
select * from {{ lake("crawl_coverage") }}
