"""Which weeks a report is about, and which numbers are too small to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkin.errors import BadInput

MOST_WEEKS = 105
_USUAL_WEEKS = 13
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole weeks, each named by its Monday: from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def weeks(self) -> Sequence[date]:
        """Return every week, the oldest first."""
        return [self.first + _WEEK * i for i in range((self.last - self.first) // _WEEK + 1)]


def monday(day: date) -> date:
    """Return the week that a day lies in."""
    return day - timedelta(days=day.weekday())


def moments(week: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a week begins and ends (UTC) on the clocks of `zone`."""
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (week, week + _WEEK))
    return begin, end


def period(begins: date | None, ends: date | None, today: date) -> Period:
    """Return the weeks that two days lie in and those between; the last thirteen where nothing was said.

    A report is about whole weeks only: two that differ by a day would say together what neither may say alone. Raises
    BadInput with one sentence.
    """
    last = monday(min(ends or today, today))
    first = monday(begins) if begins else last - _WEEK * (_USUAL_WEEKS - 1)
    if first > last:
        raise BadInput("The last day must not be before the first.")
    if (last - first) // _WEEK >= MOST_WEEKS:
        raise BadInput(f"A report is about {MOST_WEEKS} weeks at most.")
    return Period(first, last)


def shown(number: int, people: int, others: int, least: int) -> int | None:
    """Return a number as it may be shown, or None when it may not: the one rule of every report.

    A number is left out when fewer than `least` people, but somebody, are behind it; and when that holds for the
    `others`, whom it leaves out: the report about everybody would else give them away. Nought is shown. What is added
    up are shown numbers only, so that nothing can be worked out by taking one from another.
    """
    return None if 0 < people < least or 0 < others < least else number
