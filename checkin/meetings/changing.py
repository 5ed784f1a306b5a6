"""Changing one meeting of a series: another time, another place, off, on again, somebody else to run it.

Every change locks the series' row and then the meeting's, so that of two who change the same one the second is told.
Nothing is changed once a meeting has begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import audit, people
from checkin.errors import BadInput
from checkin.meetings import telling
from checkin.meetings.coming import HELPERS
from checkin.meetings.held import Kept, Occurrence, coming, look_up
from checkin.meetings.telling import Hearer, Kind
from checkin.store.ids import new_id
from checkin.store.models import Duty, Meeting, MeetingChange, Membership, Person, Reminder
from checkin.store.models import Occurrence as Stored
from checkin.store.work import Work

# Nothing is moved further ahead than people plan.
_FURTHEST = timedelta(days=400)
# For so long news of another time is as good as a reminder.
_FRESH = timedelta(hours=12)
LONGEST = {"venue": 80, "directions": 160, "access": 160}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting is, how to get there, and how to get in."""

    venue: str
    directions: str = ""
    access: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """To another time (`starts`, aware) or another place, or both; `place` None: where it would have been."""

    starts: datetime
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """It does not take place."""


@dataclass(frozen=True, slots=True)
class Restore:
    """It takes place after all."""


@dataclass(frozen=True, slots=True)
class Run:
    """Somebody who runs or covers the group runs it this time; None: whoever runs the group."""

    person_id: UUID | None


Change = Move | Cancel | Restore | Run


class OvertakenError(BadInput):
    """Somebody else has changed it since it was looked at."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A change worked out and not yet made: what the meeting will be, and who hears of it."""

    kind: Kind
    before: Occurrence
    after: Occurrence
    who: Sequence[Hearer]
    runs: Sequence[UUID] = ()


def plan(work: Work, meeting_id: UUID, day: date, change: Change) -> Planned:
    """Return what a change would come to, changing nothing. Raises BadInput with one sentence when it cannot be."""
    return worked_out(work, *_find(work, meeting_id, day, lock=False), change)


def make(work: Work, meeting_id: UUID, day: date, change: Change, *, by: UUID, version: int) -> Planned:
    """Change one meeting, and tell everybody concerned. `version` is the one that was looked at.

    Raises OvertakenError when somebody else was faster, BadInput with one sentence when it cannot be; nothing is then
    to be kept.
    """
    kept, occurrence = _find(work, meeting_id, day, lock=True)
    if occurrence.version != version:
        raise OvertakenError("Somebody has changed this meeting since you opened it. See how it is now.")
    planned = worked_out(work, kept, occurrence, change)
    done = carry_out(work, kept, planned, by)
    audit.record(work, by, f"meeting_{planned.kind}", f"meeting {done.after.id}", f"{meeting_id} {day}")
    return done


def _find(work: Work, meeting_id: UUID, day: date, *, lock: bool) -> tuple[Kept, Occurrence]:
    found = look_up(work, meeting_id, day, lock=lock)
    if found is None:
        raise BadInput("There is no such meeting.")
    return found


def worked_out(work: Work, kept: Kept, before: Occurrence, change: Change) -> Planned:
    """Return what a change of this meeting would come to. Raises BadInput with one sentence when it cannot be."""
    if before.starts <= work.now:
        raise BadInput("This meeting has begun: nothing about it can be changed any more.")
    if before.status == "cancelled" and not isinstance(change, Restore):
        raise BadInput("This meeting is off. Have it take place again first.")
    runs: Sequence[UUID] = ()
    kind: Kind
    match change:
        case Move():
            kind, after = _moved(work, kept, before, change)
        case Cancel():
            kind, after = "cancelled", replace(before, status="cancelled")
        case Restore():
            if before.status == "planned":
                raise BadInput("This meeting is on.")
            if not before.moved and kept.series.on(before.day) is None:
                raise BadInput("The group does not meet on that day any more.")
            kind, after = "restored", replace(before, status="planned")
        case Run(person_id=person_id):
            kind, after = "runs", replace(before, runs=person_id)
            runs = _who_runs(work, before, person_id)
    # Who ran it is asked of the meeting as it was: a new time ends what somebody had stepped in for.
    return Planned(kind, before, after, telling.hearers(work, before, kind, runs=runs), runs)


def _moved(work: Work, kept: Kept, before: Occurrence, change: Move) -> tuple[Kind, Occurrence]:
    starts = change.starts.astimezone(kept.series.zone)
    usual = Place(kept.venue, kept.directions, kept.access)
    place = change.place or Place(before.venue, before.directions, before.access)
    for name, most in LONGEST.items():
        if len(getattr(place, name)) > most:
            raise BadInput(f"Shorten the {name} to {most} characters.")
    if not place.venue.strip():
        raise BadInput("Say where it is.")
    same_time = starts == before.starts
    if same_time and place == Place(before.venue, before.directions, before.access):
        raise BadInput("Nothing is different: the time and the place are as they were.")
    if not work.now < starts < work.now + _FURTHEST:
        raise BadInput("Choose a time that is still to come, and within a year.")
    if not same_time and _meets_at(work, kept, before, starts):
        raise BadInput("The group meets at that time already.")
    after = replace(
        before,
        starts=starts,
        was=before.was if same_time else before.starts,
        moved=starts != kept.series.on(before.day),
        elsewhere=place != usual,
        venue=place.venue,
        directions=place.directions,
        access=place.access,
    )
    return "place" if same_time else "moved", after


