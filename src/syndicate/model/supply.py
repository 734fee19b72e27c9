"""How much has a partner had: what quotas are counted against."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from syndicate.model.agreement import Period
from syndicate.model.record import Record


class Supply(Record):
    """How many articles were first cleared for a partner in the day, week, month and year that run now.

    `refused` is the number of the agreement under which the article in question was refused to them before because
    nothing was left.
    """

    day: int = 0
    week: int = 0
    month: int = 0
    year: int = 0
    refused: str = ""

    def of(self, period: Period) -> int:
        """How many in one of the periods."""
        return {"day": self.day, "week": self.week, "month": self.month, "year": self.year}[period]


NOTHING_SUPPLIED = Supply()


def began(period: Period, now: datetime, timezone: str) -> datetime:
    """When the day, week (ISO 8601: from Monday), month or year that runs now began, by the clocks of this zone."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    first = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[period]
    return datetime.combine(first, time(), zone)


def next_begins(period: Period, now: datetime, timezone: str) -> datetime:
    """When the next one begins."""
    first = began(period, now, timezone)
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[period]
    somewhere_in_it = first.replace(tzinfo=None) + timedelta(days=longest, hours=12)
    return began(period, somewhere_in_it.replace(tzinfo=ZoneInfo(timezone)), timezone)
