-- zh: 数据支持论文的哪些论断？
-- en: Which of the publication's claims do the data bear out?
-- gives: verdict, claim_count

select verdict, count(*) as claim_count
from paper_comparison
where crawl_month = (select max(crawl_month) from paper_comparison)
group by verdict
order by claim_count desc, verdict;
