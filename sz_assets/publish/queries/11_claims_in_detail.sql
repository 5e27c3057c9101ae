-- zh: 每项有数值的论断：论文的数值与本研究的数值相差多少？
-- en: For each claim with a number: how far is ours from the publication's?
-- gives: section, statement, published_value, computed_value, difference, unit, verdict

select section, statement, published_value, computed_value, difference, unit, verdict
from paper_comparison
where crawl_month = (select max(crawl_month) from paper_comparison)
  and published_value is not null
order by claim_id;
