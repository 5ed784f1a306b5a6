"""The rota as it is stored, and who would be asked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from checkin import logs
from checkin.rota import words
from checkin.rota.policy import Away, Change, Colleague, Rota, Shift, holding, holes, speakers_first
from checkin.store.models import Absence, Override, Person, Staff, StandIn
from checkin.store.models import Shift as StoredShift
from checkin.store.vault import CannotOpen
from checkin.store.work import Work

_log = logs.get("rota")
HORIZON_DAYS = 28
_TOLD = 3
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def read(work: Work, since: datetime | None = None) -> Rota:
    """Return the rota with every change and absence that is not over by `since` (aware; default: now).

    Whoever is not active on the line is away for good; whoever has paused is away until their pause ends.
    """
    since = since or work.now
    shifts = work.conn.execute(select(StoredShift.__table__).order_by(StoredShift.rank, StoredShift.id)).all()
    changes = work.conn.execute(select(Override.__table__).where(Override.ends > since).order_by(Override.id)).all()
    away = work.conn.execute(select(Absence.__table__).where(Absence.ends > since).order_by(Absence.id)).all()
    stand_ins = work.conn.scalars(select(StandIn.person_id).order_by(StandIn.rank, StandIn.person_id)).all()
    named = {*stand_ins, *(s.person_id for s in shifts), *(c.person_id for c in changes)}
    people = work.conn.execute(
        select(
            Person.id, Person.name, Person.language, Person.speaks, Person.zone, Person.status, Person.paused_until
        ).where(Person.id.in_(named | {c.instead_of for c in changes}))
    ).all()
    return Rota(
        [Shift(s.id, s.ref or "a", s.person_id, s.rule, s.starts, s.minutes, ZoneInfo(s.zone), s.rank) for s in shifts],
        [Change(c.person_id, c.starts, c.ends, c.instead_of, c.shift_id, c.rank, c.why, c.id) for c in changes],
        [Away(a.person_id, a.starts, a.ends, a.id) for a in away]
        + [Away(p.id, *_ALWAYS) for p in people if p.status != "active"]
        + [Away(p.id, _ALWAYS[0], p.paused_until) for p in people if p.paused_until and p.paused_until > work.now],
        stand_ins,
        {p.id: Colleague(_name(work, p.name), tuple(p.speaks or [p.language]), ZoneInfo(p.zone)) for p in people},
    )


def _name(work: Work, sealed: bytes) -> str:
    try:
        return work.vault.open(sealed, "people.name")
    except CannotOpen:
        # Nobody's page waits for a name.
        _log.exception("cannot_open", column="people.name")
        return "somebody whose name cannot be opened"


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody's place in the order in which they would be asked, and why, in words for staff."""

    person: UUID
    name: str
    rank: int
    why: str
    speaks: tuple[str, ...]


def who(work: Work, at: datetime, language: str | None = None) -> list[Turn]:
    """Return who is asked at a moment (aware), in order; of each rank those first who speak `language`."""
    rota = read(work, min(at, work.now))
    zone = work.settings.zone
    found = []
    for held in speakers_first(rota, holding(rota, at), language):
        person = rota.people[held.person]
        found.append(Turn(held.person, person.name, held.rank, words.why(rota, held, zone), person.speaks))
    return found


def on_call(work: Work, language: str | None = None) -> list[UUID]:
    """Return who is on call now, in the order in which they are paged; of each rank those first who speak a member's
    `language`. Nobody is left out because of it."""
    rota = read(work)
    return [held.person for held in speakers_first(rota, holding(rota, work.now), language)]


def everybody(work: Work) -> list[UUID]:
    """Return everybody active who could be asked: all staff, and all whom the rota names, on shifts, as stand-ins and
    in changes that are not over."""
    named = select(StoredShift.person_id).union(
        select(StandIn.person_id),
        select(Override.person_id).where(Override.ends > work.now),
        select(Staff.person_id),
    )
    active = select(Person.id).where(Person.status == "active", Person.id.in_(named))
    return list(work.conn.scalars(active.order_by(Person.id)))


def told_holes(work: Work) -> list[str]:
    """Return what whoever changes the rota is told of its holes in the coming four weeks: the first few, in words."""
    found = holes(read(work), work.now, work.now + timedelta(days=HORIZON_DAYS))
    told = [f"Take note: {words.hole(hole, work.settings.zone)}." for hole in found[:_TOLD]]
    if len(found) > _TOLD:
        told.append(f"There are {len(found) - _TOLD} more holes like that: checkin rota check lists them.")
    return told
