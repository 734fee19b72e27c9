"""When is the newsroom at work: what a delay in business hours is counted by."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from syndicate.model.record import Day, Record

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 366 * 5  # days looked through: far more than any list of holidays is long


class BusinessHours(Record):
    """The hours of work on working days, by the publisher's clocks. Holidays move: mend both lists each year."""

    days: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)
    opens: time = time(8, 30)
    closes: time = time(17, 30)
    holidays: tuple[Day, ...] = Field(default=(), description="working days on which nobody works: 法定节假日")
    working_days: tuple[Day, ...] = Field(default=(), description="other days on which people work: 调休上班")

    @field_validator("closes")
    @classmethod
    def _closes_after_it_opens(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        if opens and closes <= opens:
            raise ValueError(f"{closes} is not after opens, {opens}")
        return closes

    def after(self, moment: datetime, hours: float, timezone: str) -> datetime:
        """When so many hours of work have passed since `moment`: at once for none, in five years at the latest."""
        left = timedelta(hours=hours)
        for begins, ends in self._spans(moment.astimezone(ZoneInfo(timezone))):
            worked = ends - begins
            if left <= worked:
                return begins + left if left else moment
            left -= worked
        return moment + timedelta(days=_LONGEST)

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The hours of work from a moment on, day by day."""
        for number in range(_LONGEST):
            day = moment.date() + timedelta(days=number)
            if not self._is_worked(day):
                continue
            begins = datetime.combine(day, self.opens, moment.tzinfo)
            ends = datetime.combine(day, self.closes, moment.tzinfo)
            if ends > moment:
                yield max(begins, moment), ends

    def _is_worked(self, day: date) -> bool:
        return day in self.working_days or (_WEEK[day.weekday()] in self.days and day not in self.holidays)
