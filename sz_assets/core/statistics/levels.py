"""At which corrected p-value the report says that something was found.

Here: one level, shared by all families of tests. Not here: any test.
"""

from __future__ import annotations

REPORT_LEVEL = 0.05
# Each is corrected by Holm within itself; together they share the report's level (Bonferroni), so
# that a month in which nothing is true has any false finding in at most one report of twenty.
FAMILIES = ("effects among all videos", "effects in the sample", "events")
FAMILY_LEVEL = REPORT_LEVEL / len(FAMILIES)
