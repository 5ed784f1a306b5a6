"""When a series of meetings meets, and when somebody has to hear of it. Pure."""

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkin import recurrence
from checkin.errors import BadInput

# Of 54,066 people fewest stayed away when they were reminded three days before and again the day before (Am J Manag
# Care 2018;24:377). As "days before, time of day".
DEFAULT_REMINDERS = ("3 10:30", "1 16:00")

_LEAD = re.compile(r"([1-9]|1[0-9]|2[0-8]) (\d\d?):(\d\d)")
# Facilitators hear who is coming on the morning of the day, when quiet hours are over; of a meeting that begins before
# ten, the evening before.
_MORNING, _EVENING, _EARLY = time(9), time(18), time(10)


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before a meeting members are reminded: so many days, at a time of day in the meeting's zone."""

    days: int
    at: time

    def __str__(self) -> str:
        return f"{self.days} {self.at:%H:%M}"


def read_lead(written: str) -> Lead:
    """Return a lead written as "3 10:30". Raises BadInput with one sentence."""
    found = _LEAD.fullmatch(written)
    if found is None or int(found[2]) > 23 or int(found[3]) > 59:
        raise BadInput(f"{written!r} is not days (1 to 28) and a time, such as 3 10:30")
    return Lead(int(found[1]), time(int(found[2]), int(found[3])))


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody has to hear of the meeting that begins at `starts` (aware, in its zone): with `days_before`, members
    their reminder; without, facilitators who is coming."""

    at: datetime
    starts: datetime
    days_before: int | None


# What differs from the rule, by the day that it gives: when the meeting is instead (aware); None: it is off.
Exceptions = Mapping[date, datetime | None]
_NONE: Exceptions = {}


@dataclass(frozen=True, slots=True)
class Series:
    """A rule on wall-clock time in a zone; `starts` is naive: the first day it may fall on, and the time of day."""

    rule: str
    starts: datetime
    zone: ZoneInfo
    leads: Sequence[Lead] = ()

    def meets_on(self, day: date) -> bool:
        """Tell whether the rule gives a meeting on a day of its zone."""
        return self.on(day) is not None

    def on(self, day: date) -> datetime | None:
        """Return when the meeting begins that the rule gives on a day of its zone, or None."""
        found = next(self.after(datetime.combine(day, time.min, self.zone) - timedelta(seconds=1)), None)
        return found if found is not None and found.date() == day else None

    def at(self, day: date, clock: time) -> datetime:
        """Return the moment at which the clocks of its zone show a time of day, with that zone: of a time that comes
        twice the first; of one that is skipped as long after the gap as it would have been."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC).astimezone(self.zone)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Give the beginnings of its meetings later than `moment` (aware), in its own zone; endless for most rules."""
        found = recurrence.next_after(self.rule, self.starts, self.zone, moment)
        while found is not None:
            yield found.astimezone(self.zone)
            found = recurrence.next_after(self.rule, self.starts, self.zone, found)

    def held(self, moment: datetime, exceptions: Exceptions = _NONE) -> Iterator[tuple[datetime, date]]:
        """Give the meetings that take place later than `moment`, in order: when each begins, in its own zone, and the
        day by which it is known."""
        planned = ((starts, starts.date()) for starts in self.after(moment) if starts.date() not in exceptions)
        moved = [(at.astimezone(self.zone), day) for day, at in exceptions.items() if at is not None and at > moment]
        return heapq.merge(sorted(moved), planned)

    def next_meeting(self, moment: datetime, exceptions: Exceptions = _NONE) -> datetime | None:
        """Return when it meets next after `moment`, in its own zone; None when it is over."""
        return next((starts for starts, _ in self.held(moment, exceptions)), None)

    def told_after(self, moment: datetime) -> datetime | None:
        """Return the first moment later than `moment` at which somebody has to hear of a meeting (UTC), or None."""
        return min((told.at for told in self._next_told(moment)), default=None)

    def told_at(self, moment: datetime) -> list[Told]:
        """Return what somebody has to hear at exactly `moment`, one that `told_after` gave."""
        return [told for told in self._next_told(moment - timedelta(microseconds=1)) if told.at == moment]

    def told_of(self, starts: datetime) -> list[Told]:
        """Return all that somebody has to hear of one meeting, whenever that is, in order."""
        leads = (*self.leads, None) if self.leads else ()
        local = starts.astimezone(self.zone)
        found = [Told(self._moment(local, lead), local, lead.days if lead else None) for lead in leads]
        return sorted(found, key=lambda told: told.at)

    def reminded_by(self, starts: datetime, moment: datetime) -> bool:
        """Tell whether members were to be reminded of the meeting at `starts` (in its zone) by `moment`."""
        return any(self._moment(starts, lead) <= moment for lead in self.leads)

    def _next_told(self, moment: datetime) -> Iterator[Told]:
        """Give, for each lead and for the headcount, the next time it comes up after `moment`.

        All lie before the meeting they are about, so that no meeting before `moment` has to be looked at.
        """
        for lead in (*self.leads, None) if self.leads else ():
            for starts in self.after(moment):
                if (at := self._moment(starts, lead)) > moment:
                    yield Told(at, starts, lead.days if lead else None)
                    break

    def _moment(self, starts: datetime, lead: Lead | None) -> datetime:
        if lead is not None:
            days, at = lead.days, lead.at
        else:
            days, at = (1, _EVENING) if starts.time() < _EARLY else (0, _MORNING)
        return datetime.combine(starts.date() - timedelta(days=days), at, self.zone).astimezone(UTC)
