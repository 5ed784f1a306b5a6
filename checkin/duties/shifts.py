"""Shifts that staff keep in the console: made, changed, ended; and what a change to the rota would leave uncovered."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from checkin import audit, rota
from checkin.duties.asking import look_again
from checkin.duties.changing import check_reachable
from checkin.errors import BadInput
from checkin.rota.policy import Shift, Span
from checkin.rota.words import day_and_time
from checkin.store.ids import new_id
from checkin.store.models import Person
from checkin.store.models import Shift as Stored
from checkin.store.work import Work

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# How far ahead holes are looked for.
AHEAD = timedelta(days=28)
_WEEKLY = re.compile(r"FREQ=WEEKLY(?:;INTERVAL=(\d+))?(?:;BYDAY=([A-Z,]+))?(?:;UNTIL=(\d{8})T235959)?")
_DAILY = re.compile(r"FREQ=DAILY(?:;UNTIL=(\d{8})T235959)?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """When a shift comes round, as staff say it: on which days (of DAYS) of every how many weeks, from a first day to
    perhaps a last, between two times on the clock of the line's zone; an end that is not later is on the next day."""

    days: Sequence[str]
    weeks: int
    first: date
    begins: time
    ends: time
    last: date | None = None

    @property
    def rule(self) -> str:
        """Return the RFC 5545 rule."""
        days = ",".join(day for day in DAYS if day in self.days)
        until = f";UNTIL={self.last:%Y%m%d}T235959" if self.last else ""
        return f"FREQ=WEEKLY;INTERVAL={self.weeks};BYDAY={days}{until}"

    @property
    def minutes(self) -> int:
        """Return how long it lasts by the clock on the wall."""
        span = (self.ends.hour * 60 + self.ends.minute) - (self.begins.hour * 60 + self.begins.minute)
        return span if span > 0 else span + 1440

    @property
    def starts(self) -> datetime:
        """Return its first day and time, on the wall."""
        return datetime.combine(self.first, self.begins)


def pattern(shift: Shift) -> Pattern | None:
    """Return how staff would say when a shift comes round; None for one whose rule or length cannot be said so."""
    if shift.minutes > 1440:
        return None
    ends = (shift.starts + timedelta(minutes=shift.minutes)).time()
    if (daily := _DAILY.fullmatch(shift.rule)) is not None:
        return Pattern(DAYS, 1, shift.starts.date(), shift.starts.time(), ends, _day(daily[1]))
    found = _WEEKLY.fullmatch(shift.rule)
    days = found[2].split(",") if found and found[2] else [DAYS[shift.starts.weekday()]]
    if found is None or not set(days) <= set(DAYS):
        return None
    return Pattern(days, int(found[1] or 1), shift.starts.date(), shift.starts.time(), ends, _day(found[3]))


def _day(written: str | None) -> date | None:
    return date.fromisoformat(f"{written[:4]}-{written[4:6]}-{written[6:]}") if written else None


def put_shift(
    work: Work, actor: UUID | None, shift_id: UUID | None, *, name: str, person_id: UUID, when: Pattern, rank: int,
    ask: bool,
) -> UUID:  # fmt: skip
    """Make a shift, or change the one with this id; return its id. Raises BadInput with one sentence, and then has
    changed nothing."""
    _check(work, shift_id, name, person_id, when)
    own = select(Stored.zone).where(Stored.id == shift_id)
    zone = (work.conn.execute(own).scalar() if shift_id else None) or str(work.settings.zone)
    made = shift_id or new_id()
    values: dict[str, object] = {
        "ref": name, "person_id": person_id, "rule": when.rule, "starts": when.starts, "minutes": when.minutes,
        "rank": rank, "ask": ask, "next_due_at": _first_look(work, person_id, when, zone) if ask else None,
    }  # fmt: skip
    _check_overlap(work, Shift(made, name, person_id, when.rule, when.starts, when.minutes, ZoneInfo(zone), rank))
    if shift_id is None:
        work.add(Stored, id=made, zone=zone, **values)
    else:
        work.conn.execute(update(Stored).where(Stored.id == shift_id).values(**values))
    look_again(work)
    audit.record(work, actor, "rota_shift", f"shift {made}", f"{person_id} {when.rule}")
    return made


def end_shift(work: Work, actor: UUID | None, shift_id: UUID) -> None:
    """Take a shift off the rota, with the changes that were made to it. Raises BadInput when it is gone already."""
    if not work.conn.execute(delete(Stored).where(Stored.id == shift_id)).rowcount:
        raise BadInput("There is no such shift any more.")
    look_again(work)
    audit.record(work, actor, "rota_shift_ended", f"shift {shift_id}")


def asks(work: Work, shift_id: UUID) -> bool:
    """Tell whether whoever has a shift is asked the day before."""
    return bool(work.conn.execute(select(Stored.ask).where(Stored.id == shift_id)).scalar())


def gaps(work: Work, change: Callable[[], object]) -> list[Span]:
    """Return the holes of the coming four weeks that a change to the rota would open, and leave everything as it was.
    Raises what the change raises."""
    before = _holes(work)
    behind, wake = dict(work.behind), set(work.wake)
    with work.conn.begin_nested() as trial:
        try:
            change()
            after = _holes(work)
        finally:
            trial.rollback()
            work.behind.clear()
            work.behind.update(behind)
            work.wake.intersection_update(wake)
    return [hole for hole in after if not any(b.starts <= hole.starts and hole.ends <= b.ends for b in before)]


def _holes(work: Work) -> list[Span]:
    return rota.holes(rota.read(work), work.now, work.now + AHEAD)


def _check(work: Work, shift_id: UUID | None, name: str, person_id: UUID, when: Pattern) -> None:
    if not set(when.days) & set(DAYS):
        raise BadInput("Choose at least one day.")
    if when.last is not None and when.last < when.first:
        raise BadInput("The last day must not be before the first.")
    if when.last is not None and when.last < work.now.astimezone(work.settings.zone).date():
        raise BadInput("The last day is over already.")
    taken = select(Stored.id).where(Stored.ref == name, Stored.id != shift_id if shift_id else Stored.id.is_not(None))
    if work.conn.execute(taken).first():
        raise BadInput(f"There is a shift called {name} already: give this one another name.")
    if shift_id and not work.conn.execute(select(Stored.id).where(Stored.id == shift_id).with_for_update()).first():
        raise BadInput("There is no such shift any more.")
    check_reachable(work, person_id)


def _check_overlap(work: Work, shift: Shift) -> None:
    """Two at the same place at the same moment: nobody could say who is paged first, except by their languages."""
    whole = rota.read(work)
    speaks = {p: set(c.speaks) for p, c in whole.people.items()}
    mine = work.conn.execute(select(Person.speaks, Person.language).where(Person.id == shift.person)).one()
    for other in whole.shifts:
        if other.id == shift.id or other.rank != shift.rank or speaks[other.person] != set(mine[0] or [mine[1]]):
            continue
        moment = rota.overlapping(shift, other, since=work.now)
        if moment is not None:
            raise BadInput(
                f"It overlaps with the {other.name} shift, which has the same rank, on "
                f"{day_and_time(moment, shift.zone)}. Give one of them another rank."
            )


def _first_look(work: Work, person_id: UUID, when: Pattern, zone: str) -> datetime | None:
    home = work.conn.execute(select(Person.zone).where(Person.id == person_id)).scalar_one()
    at = work.settings.duty_time
    return rota.next_ask(when.rule, when.starts, ZoneInfo(zone), home=ZoneInfo(home), at=at, after=work.now)
