"""How many units two coders must both code before an α can be trusted.

Here: the number. Not here: which units are drawn (`sampling`).
"""

from __future__ import annotations

from math import ceil
from statistics import NormalDist


def required_units(smallest_alpha: float, category_share: float, significance: float = 0.05) -> int:
    """Units that two coders must both code to tell α of the rarest category from `smallest_alpha`.

    `category_share` is the share of codes that the rarest category has, between 0 and 1, and
    `significance` the one-sided risk of accepting data that are less reliable. The number is

        2 z² ((1 + α)(3 − α) / (4 p (1 − p)(1 − α)) − α),

    rounded up, with p the share: Krippendorff, Content Analysis (4th edition, 2019), after
    equation 3.7 of Bloch and Kraemer 1989, "2 × 2 kappa coefficients: measures of agreement or
    association", Biometrics 45. The 2 is the number of coders. (Without it, an α half-way between
    the smallest and 1 lies z standard errors above the smallest.) It grows as 1 / p: take the
    rarest category that a claim rests on, p being its share of what is coded. Raises ValueError
    outside these ranges.
    """
    if not 0 <= smallest_alpha < 1:
        raise ValueError(f"the smallest α lies between 0 and below 1, not at {smallest_alpha}")
    if not 0 < category_share < 1:
        raise ValueError(f"the category's share lies between 0 and 1, not at {category_share}")
    if not 0 < significance < 0.5:
        raise ValueError(f"the significance lies between 0 and 0.5, not at {significance}")
    z = NormalDist().inv_cdf(1 - significance)
    spread = 4 * category_share * (1 - category_share) * (1 - smallest_alpha)
    size = 2 * z**2 * ((1 + smallest_alpha) * (3 - smallest_alpha) / spread - smallest_alpha)
    return ceil(size)
