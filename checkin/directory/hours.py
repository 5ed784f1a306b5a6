"""When somebody is there: opening hours on the wall clock of a service's own zone. Pure.

A schedule is an RFC 5545 rule in pieces. The common ones (by weekday, by day of the month) are worked out here, a day
at a time, because a search looks at hundreds; whatever is rarer is left to dateutil (`recurrence.between`).
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from checkin import recurrence
from checkin.directory.model import Hours, Open

_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_LOOK_WEEK, _LOOK = timedelta(days=8), timedelta(days=64)
_DAY = timedelta(days=1)
# A day begins nowhere on earth longer before it begins in Greenwich.
_EARLIEST = timedelta(hours=14)
_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One schedule, read. `opens` and `closes` are minutes since midnight; closing may lie on the next day."""

    freq: str | None
    interval: int
    weekdays: frozenset[tuple[int, int]]
    monthdays: frozenset[int]
    starts: date | None
    ends: date | None
    anchor: date | None
    opens: int
    closes: int
    closed: bool
    rare: str | None

    def on(self, day: date) -> bool:
        """Tell whether the rule falls on this day."""
        if (self.starts and day < self.starts) or (self.ends and day > self.ends):
            return False
        if self.rare is not None:
            return _rarely(self.rare, self.anchor or _MONDAY, day)
        return self._weekday(day) and self._monthday(day) and self._in_step(day)

    def _weekday(self, day: date) -> bool:
        if not self.weekdays:
            return self.freq != "WEEKLY" or self.anchor is None or self.anchor.weekday() == day.weekday()
        if (0, day.weekday()) in self.weekdays:
            return True
        if not any(n for n, _ in self.weekdays):
            return False
        last = calendar.monthrange(day.year, day.month)[1]
        nth, back = (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)
        return any(w == day.weekday() and n in {nth, back} for n, w in self.weekdays)

    def _monthday(self, day: date) -> bool:
        if self.monthdays:
            last = calendar.monthrange(day.year, day.month)[1]
            return day.day in self.monthdays or day.day - last - 1 in self.monthdays
        # Every month with no day named: on the day it began.
        return not (self.freq == "MONTHLY" and not self.weekdays and self.anchor and self.anchor.day != day.day)

    def _in_step(self, day: date) -> bool:
        if self.interval == 1 or self.anchor is None:
            return True
        if self.freq == "MONTHLY":
            return ((day.year - self.anchor.year) * 12 + day.month - self.anchor.month) % self.interval == 0
        if self.freq == "DAILY":
            return (day - self.anchor).days % self.interval == 0
        monday = self.anchor - timedelta(days=self.anchor.weekday())
        return (day - monday).days // 7 % self.interval == 0


def when_open(schedules: Sequence[Hours], now: datetime, zone: ZoneInfo) -> Open:
    """Return whether somebody is there at `now` (aware), and when next. `zone` is for schedules that name none."""
    if not schedules:
        return Open()
    rules = [(rule, ZoneInfo(s["zone"]) if s.get("zone") else zone) for s in schedules if (rule := _rule(_frozen(s)))]
    told = [r for r in rules if not r[0].closed]
    if not told:
        return Open()
    zone_of = told[0][1]
    here = now.astimezone(zone_of)
    far = _LOOK if any(r.freq not in {"DAILY", "WEEKLY"} or r.interval > 1 for r, _ in told) else _LOOK_WEEK
    spans = _joined(_spans(rules, here.date() - _DAY, here.date() + far))
    for begins, ends in spans:
        if ends <= now:
            continue
        if begins <= now:
            if ends - now > timedelta(days=7):
                return Open(now=True, always=True)
            later, _ = next(spans, (None, None))
            return Open(now=True, until=ends.astimezone(zone_of), opens=later.astimezone(zone_of) if later else None)
        return Open(now=False, opens=begins.astimezone(zone_of))
    # Hours that are over, or days too far away to be told of: nobody knows.
    return Open()


def always() -> list[Hours]:
    """Return the hours of a line that is never closed."""
    return [Hours(freq="DAILY", opens_at="00:00", closes_at="24:00")]


