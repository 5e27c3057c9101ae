"""At which corrected p-value the report says that something was found.

Here: Holm's correction within a family of tests, and one level for the whole report, shared by its
families. Not here: any test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

REPORT_LEVEL = 0.05
# Each is corrected within itself; together they share the report's level (Bonferroni), so that a
# month in which nothing is true has any false finding in at most one report of twenty. (Of the
# sample this speaks as far as its selection leaves nothing true: see `effects`.)
FAMILIES = ("effects among all videos", "effects in the sample", "events")
FAMILY_LEVEL = REPORT_LEVEL / len(FAMILIES)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the same order (Holm 1979, Scandinavian Journal of Statistics 6, 65-70).

    The same as statsmodels' `multipletests`, which collects garbage at every call: in a process
    that has loaded a pipeline that takes longer than all the rest of the analysis.
    """
    tested = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(tested, kind="stable")
    steps = tested[order] * np.arange(tested.size, 0, -1)
    adjusted = np.empty_like(tested)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    found: list[float] = adjusted.tolist()
    return found
