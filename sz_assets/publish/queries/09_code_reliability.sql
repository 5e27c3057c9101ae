-- zh: 人工编码的一致性如何？
-- en: How well do the coders agree?
-- gives: crawl_month, category_level, category, value, interval_low, interval_high, verdict

select crawl_month, category_level, category, value, interval_low, interval_high, verdict
from coding_reliability
where coefficient = 'krippendorff_alpha'
order by crawl_month desc, category_level, category;