def _spans(rules: list[tuple[_Rule, ZoneInfo]], first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when somebody is there, in order; no further ahead than is asked for."""
    closed = [rule for rule, _ in rules if rule.closed]
    waiting: list[tuple[datetime, datetime]] = []
    for day in _days(first, last):
        shut = any(rule.on(day) for rule in closed)
        for rule, zone in rules:
            if not (shut or rule.closed) and rule.on(day):
                midnight = datetime.combine(day, time(), zone)
                begins, ends = (midnight + timedelta(minutes=m) for m in (rule.opens, rule.closes))
                waiting.append((begins.astimezone(UTC), ends.astimezone(UTC)))
        waiting.sort()
        tomorrow = datetime.combine(day + _DAY, time(), UTC) - _EARLIEST
        while waiting and waiting[0][0] < tomorrow:
            yield waiting.pop(0)
    yield from waiting


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Two that touch are one: a line that closes at midnight and opens at midnight does not close."""
    had: tuple[datetime, datetime] | None = None
    for begins, ends in spans:
        if had is None or begins > had[1]:
            if had is not None:
                yield had
            had = begins, ends
        else:
            had = had[0], max(had[1], ends)
    if had is not None:
        yield had


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _frozen(schedule: Hours) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((k, v) for k, v in schedule.items() if k not in _SAID))


_SAID = frozenset({"id", "description", "notes", "attending", "link", "zone"})


@lru_cache(maxsize=8192)
def _rule(schedule: tuple[tuple[str, Any], ...]) -> _Rule | None:
    """Return a schedule as a rule; None when it names no hours and no closed day, or no day at all."""
    found = dict(schedule)
    closed = bool(found.get("closed"))
    opens, closes = _minutes(found.get("opens_at")), _minutes(found.get("closes_at"))
    if not closed and (opens is None or closes is None):
        return None
    opens, closes = opens or 0, closes or 24 * 60
    weekdays = frozenset((int(n or 0), _DAYS[d]) for n, d in _BYDAY.findall(found.get("byday") or ""))
    monthdays = frozenset(int(n) for n in re.findall(r"-?\d+", found.get("bymonthday") or ""))
    anchor = _date(found.get("dtstart")) or _date(found.get("valid_from"))
    starts = max(filter(None, (_date(found.get("valid_from")), _date(found.get("dtstart")))), default=None)
    ends = min(filter(None, (_date(found.get("valid_to")), _date(found.get("until")))), default=None)
    freq = found.get("freq")
    if not (weekdays or monthdays or anchor or freq == "DAILY"):
        return None
    if freq is None and not (weekdays or monthdays):
        # A date or a run of dates, with no rule: those days.
        freq = "DAILY"
        ends = ends or starts
    return _Rule(
        freq=freq,
        interval=max(int(found.get("interval") or 1), 1),
        weekdays=weekdays,
        monthdays=monthdays,
        starts=starts,
        ends=ends,
        anchor=anchor,
        opens=opens,
        # At or before opening means on the next day: 18:00 to 02:00, and 00:00 to 00:00 is round the clock.
        closes=closes if closes > opens else closes + 24 * 60,
        closed=closed,
        rare=_rare(found),
    )


def _rare(found: dict[str, Any]) -> str | None:
    """Return the rule in RFC 5545's own words, when it has what is not worked out here."""
    if not any(found.get(k) for k in ("count", "byyearday", "byweekno")) and found.get("freq") != "YEARLY":
        return None
    parts = [
        f"{name.upper()}={found[name]}"
        for name in ("interval", "count", "wkst", "byday", "bymonthday", "byyearday", "byweekno")
        if found.get(name)
    ]
    freq = "YEARLY" if found.get("byyearday") or found.get("byweekno") else found.get("freq") or "WEEKLY"
    return ";".join([f"FREQ={freq}", *parts]).replace(" ", "")


@lru_cache(maxsize=8192)
def _rarely(rule: str, starts: date, day: date) -> bool:
    at = datetime.combine(day, time())
    return bool(recurrence.between(rule, datetime.combine(starts, time()), at, at))


def _minutes(at: str | None) -> int | None:
    return int(at[:2]) * 60 + int(at[3:5]) if at else None


def _date(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
