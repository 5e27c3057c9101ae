"""The embedded platform's own time: which instants it knows, and when a month is observed.

Here: constants and arithmetic on instants. Not here: the machine's clock, which nothing in the
simulation reads.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sz_assets.errors import UserError

DAY = 86_400
# The catalogue's publication days and hours are Shanghai's: UTC+8 all year since 1992.
SHANGHAI_OFFSET = 8 * 3_600


def epoch(year: int, month: int, day: int, hour: int = 0) -> int:
    """Seconds since 1970 UTC of an hour in Shanghai."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) - SHANGHAI_OFFSET


# The instant at which the counters equal the published figures: crawl month 2023-10.
CALIBRATED_AT = epoch(2023, 10, 31, 12)
FIRST_INSTANT = epoch(2023, 1, 1)
END_INSTANT = epoch(2031, 1, 1)


def observation_instant(crawl_month: date, time_zone: str) -> datetime:
    """When the embedded platform is observed for a crawl month.

    Noon of the month's last day in `time_zone`, as an aware UTC instant: the whole month has
    almost passed, and the instant lies inside it in every zone near the study's.
    """
    last_day = crawl_month.replace(day=monthrange(crawl_month.year, crawl_month.month)[1])
    return datetime.combine(last_day, time(12), ZoneInfo(time_zone)).astimezone(UTC)


def known_second(instant: datetime) -> int:
    """The instant in whole epoch seconds; UserError if the platform has no data for it."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    second = int(instant.timestamp())
    if not FIRST_INSTANT <= second < END_INSTANT:
        raise UserError(
            f"The embedded platform has no data for {instant:%Y-%m}: "
            "choose a crawl month from 2023-01 to 2030-12."
        )
    return second
