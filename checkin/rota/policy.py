"""Who is on call at a moment: a pure reading of shifts, changes, absences and stand-ins.

Theory of operation. At any moment

1. every shift that covers it is held by its person, or by whom the changes made to it, oldest first, name instead;
2. changes that replace nobody add theirs;
3. whoever is away is stood in for by the first stand-in who is neither away nor on call already; when there is none,
   nobody has that turn;
4. what is left is in the order of ranks, and nobody is in it twice.

Shifts are on wall-clock time in their zone and are compared as moments: a shift that ends at 01:30 on the night in
which 01:30 comes twice ends the first time, and the one that begins at 01:30 begins then. A time that does not exist is
as long after the gap as it would have been after the gap's beginning. So two shifts that meet on paper meet on every
night.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from checkin import recurrence

# No zone moves its clock by more than this at once.
_CLOCK_CHANGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a rota names."""

    name: str
    speaks: tuple[str, ...]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's turn: an RFC 5545 rule on wall-clock time in `zone`, from `starts` (naive), each `minutes` long."""

    id: UUID
    name: str
    person: UUID
    rule: str
    starts: datetime
    minutes: int
    zone: ZoneInfo
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """`person` from one moment (aware) until another, instead of somebody (in one shift or all of theirs), or, with
    nobody named, in addition and at a rank."""

    person: UUID
    starts: datetime
    ends: datetime
    instead_of: UUID | None = None
    shift: UUID | None = None
    rank: int = 1
    why: Literal["override", "swap", "covers"] = "override"
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody cannot be on call between two moments (aware)."""

    person: UUID
    starts: datetime
    ends: datetime
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Rota:
    """Everything that says who is on call. Changes are oldest first, stand-ins in the order they are asked."""

    shifts: Sequence[Shift] = ()
    changes: Sequence[Change] = ()
    away: Sequence[Away] = ()
    stand_ins: Sequence[UUID] = ()
    people: Mapping[UUID, Colleague] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a shift comes round, as moments (UTC): from `starts` until just before `ends`."""

    shift: Shift
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody's place in the order at a moment, and how they came by it."""

    person: UUID
    rank: int
    shift: Shift | None = None
    change: Change | None = None
    stands_in_for: UUID | None = None
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which the same people are on call; `held` is empty in a hole."""

    starts: datetime
    ends: datetime
    held: tuple[Held, ...]


def occurrences(shift: Shift, after: datetime, before: datetime) -> list[Occurrence]:
    """Return the times a shift comes round that touch the moments from `after` until `before` (aware), in order."""
    length = timedelta(minutes=shift.minutes)
    first = after.astimezone(shift.zone).replace(tzinfo=None) - length - _CLOCK_CHANGE
    last = before.astimezone(shift.zone).replace(tzinfo=None) + _CLOCK_CHANGE
    found = []
    for wall in recurrence.between(shift.rule, shift.starts, first, last):
        starts = wall.replace(tzinfo=shift.zone).astimezone(UTC)
        ends = (wall + length).replace(tzinfo=shift.zone).astimezone(UTC)
        if starts < ends and starts < before and ends > after:
            found.append(Occurrence(shift, starts, ends))
    return found


def on_shift(shift: Shift, at: datetime) -> bool:
    """Tell whether a shift covers the moment `at` (aware)."""
    return bool(occurrences(shift, at, at + timedelta(microseconds=1)))


def holding(rota: Rota, at: datetime, on: Iterable[Shift] | None = None) -> tuple[Held, ...]:
    """Return who is on call at a moment, first first. `on`: the shifts that cover it, where that is known already."""
    if on is None:
        on = [shift for shift in rota.shifts if on_shift(shift, at)]
    changes = [change for change in rota.changes if change.starts <= at < change.ends]
    held = [_handed_over(Held(shift.person, shift.rank, shift), changes) for shift in on]
    added = [Held(change.person, change.rank, change=change) for change in changes if change.instead_of is None]
    held += [_handed_over(place, changes) for place in added]
    held.sort(key=lambda place: (place.rank, place.shift is None, place.shift.name if place.shift else ""))
    there: dict[UUID, Held] = {}
    for place in _stood_in_for(rota, held, at):
        there.setdefault(place.person, place)
    return tuple(there.values())


def _handed_over(place: Held, changes: Sequence[Change]) -> Held:
    shift = place.shift.id if place.shift else None
    for change in changes:
        if change.instead_of == place.person and change.shift in {None, shift}:
            place = replace(place, person=change.person, change=change)
    return place


def away_until(rota: Rota, person: UUID, at: datetime) -> datetime | None:
    """Return until when somebody is away at a moment, or None when they are not."""
    return max((a.ends for a in rota.away if a.person == person and a.starts <= at < a.ends), default=None)


def _stood_in_for(rota: Rota, held: Sequence[Held], at: datetime) -> Iterable[Held]:
    busy = {place.person for place in held}
    for place in held:
        until = away_until(rota, place.person, at)
        if until is None:
            yield place
            continue
        free = (p for p in rota.stand_ins if p not in busy and away_until(rota, p, at) is None)
        if (stand_in := next(free, None)) is not None:
            busy.add(stand_in)
            yield replace(place, person=stand_in, stands_in_for=place.person, away_until=until)


def speakers_first(rota: Rota, held: Sequence[Held], language: str | None) -> tuple[Held, ...]:
    """Return the same people, of each rank those first who speak a member's language. Nobody is left out."""
    if language is None:
        return tuple(held)
    return tuple(sorted(held, key=lambda place: (place.rank, language not in rota.people[place.person].speaks)))


