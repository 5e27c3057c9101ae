"""Whether the study's selection rule admits an account, and the numbers behind that.

Here: the rule for one account. Not here: reading a profile, or which videos are taken.
"""

from __future__ import annotations

from typing import NamedTuple

from sz_assets.study import Selection


class Eligibility(NamedTuple):
    """The verdict and its reason: one English sentence with the numbers."""

    is_eligible: bool
    reason: str


def judge_eligibility(
    follower_count: int | None,
    is_enterprise_verified: bool | None,
    is_government_verified: bool | None,
    selection: Selection,
) -> Eligibility:
    """Apply the selection rule to what a profile said; None means that it was not observed.

    An account is admitted with at least `min_followers` followers and, if the rule asks for it, a
    verification as enterprise or as government or media. What was not observed admits nobody.
    """
    if follower_count is None:
        return Eligibility(False, "Not eligible: follower count not observed.")
    enough = follower_count >= selection.min_followers
    bound = "at least" if enough else "fewer than"
    followers = f"{follower_count:,} followers, {bound} {selection.min_followers:,}"
    if selection.verified:
        verified, verification = _verification(is_enterprise_verified, is_government_verified)
    else:
        verified, verification = True, "verification not asked for"
    is_eligible = enough and verified
    verdict = "Eligible" if is_eligible else "Not eligible"
    return Eligibility(is_eligible, f"{verdict}: {followers}; {verification}.")


def _verification(enterprise: bool | None, government: bool | None) -> tuple[bool, str]:
    kinds = {"enterprise": enterprise, "government or media": government}
    if found := [kind for kind, holds in kinds.items() if holds]:
        return True, f"verified as {' and as '.join(found)}"
    refused = [kind for kind, holds in kinds.items() if holds is False]
    unseen = [kind for kind, holds in kinds.items() if holds is None]
    if not unseen:
        return False, "not verified"
    if not refused:
        return False, "verification not observed"
    return False, f"not verified as {refused[0]}, verification as {unseen[0]} not observed"
