-- One row per account and crawl month, of all months in the lake: a dozen rows each.
select * from {{ lake("accounts", every_month=true) }}
