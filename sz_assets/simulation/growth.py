"""How counters grow with a video's age, and what a profile counts.

Here: closed formulas of time. Not here: where the calibrated numbers come from (`sample`,
`background`). Only + − × ÷ and floor are used, which round alike on every machine.
"""

from __future__ import annotations

import numpy as np

from sz_assets.simulation.accounts import SimulatedAccount
from sz_assets.simulation.calibrate import Floats, Integers
from sz_assets.simulation.clock import CALIBRATED_AT, DAY

FAST_SHARE = 0.8
_YEAR = 365 * DAY


def maturity(age: Integers, fast: Integers, slow: Integers) -> Floats:
    """Share of a video's final counts reached at `age` seconds: 0 at birth, rising towards 1.

    0.8·a/(a+fast) + 0.2·a/(a+slow): most comes within days of publication, the rest over
    years. Written as 1 − τ/(a+τ), whose rounding never makes it fall.
    """
    old = np.maximum(age, 0)
    return FAST_SHARE * (1.0 - fast / (old + fast)) + (1.0 - FAST_SHARE) * (
        1.0 - slow / (old + slow)
    )


def counter_factors(second: int, create_time: Integers, fast: Integers, slow: Integers) -> Floats:
    """What to multiply the catalogue's counts by at an epoch second; exactly 1 at 2023-10.

    The catalogue's counts hold at the 2023-10 observation, for later videos at infinite age.
    """
    reference = np.where(
        create_time < CALIBRATED_AT, maturity(CALIBRATED_AT - create_time, fast, slow), 1.0
    )
    return maturity(second - create_time, fast, slow) / reference


def follower_count(account: SimulatedAccount, second: int) -> int:
    """Followers at an epoch second: linear in time, Table 1's number at the 2023-10 observation."""
    gained = account.follower_count * account.yearly_growth * ((second - CALIBRATED_AT) / _YEAR)
    return account.follower_count + int(np.floor(gained))