def _meets_at(work: Work, kept: Kept, besides: Occurrence, starts: datetime) -> bool:
    others = coming(work, [kept], starts - timedelta(seconds=1))[kept.id]
    return any(one.starts == starts for one, _ in zip(others, range(2), strict=False) if one.day != besides.day)


def _who_runs(work: Work, before: Occurrence, person_id: UUID | None) -> list[UUID]:
    rows = work.conn.execute(
        select(Membership.person_id, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.group_id == before.group_id,
            Membership.role.in_(HELPERS),
            Person.status == "active",
        )
        .order_by(Membership.person_id)
    ).all()
    roles = {row.person_id: row.role for row in rows}
    if person_id == before.runs:
        raise BadInput("Nothing is different: that is who runs it already.")
    if person_id is None:
        return [one for one, role in roles.items() if role == "facilitator"]
    if person_id not in roles:
        raise BadInput("Choose somebody who runs or covers this group.")
    return [person_id]


def carry_out(work: Work, kept: Kept, planned: Planned, by: UUID | None, *, at_once: bool = True) -> Planned:
    """Do what was planned, and tell everybody concerned, unless they are to hear later; return what was done. The rows
    of the series and the meeting are locked."""
    before = make_row(work, planned.before)
    after = replace(planned.after, id=before.id, version=before.version + 1)
    who = planned.who
    telling.take_back(work, after, who)
    if planned.kind == "restored":
        # Whose text was still owed a moment ago has not heard that it was off.
        who = telling.hearers(work, after, "restored")
    _store(work, kept, after, by_hand=by is not None)
    if planned.kind == "moved":
        _begin_anew(work, after)
    _look_again(work, before)
    work.add(
        MeetingChange, id=new_id(), occurrence_id=after.id, version=after.version, at=work.now, by=by,
        kind=planned.kind, was_at=before.starts, now_at=after.starts,
    )  # fmt: skip
    if at_once:
        taker = people.first_name(work, planned.runs[0]) if planned.kind == "runs" and planned.runs else ""
        telling.tell(work, after, who, taker=taker)
    return replace(planned, after=after, who=who)


def make_row(work: Work, occurrence: Occurrence, *, starts: datetime | None = None) -> Occurrence:
    """Return a meeting with the id of its row, making that when there is none. With `starts`, when its rule has it
    now: a row that was not moved follows."""
    at = starts or occurrence.starts
    new = insert(Stored).values(
        id=occurrence.id, meeting_id=occurrence.meeting_id, day=occurrence.day, starts_at=at, status="planned"
    )
    stays = case((Stored.moved, Stored.starts_at), else_=at) if starts else Stored.starts_at
    found: UUID = work.conn.execute(
        new.on_conflict_do_update(index_elements=["meeting_id", "day"], set_={"starts_at": stays}).returning(Stored.id)
    ).scalar_one()
    return replace(occurrence, id=found, starts=occurrence.starts if occurrence.moved else at)


def _store(work: Work, kept: Kept, after: Occurrence, *, by_hand: bool) -> None:
    own = after.moved and after.status == "planned"
    # Whoever has just been told and asked is not reminded within hours; whoever runs it hears who is coming.
    rests = work.now + _FRESH
    told = kept.series.told_of(after.starts) if own else ()
    to_come = (one.at for one in told if one.at > (rests if one.days_before is not None else work.now))
    place = (after.venue, after.directions, after.access) if after.elsewhere else (None, None, None)
    values: dict[str, Any] = {
        "starts_at": after.starts.astimezone(UTC),
        "was_at": after.was,
        "moved": after.moved,
        "status": after.status,
        "runs_id": after.runs,
        "next_due_at": min(to_come, default=None),
        "version": after.version,
        **dict(zip(("venue", "directions", "access"), place, strict=True)),
    }
    if by_hand:
        values["by_hand"] = True
    work.conn.execute(update(Stored).where(Stored.id == after.id).values(values))
    touch(work, kept.id)


def touch(work: Work, meeting_id: UUID) -> None:
    """Note that a series or one of its meetings has changed, for calendar programs; and have it looked at again who is
    to be asked whether they run it."""
    again = case((Meeting.ask, work.now), else_=Meeting.ask_due_at)
    values = {"sequence": Meeting.sequence + 1, "changed_at": work.now, "ask_due_at": again}
    work.conn.execute(update(Meeting).where(Meeting.id == meeting_id).values(values))
    work.wake.add("fire")


# Who could come to the old time may not be able to come to the new one, and whoever could not may.
_UNSURE = text(
    "UPDATE rsvps SET answer = CASE WHEN answer IN ('yes', 'maybe') THEN 'maybe' END WHERE occurrence_id = :occurrence"
)


def _begin_anew(work: Work, after: Occurrence) -> None:
    work.conn.execute(_UNSURE, {"occurrence": after.id})
    work.conn.execute(delete(Reminder).where(Reminder.occurrence_id == after.id))


def _look_again(work: Work, before: Occurrence) -> None:
    """Have what was asked of whoever runs it looked at by the next tick: it may not stand any more."""
    asked = (Duty.kind == "meeting", Duty.subject == before.meeting_id, Duty.starts == before.starts)
    open_ones = Duty.status.in_(("asked", "silent", "offered", "nobody"))
    work.conn.execute(update(Duty).where(*asked, open_ones).values(next_due_at=work.now))
