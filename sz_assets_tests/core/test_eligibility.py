"""The selection rule, case by case."""

from __future__ import annotations

import pytest

from sz_assets.core.eligibility import judge_eligibility
from sz_assets.study import Selection

ASKS = Selection(min_followers=1_000_000, verified=True)
DOES_NOT_ASK = Selection(min_followers=1_000_000, verified=False)

CASES = [
    (9_598_000, True, False, ASKS, True,
     "Eligible: 9,598,000 followers, at least 1,000,000; verified as enterprise."),
    (1_000_000, False, True, ASKS, True,
     "Eligible: 1,000,000 followers, at least 1,000,000; verified as government or media."),
    (1_000_000, True, True, ASKS, True,
     "Eligible: 1,000,000 followers, at least 1,000,000; "
     "verified as enterprise and as government or media."),
    (1_000_000, None, True, ASKS, True,
     "Eligible: 1,000,000 followers, at least 1,000,000; verified as government or media."),
    (999_999, True, True, ASKS, False,
     "Not eligible: 999,999 followers, fewer than 1,000,000; "
     "verified as enterprise and as government or media."),
    (2_000_000, False, False, ASKS, False,
     "Not eligible: 2,000,000 followers, at least 1,000,000; not verified."),
    (2_000_000, False, None, ASKS, False,
     "Not eligible: 2,000,000 followers, at least 1,000,000; not verified as enterprise, "
     "verification as government or media not observed."),
    (2_000_000, None, False, ASKS, False,
     "Not eligible: 2,000,000 followers, at least 1,000,000; not verified as government or "
     "media, verification as enterprise not observed."),
    (2_000_000, None, None, ASKS, False,
     "Not eligible: 2,000,000 followers, at least 1,000,000; verification not observed."),
    (2_000_000, None, None, DOES_NOT_ASK, True,
     "Eligible: 2,000,000 followers, at least 1,000,000; verification not asked for."),
    (0, False, False, DOES_NOT_ASK, False,
     "Not eligible: 0 followers, fewer than 1,000,000; verification not asked for."),
    (None, True, True, ASKS, False, "Not eligible: follower count not observed."),
    (None, True, True, Selection(min_followers=0, verified=False), False,
     "Not eligible: follower count not observed."),
    (0, False, False, Selection(min_followers=0, verified=False), True,
     "Eligible: 0 followers, at least 0; verification not asked for."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("followers", "enterprise", "government", "selection", "expected", "reason"), CASES
)
def test_rule(
    followers: int | None,
    enterprise: bool | None,
    government: bool | None,
    selection: Selection,
    expected: bool,
    reason: str,
) -> None:
    assert judge_eligibility(followers, enterprise, government, selection) == (expected, reason)
