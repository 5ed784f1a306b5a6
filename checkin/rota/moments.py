"""A moment as somebody types it: "Tue 03:00", "2026-12-01 03:00", "7 Dec 9pm", "tomorrow 3am", "now"."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkin.errors import BadInput

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHOLE = re.compile(
    r"(?:(?P<day>.+?)(?:\s*,\s*|\s+at\s+|\s+|t(?=\d)))?"
    r"(?P<time>midday|noon|(?P<hour>\d\d?)(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap]m)?)"
)
_CALENDAR = re.compile(r"(?P<day>\d\d?)\s+(?P<month>[a-z]{3,9})(?:\s+(?P<year>\d{4}))?")


def read(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) that is meant on the clock of `zone`: of a weekday or a time alone, the next one after
    `now` (aware). Raises BadInput with one sentence."""
    said = " ".join(written.lower().split())
    if said == "now":
        return now
    found = _WHOLE.fullmatch(said)
    at = _time(found) if found else None
    if found is None or at is None:
        raise _not_a_moment(written)
    here = now.astimezone(zone)
    day = found["day"]
    # A time of day alone is the next one; a weekday is the next such moment, today's when that is still to come.
    days = [here.date() + timedelta(days=n) for n in range(8)] if day is None or _weekday(day) is not None else []
    if day is not None:
        days = [d for d in days if d.weekday() == _weekday(day)] or [_day(day, here.date(), written)]
    moments = (datetime.combine(d, at, zone).astimezone(UTC) for d in days)
    return next((m for m in moments if m > now or len(days) == 1), now)


def _time(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return time(12)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    elif found["minute"] is None:
        # "Tue 3" may be a day of the month.
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _weekday(day: str) -> int | None:
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    names = [*full, *_WEEKDAYS, "tues", "weds", "thur", "thurs"]
    return _WEEKDAYS.index(day[:3]) if day in names else None


def _day(day: str, today: date, written: str) -> date:
    if day in {"today", "tomorrow"}:
        return today + timedelta(days=day == "tomorrow")
    found = _CALENDAR.fullmatch(day)
    try:
        if found is None:
            return date.fromisoformat(day)
        month = _MONTHS.index(found["month"][:3]) + 1
        day_of_month = int(found["day"])
        if found["year"]:
            return date(int(found["year"]), month, day_of_month)
        this_year = date(today.year, month, day_of_month)
        return this_year if this_year >= today else date(today.year + 1, month, day_of_month)
    except ValueError as error:
        raise _not_a_moment(written) from error


def _not_a_moment(written: str) -> BadInput:
    return BadInput(f'{written!r} is not a moment such as "Tue 03:00", "2026-12-01 03:00", "tomorrow 3am" or now.')
