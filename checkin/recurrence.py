"""When things come round: RFC 5545 rules on wall-clock time in an IANA zone.

The rules are dateutil's; what is ours is the clock. A time that a clock change skips is taken as the same distance
after the gap (01:30 on the last Sunday of March is 02:30 in London); one that comes twice is taken the first time.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from checkin.errors import BadInput

_STEP = re.compile(r"FREQ=(DAILY|WEEKLY)(?!.*(?:COUNT|UNTIL|BYSETPOS|BYMONTH|BYWEEKNO|BYYEARDAY|BYEASTER))")
_INTERVAL = re.compile(r"INTERVAL=(\d+)")
# One RRULE on one line: its names and values.
_RRULE = re.compile(r"[A-Z]+=[A-Z0-9,+-]+(?:;[A-Z]+=[A-Z0-9,+-]+)*", re.IGNORECASE)
# The time of day stands beside the rule: nothing comes round more often than daily. dateutil takes an interval of
# nothing for granted, and fails when it is used.
_REFUSED = re.compile(
    r"FREQ=(?:HOURLY|MINUTELY|SECONDLY)|BY(?:HOUR|MINUTE|SECOND)|(?:INTERVAL|COUNT)=(?:-|0+(?!\d)|\d{5})", re.IGNORECASE
)
# Long enough for a 29th of February on a certain weekday.
_YEARS = 28


def check(rule: str) -> str:
    """Return the rule. Raises BadInput with one sentence when it is not an RFC 5545 RRULE of days or longer, or never
    comes round: looking for a 30th of February would keep a tick busy until the year 9999."""
    starts = datetime(2024, 1, 1)  # noqa: DTZ001  # wall-clock time has no zone yet
    try:
        found = rrulestr(rule, dtstart=starts)
        if not isinstance(found, rrule) or not _RRULE.fullmatch(rule) or _REFUSED.search(rule):
            raise ValueError(rule)
        # Without its end: a series that is over is a rule all the same.
        endless = found.replace(count=None, until=starts.replace(year=starts.year + _YEARS))
        if endless.after(starts, inc=True) is None:
            raise ValueError(rule)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"{rule!r} is not a rule such as FREQ=WEEKLY;BYDAY=MO,WE,FR.") from error
    return rule


def next_after(rule: str, starts: datetime, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the first occurrence later than `after` (aware), in UTC; None when the rule has ended.

    `starts` is naive wall-clock time in `zone`: the first day it may fall on, and its time of day.
    """
    local = after.astimezone(zone).replace(tzinfo=None)
    # A clock change can put an occurrence of the last hours after `after`: begin a day early and look at real moments.
    for occurrence in _rule(rule, _anchor(rule, starts, local)).xafter(local - timedelta(days=1)):
        moment = occurrence.replace(tzinfo=zone).astimezone(UTC)
        if moment > after:
            return moment
    return None


def between(rule: str, starts: datetime, first: datetime, last: datetime) -> list[datetime]:
    """Return the occurrences from `first` to `last`, both counted in; all naive wall-clock times of one zone."""
    return list(_rule(rule, _anchor(rule, starts, first)).between(first, last, inc=True))


@lru_cache(maxsize=4096)
def _rule(rule: str, starts: datetime) -> rrule | rruleset:
    return rrulestr(rule, dtstart=starts)


# Of eight days in a row, each weekday is among the first seven.
_BACK = 8


def _anchor(rule: str, starts: datetime, near: datetime) -> datetime:
    """Return a start close before `near` that gives the same occurrences: dateutil counts up from the start, and a
    plan that began years ago would be counted through every time."""
    step = _STEP.match(rule)
    if step is None or near <= starts:
        return starts
    found = _INTERVAL.search(rule)
    period = timedelta(days=7 if step[1] == "WEEKLY" else 1) * (int(found[1]) if found else 1)
    # Weeks are counted from their Monday, so steps of whole periods from the start keep every fortnight in place.
    # Some way back: a rule may leave days out (FREQ=DAILY;BYDAY=SA), and the last one before `near` is asked for.
    return starts + max((near - starts) // period - _BACK, 0) * period
