"""A rota in words, for the people who keep it: when a shift comes round, and why somebody is asked."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from checkin import recurrence
from checkin.rota.policy import Held, Rota, Shift, Span

_RANKS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_NTH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_PART = re.compile(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)")
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
# Somebody who is not on the line any more is away for good.
_FOR_GOOD = 9000


def listed(parts: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def rank(number: int) -> str:
    """Return "first rank"."""
    return f"{_RANKS[number]} rank"


def how_often(rule: str, starts: datetime) -> str:
    """Return when a rule comes round ("every Monday", "the first Monday of every month"); a rarer rule as written."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";"))
    parts.pop("WKST", None)
    parts.pop("UNTIL", None)
    unit, every = _UNITS.get(parts.pop("FREQ", ""), ""), parts.pop("INTERVAL", "1")
    days = [_PART.fullmatch(day) for day in parts.pop("BYDAY", "").split(",")]
    named = [(day[1] or "", _DAYS[day[2]]) for day in days if day]
    again = f"every {unit}" if every == "1" else f"every {every} {unit}s"
    if parts or unit == "year":
        return f"by the rule {rule}"
    if unit == "month" and not named:
        return f"{again} on day {starts.day}"
    if unit == "month" and all(nth.lstrip("+") in _NTH for nth, _ in named):
        return "the " + listed([f"{_NTH[nth.lstrip('+')]} {day}" for nth, day in named]) + f" of {again}"
    if any(nth for nth, _ in named) or unit == "month":
        return f"by the rule {rule}"
    if unit == "week" and not named:
        named = [("", f"{starts:%A}")]
    if not named:
        return again
    on = listed([day for _, day in named])
    return f"every {on}" if every == "1" else f"{again} on {on}"


def day(moment: datetime, zone: ZoneInfo) -> str:
    """Return "7 Dec" as the zone's calendar has it."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b}"


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return "Mon 7 Dec 20:00"."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def from_to(starts: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """Return "Mon 7 Dec 20:00 to Tue 8 Dec 08:00"; the day is said once when it is the same."""
    same = starts.astimezone(zone).date() == ends.astimezone(zone).date()
    until = f"{ends.astimezone(zone):%H:%M}" if same else day_and_time(ends, zone)
    return f"{day_and_time(starts, zone)} to {until}"


def in_words(shift: Shift, now: datetime) -> str:
    """Return "every Monday 20:00 to 08:00, next 7 Dec"; `now` is aware."""
    ends = shift.starts + timedelta(minutes=shift.minutes)
    hours = f"{shift.starts:%H:%M} to {ends:%H:%M}"
    if (days := shift.minutes // 1440) and shift.minutes != 1440:
        hours += f" {'the next day' if days == 1 else f'{days} days later'}"
    elif shift.minutes == 1440:
        hours += " the next day"
    coming = recurrence.next_after(shift.rule, shift.starts, shift.zone, now)
    following = f"next {day(coming, shift.zone)}" if coming else "over"
    return f"{how_often(shift.rule, shift.starts)} {hours}, {following}"


def why(rota: Rota, held: Held, zone: ZoneInfo) -> str:
    """Return why somebody is asked at their place: the shift and rank, whom they stand in for, who changed it."""
    parts = [f"{held.shift.name} shift" if held.shift else "on call in addition", rank(held.rank)]
    if held.shift and held.change:
        was = rota.people[held.shift.person].name
        parts.append({"override": f"instead of {was}", "swap": f"swapped with {was}"}.get(
            held.change.why, f"covers for {was}"))  # fmt: skip
    if held.stands_in_for:
        until = held.away_until
        name = rota.people[held.stands_in_for].name
        away = f"away until {day(until, zone)}" if until and until.year < _FOR_GOOD else "not on the line now"
        parts.append(f"stands in for {name}, who is {away}")
    return ", ".join(parts)


def overview(rota: Rota, now: datetime, zone: ZoneInfo) -> list[str]:
    """Return who has what, one sentence each: shifts, changes, holidays and stand-ins that are not over at `now`."""
    names = {person: colleague.name for person, colleague in rota.people.items()}
    found = [f"{names[s.person]}: {in_words(s, now)} ({s.name} shift, {rank(s.rank)})" for s in rota.shifts]
    for change in rota.changes:
        instead = f"instead of {names[change.instead_of]}" if change.instead_of else f"in addition, {rank(change.rank)}"
        found.append(f"{names[change.person]}: {from_to(change.starts, change.ends, zone)}, {instead}")
    found += [
        f"{names[a.person]} is away until {day_and_time(a.ends, zone)}, from {day_and_time(a.starts, zone)}"
        for a in rota.away
        if a.ends.year < _FOR_GOOD and a.person in names
    ]
    if rota.stand_ins:
        found.append(f"Stand-ins, in this order: {listed([names[p] for p in rota.stand_ins])}")
    return found


def hole(span: Span, zone: ZoneInfo) -> str:
    """Return "nobody is on call from Mon 7 Dec 20:00 to 22:00"."""
    return f"nobody is on call from {from_to(span.starts, span.ends, zone)}"
