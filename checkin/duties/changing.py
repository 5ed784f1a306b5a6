"""Staff change the rota: somebody takes over, is away, or swaps. Each change is checked, audited, and looked at again.

Every function takes the member of staff who does it (None: nobody known), raises BadInput with one sentence and then
changes nothing.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from checkin import audit, people, rota, timers
from checkin.duties.asking import SWAP_WAIT, look_again
from checkin.errors import BadInput
from checkin.rota.policy import Occurrence, holders, occurrences
from checkin.store.ids import new_id
from checkin.store.models import Absence, Override, Person, PersonPhone
from checkin.store.models import Duty as Stored
from checkin.store.work import Work


def override(
    work: Work,
    actor: UUID | None,
    person_id: UUID,
    starts: datetime,
    ends: datetime,
    *,
    instead_of: UUID | None = None,
    rank: int = 1,
) -> UUID:
    """Put somebody on call between two moments (aware), instead of somebody or in addition at a rank; return its id."""
    _check_span(work, starts, ends)
    check_reachable(work, person_id)
    if person_id == instead_of:
        raise BadInput("Nobody takes over from themselves.")
    change_id = new_id()
    work.add(Override, id=change_id, person_id=person_id, instead_of=instead_of, starts=starts, ends=ends, rank=rank)
    look_again(work)
    audit.record(work, actor, "rota_override", f"override {change_id}", f"{person_id} {_written(starts, ends)}")
    return change_id


def away(work: Work, actor: UUID | None, person_id: UUID, starts: datetime, ends: datetime) -> UUID:
    """Note that somebody is away between two moments (aware): the stand-ins have their shifts; return its id."""
    _check_span(work, starts, ends)
    absence_id = new_id()
    work.add(Absence, id=absence_id, person_id=person_id, starts=starts, ends=ends)
    look_again(work)
    audit.record(work, actor, "rota_away", f"absence {absence_id}", f"{person_id} {_written(starts, ends)}")
    return absence_id


def take_back(work: Work, actor: UUID | None, change_id: UUID) -> None:
    """Undo a change or an absence, by its id."""
    gone = [work.conn.execute(delete(table).where(table.id == change_id)).rowcount for table in (Override, Absence)]
    if not any(gone):
        raise BadInput("There is no such change to the rota.")
    look_again(work)
    audit.record(work, actor, "rota_taken_back", f"change {change_id}")


def swap(work: Work, actor: UUID | None, shift_id: UUID, on: date, taker: UUID) -> UUID:
    """Give somebody the shift that begins on a day; both have agreed already. Returns the change's id."""
    occurrence, giver = _held(work, shift_id, on, taker)
    change_id = new_id()
    work.add(
        Override,
        id=change_id,
        person_id=taker,
        instead_of=giver,
        shift_id=shift_id,
        starts=occurrence.starts,
        ends=occurrence.ends,
        why="swap",
    )
    look_again(work)
    audit.record(work, actor, "rota_swap", f"shift {shift_id}", f"{giver} {taker} {on}")
    return change_id


def propose_swap(work: Work, actor: UUID | None, shift_id: UUID, on: date, taker: UUID) -> UUID:
    """Ask both by text: first whose shift it is, then who would have it. Only two yeses change the rota.

    Returns the id of the duty it is about.
    """
    occurrence, giver = _held(work, shift_id, on, taker)
    due = min(work.now + SWAP_WAIT, occurrence.starts)
    values = {"status": "proposed", "wanted": taker, "ends": occurrence.ends, "next_due_at": due}
    duty_id = work.conn.execute(
        insert(Stored)
        .values(id=new_id(), kind="shift", subject=shift_id, starts=occurrence.starts, person_id=giver, **values)
        .on_conflict_do_update(
            index_elements=["kind", "subject", "starts", "person_id"],
            set_=values,
            where=Stored.status.in_(("planned", "asked", "confirmed", "silent", "over")),
        )
        .returning(Stored.id)
    ).scalar_one_or_none()
    if duty_id is None:
        raise BadInput("Somebody is being asked to take that shift already.")
    # The question whether it is still all right is overtaken.
    timers.set_timer(work, "settled", work.now, person_id=giver, topic="duty", subject=duty_id)
    timers.set_timer(work, "open", work.now, person_id=giver, topic="swap", subject=duty_id)
    audit.record(work, actor, "rota_swap_proposed", f"shift {shift_id}", f"{giver} {taker} {on}")
    return duty_id


def _held(work: Work, shift_id: UUID, on: date, taker: UUID) -> tuple[Occurrence, UUID]:
    """Return one occurrence of a shift that is still to come, and who has it."""
    found = rota.read(work)
    shift = next((s for s in found.shifts if s.id == shift_id), None)
    if shift is None:
        raise BadInput("There is no such shift.")
    begins = datetime.combine(on, time.min, shift.zone).astimezone(UTC)
    there = [
        o
        for o in occurrences(shift, begins, begins + timedelta(days=2))
        if o.starts.astimezone(shift.zone).date() == on
    ]
    if not there:
        raise BadInput(f"No {shift.name} shift begins on {on}.")
    if there[0].starts <= work.now:
        raise BadInput(f"The {shift.name} shift of {on} has begun already.")
    held = holders(found, there[0])
    if len(held) != 1:
        raise BadInput(f"The {shift.name} shift of {on} is not one person's; name a person from one time to another.")
    if held[0][0] == taker:
        raise BadInput(f"{people.first_name(work, taker)} has that shift already.")
    check_reachable(work, taker)
    return there[0], held[0][0]


def _check_span(work: Work, starts: datetime, ends: datetime) -> None:
    if ends <= starts:
        raise BadInput("The end must be after the beginning.")
    if ends <= work.now:
        raise BadInput("That is over already.")


def check_reachable(work: Work, person_id: UUID) -> None:
    """Raise BadInput when a page could not reach somebody."""
    phones = select(func.count()).where(PersonPhone.person_id == Person.id, PersonPhone.suspended_at.is_(None))
    row = work.conn.execute(
        select(Person.status, Person.safe_to_text, Person.safe_to_call, phones.scalar_subquery().label("phones")).where(
            Person.id == person_id
        )
    ).first()
    if row is None or row.status != "active":
        raise BadInput("There is no such person on the line.")
    if not row.phones or not (row.safe_to_text or row.safe_to_call):
        raise BadInput(f"{people.first_name(work, person_id)} has no phone on which a page may reach them.")


def _written(starts: datetime, ends: datetime) -> str:
    return f"{starts.isoformat()} {ends.isoformat()}"