def spans(rota: Rota, after: datetime, before: datetime) -> list[Span]:
    """Return who is on call from `after` until `before` (aware), stretch by stretch."""
    times = [o for shift in rota.shifts for o in occurrences(shift, after, before)]
    edges = {after, before}
    stretches: list[Occurrence | Change | Away] = [*times, *rota.changes, *rota.away]
    for stretch in stretches:
        edges |= {edge for edge in (stretch.starts, stretch.ends) if after < edge < before}
    found: list[Span] = []
    for starts, ends in pairwise(sorted(edges)):
        held = holding(rota, starts, [o.shift for o in times if o.starts <= starts < o.ends])
        if found and found[-1].held == held:
            found[-1] = replace(found[-1], ends=ends)
        else:
            found.append(Span(starts, ends, held))
    return found


def holes(rota: Rota, after: datetime, before: datetime) -> list[Span]:
    """Return the stretches in which nobody at all is on call."""
    return [span for span in spans(rota, after, before) if not span.held]


def holders(rota: Rota, occurrence: Occurrence) -> list[tuple[UUID, datetime, datetime]]:
    """Return who has one shift when it comes round, with from when until when: one person, unless a change or an
    absence begins or ends in the middle of it. A stretch that nobody has is left out."""
    found: list[tuple[UUID, datetime, datetime]] = []
    for span in spans(rota, occurrence.starts, occurrence.ends):
        for place in span.held:
            if place.shift != occurrence.shift:
                continue
            if found and found[-1][0] == place.person and found[-1][2] == span.starts:
                found[-1] = (place.person, found[-1][1], span.ends)
            else:
                found.append((place.person, span.starts, span.ends))
    return found


def asked_at(starts: datetime, zone: ZoneInfo, at: time) -> datetime:
    """Return when somebody who lives in `zone` is asked about what begins at `starts`: the day before, at `at`."""
    day = starts.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day, at, zone).astimezone(UTC)


def next_ask(
    rule: str, starts: datetime, zone: ZoneInfo, *, home: ZoneInfo, at: time, after: datetime
) -> datetime | None:
    """Return the first moment (UTC) later than `after` at which somebody who lives in `home` is to be asked about what
    comes round by a rule; None when it is over."""
    moment = after
    while (begins := recurrence.next_after(rule, starts, zone, moment)) is not None:
        if (asked := asked_at(begins, home, at)) > after:
            return asked
        moment = begins
    return None


def overlapping(one: Shift, other: Shift, *, since: datetime | None = None, days: int = 400) -> datetime | None:
    """Return the first moment (UTC) at which both are on, within so many days of `since` (aware) and of the later one's
    start; None: never."""
    begin = max(s.starts.replace(tzinfo=s.zone).astimezone(UTC) for s in (one, other))
    begin = max(begin, since or begin)
    until = begin + timedelta(days=days)
    theirs = occurrences(other, begin, until)
    for mine in occurrences(one, begin, until):
        while theirs and theirs[0].ends <= mine.starts:
            theirs.pop(0)
        if theirs and theirs[0].starts < mine.ends:
            return max(theirs[0].starts, mine.starts)
    return None
