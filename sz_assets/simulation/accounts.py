"""The embedded platform's thirteen accounts and the parameters they are simulated with.

Here: followers and video counts as the paper's Table 1 prints them, and plausible values where
it prints none (marked). Not here: the study's own account list, which knows nothing of this.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimulatedAccount:
    """One account. Counts are numbers of accounts or videos at the 2023-10 observation."""

    id: str
    name: str
    field: str  # key of captions.CATEGORY_WEIGHTS
    follower_count: int
    yearly_growth: float  # followers gained in a year, relative to 2023-10
    video_count: int  # at the default scale
    full_video_count: int
    monthly_videos: int  # published in each month after 2023-10
    like_level: float  # likes of its 200th video, relative to the other accounts
    pinned_count: int
    is_media: bool
    since_2017: bool = False  # whether videos of the sample may date from 2017

    @property
    def sec_uid(self) -> str:
        """The id by which the platform lists the account's videos."""
        return f"SIMULATED-{self.id}"

    @property
    def nickname(self) -> str:
        """The name shown; it says that the account is simulated."""
        return f"{self.name}（模拟）"


# Table 1 lacks public security, special zone daily and military newsroom: their followers and
# full video counts are plausible values of our own.
# fmt: off
ACCOUNTS = (
    # id, name, field, / followers, growth, videos, full, monthly, like level, pinned, media, 2017
    SimulatedAccount("shenzhen_news_network", "深圳新闻网", "news",
                     1_005_000, 0.004, 410, 2_700, 3, 0.45, 2, True),
    SimulatedAccount("first_scene", "第一现场", "news",
                     5_948_000, 0.05, 430, 4_100, 4, 3.0, 3, True, True),
    SimulatedAccount("shenzhen_satellite_tv", "深圳卫视", "news",
                     2_680_000, 0.04, 450, 5_700, 4, 1.1, 3, True, True),
    SimulatedAccount("shenzhen_traffic_police", "深圳交警", "traffic",
                     9_598_000, 0.06, 400, 1_900, 3, 3.6, 3, False, True),
    SimulatedAccount("shenzhen_public_security", "深圳公安", "police",
                     1_862_000, 0.03, 360, 1_050, 3, 0.9, 1, False),
    SimulatedAccount("shenzhen_special_zone_daily", "深圳特区报", "news",
                     1_437_000, 0.05, 380, 1_210, 4, 0.6, 2, True),
    SimulatedAccount("shenzhen_health_commission", "深圳卫健委", "health",
                     1_230_000, 0.06, 180, 180, 1, 0.14, 0, False),
    SimulatedAccount("shenzhen_cyber_police", "深圳网警", "cyber",
                     1_577_000, 0.03, 380, 1_400, 2, 0.8, 1, False),
    SimulatedAccount("shenzhen_swat", "深圳特警", "police",
                     3_442_000, 0.02, 350, 350, 1, 1.8, 3, False, True),
    SimulatedAccount("noon_30_minutes", "深圳卫视正午30分", "news",
                     2_856_000, 0.07, 480, 35_000, 6, 1.3, 0, True),
    SimulatedAccount("iyou_shenzhen", "爱游深圳", "tourism",
                     1_158_000, 0.05, 340, 1_160, 2, 0.3, 2, False),
    SimulatedAccount("shenzhen_tv_news", "深视新闻", "news",
                     1_179_000, 0.05, 440, 5_660, 4, 0.5, 0, True),
    SimulatedAccount("military_newsroom", "深圳卫视军情直播间", "military",
                     2_213_000, 0.04, 380, 940, 3, 1.5, 1, True),
)
# fmt: on

HEALTH_INDEX = next(
    index for index, account in enumerate(ACCOUNTS) if account.id == "shenzhen_health_commission"
)


def uid(index: int) -> str:
    """The platform's number of the account at this place in `ACCOUNTS`."""
    return str(9_000_000_000_001 + index)
