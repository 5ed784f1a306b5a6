"""Moments as people say them: "Tue 3 Dec, 19:00 · 12 minutes ago"."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

_LOCALE = "en_GB"


@dataclass(frozen=True, slots=True)
class Times:
    """How moments are said at `now`, on the clocks of `zone`."""

    now: datetime
    zone: ZoneInfo

    def said(self, moment: datetime) -> str:
        """Return a moment with its day: "Tue 3 Dec, 19:00"; with its year when that is another."""
        local = moment.astimezone(self.zone)
        year = "" if local.year == self.now.astimezone(self.zone).year else " y"
        return format_datetime(local, f"EEE d MMM{year}, HH:mm", locale=_LOCALE)

    def at(self, moment: datetime) -> str:
        """Return a moment on the clock that it is given on, such as a meeting's own: "Tue 3 Dec, 19:00"."""
        year = "" if moment.year == self.now.astimezone(self.zone).year else " y"
        return format_datetime(moment.replace(tzinfo=None), f"EEE d MMM{year}, HH:mm", locale=_LOCALE)

    def month(self, day: date) -> str:
        """Return "December 2026"."""
        return format_datetime(datetime.combine(day, time.min), "MMMM y", locale=_LOCALE)

    def day(self, day: date) -> str:
        """Return a day: "Tue 3 Dec"; with its year when that is another."""
        year = "" if day.year == self.now.astimezone(self.zone).year else " y"
        return format_datetime(datetime.combine(day, time.min), f"EEE d MMM{year}", locale=_LOCALE)

    def on(self, moment: datetime) -> date:
        """Return the day on which a moment falls, on these clocks."""
        return moment.astimezone(self.zone).date()

    def ago(self, moment: datetime) -> str:
        """Return how far off a moment is: "12 minutes ago", "in 2 hours", "just now".

        Counted in whole minutes of the clock, so that everything on a page turns over together.
        """
        # From the minute it fell in to the minute it is: at 10:31 something of 10:30:59 was a minute ago.
        span = self.now.replace(second=0, microsecond=0) - moment.replace(second=0, microsecond=0)
        if abs(span) < timedelta(minutes=1):
            return "just now"
        return f"{lasting(span)} ago" if span > timedelta() else f"in {lasting(-span)}"

    def waited(self, moment: datetime) -> str:
        """Return how long it has been since a moment: "12 minutes"; "under a minute" at first."""
        span = self.now.replace(second=0, microsecond=0) - moment.replace(second=0, microsecond=0)
        return lasting(span) if span >= timedelta(minutes=1) else "under a minute"

    def both(self, moment: datetime) -> str:
        """Return a moment with its day and how far off it is."""
        return f"{self.said(moment)} · {self.ago(moment)}"

    def clock(self, moment: time | datetime) -> str:
        """Return a time of day: "19:00". A moment is said on the clocks of the zone; a time is taken as it is."""
        local = moment.astimezone(self.zone) if isinstance(moment, datetime) else moment
        return local.strftime("%H:%M")


def dated(day: date) -> str:
    """Return a day with its year, and its time where it has one: "Thu 24 Dec 2026, 19:30"."""
    if isinstance(day, datetime):
        return format_datetime(day.replace(tzinfo=None), "EEE d MMM y, HH:mm", locale=_LOCALE)
    return format_datetime(datetime.combine(day, time.min), "EEE d MMM y", locale=_LOCALE)


def lasting(span: timedelta) -> str:
    """Return a length of time as people say it, in at most two units: "1 hour 5 minutes", "3 days"."""
    minutes = int(span.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 2:
        return _count(days, "day")
    if days:
        return " ".join(filter(None, (_count(days, "day"), _count(hours, "hour"))))
    return " ".join(filter(None, (_count(hours, "hour"), _count(minutes % 60, "minute")))) or "under a minute"


def kept_for(span: timedelta) -> str:
    """Return how long something is kept as it was meant: in years where it is some, give or take leap days."""
    years = round(span.days / 365.25)
    return f"{years} years" if years > 1 and abs(span.days - years * 365.25) <= years else lasting(span)


def lasting_seconds(seconds: int) -> str:
    """Return how long somebody has to wait, in whole minutes and never too short."""
    return lasting(timedelta(minutes=-(-seconds // 60)))


def _count(number: int, unit: str) -> str:
    return "" if not number else f"{number} {unit}" if number == 1 else f"{number} {unit}s"
