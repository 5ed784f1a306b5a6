"""Appointments: when somebody is known to be busy ("hospital on Tuesday"), so that silence then alarms nobody.

Told by the member, by staff or by the organisation file. While one lasts, nobody is rung, and nobody else is asked to
look for them; a check-in that falls into it waits until it is over, or is left out. It ends by itself: whoever is not
heard from afterwards is looked for as ever.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update

from checkin.errors import BadInput
from checkin.store.ids import new_id
from checkin.store.models import Appointment
from checkin.store.work import Work

ToldBy = Literal["member", "staff", "file"]
# What lasts longer is a pause.
LONGEST = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Known:
    """An appointment that has not passed; moments are aware (UTC). `what` may be empty."""

    id: UUID
    starts: datetime
    ends: datetime
    what: str
    told_by: ToldBy


def span(day: date, zone: ZoneInfo, begins: time | None = None, ends: time | None = None) -> tuple[datetime, datetime]:
    """Return the moments (UTC) between which somebody is busy on a day: the whole of it, or from and until a time.

    Of a time that comes twice as the clocks go back, the first is meant; one that is left out as they go forward is as
    much later. Raises BadInput with one sentence when it ends before it begins, or is of no year that people plan for.
    """
    try:
        start = datetime.combine(day, begins or time(), zone).astimezone(UTC)
        last, until = (day, ends) if ends else (day + timedelta(days=1), time())
        # Compared as moments: on one zone's clocks, Python would compare what they show.
        end = datetime.combine(last, until, zone).astimezone(UTC)
    except OverflowError as error:
        raise BadInput(f"{day.isoformat()} is not a day that can be kept.") from error
    if end <= start:
        raise BadInput("An appointment must end after it begins.")
    return start, end


def add(
    work: Work,
    person_id: UUID,
    when: tuple[datetime, datetime],
    what: str = "",
    *,
    told_by: ToldBy,
    by: UUID | None = None,
) -> UUID:
    """Keep that somebody is busy (`when` as `span` gives it, `by` whom it was entered) and return its id.

    Raises BadInput with one sentence when it is over already or lasts longer than LONGEST.
    """
    starts, ends = when
    if ends <= work.now:
        raise BadInput("That appointment is over already.")
    if not timedelta() < ends - starts <= LONGEST:
        raise BadInput(f"An appointment lasts {LONGEST.days} days at most; for longer, use a pause.")
    appointment_id = new_id()
    sealed = work.vault.seal(what.strip(), "appointments.what") if what.strip() else None
    work.add(
        Appointment,
        id=appointment_id,
        person_id=person_id,
        starts=starts,
        ends=ends,
        what=sealed,
        told_by=told_by,
        entered_by=by,
        at=work.now,
    )
    return appointment_id


def coming(work: Work, person_id: UUID, *, most: int = 50) -> list[Known]:
    """Return somebody's appointments that have not passed, the soonest first."""
    rows = work.conn.execute(
        select(Appointment.id, Appointment.starts, Appointment.ends, Appointment.what, Appointment.told_by)
        .where(Appointment.person_id == person_id, Appointment.cancelled_at.is_(None), Appointment.ends > work.now)
        .order_by(Appointment.starts)
        .limit(most)
    )
    return [
        Known(r.id, r.starts, r.ends, work.vault.open(r.what, "appointments.what") if r.what else "", r.told_by)
        for r in rows
    ]


def cancel(work: Work, appointment_id: UUID, person_id: UUID) -> bool:
    """Forget one of somebody's appointments; False when it had passed, or was gone already."""
    gone = work.conn.execute(
        update(Appointment)
        .where(
            Appointment.id == appointment_id,
            Appointment.person_id == person_id,
            Appointment.cancelled_at.is_(None),
            Appointment.ends > work.now,
        )
        .values(cancelled_at=work.now)
    )
    return gone.rowcount == 1


_FROM_FILE = text(
    "DELETE FROM appointments WHERE person_id = :person AND told_by = 'file' AND ends > :now AND cancelled_at IS NULL"
)


def from_file(work: Work, person_id: UUID, found: list[tuple[tuple[datetime, datetime], str]]) -> None:
    """Bring what an organisation file says of somebody's appointments into the store; those of others stay."""
    work.conn.execute(_FROM_FILE, {"person": person_id, "now": work.now})
    for when, what in found:
        if when[1] > work.now:
            add(work, person_id, when, what, told_by="file")
