"""Who came. It is marked by whoever runs the meeting, for the group's own sake: nothing is ever sent because of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import audit
from checkin.errors import BadInput
from checkin.meetings.changing import make_row
from checkin.meetings.held import Occurrence
from checkin.store.models import Attendance
from checkin.store.models import Occurrence as Stored
from checkin.store.work import Work

MOST_NEWCOMERS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One of the group on the sheet: their role, what they said about coming ("yes", "no", "maybe" or None), and
    whether they came (None: not marked)."""

    person_id: UUID
    name: str
    role: str
    said: str | None
    came: bool | None


# Whoever belongs to the group now, and whoever was marked or had answered when they did.
_SHEET = text(
    """
    SELECT p.id, p.name, coalesce(m.role, 'member') AS role, r.answer, a.came
    FROM people p
    LEFT JOIN memberships m ON m.person_id = p.id AND m.group_id = :group
    LEFT JOIN rsvps r ON r.person_id = p.id AND r.occurrence_id = :occurrence
    LEFT JOIN attendances a ON a.person_id = p.id AND a.occurrence_id = :occurrence
    WHERE (m.person_id IS NOT NULL AND p.status = 'active') OR a.came IS NOT NULL OR r.answer = 'yes'
    """
)


def sheet(work: Work, occurrence: Occurrence) -> list[Line]:
    """Return the group by name, with what each said and whether they came."""
    rows = work.conn.execute(_SHEET, {"group": occurrence.group_id, "occurrence": occurrence.id})
    lines = [Line(row.id, work.vault.open(row.name, "people.name"), row.role, row.answer, row.came) for row in rows]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.person_id))


def mark(work: Work, occurrence: Occurrence, person_id: UUID, *, came: bool | None, by: UUID) -> None:
    """Mark that somebody of the group came, or did not; None takes the mark away. Raises BadInput with one sentence
    before the meeting, and for somebody who is not on its sheet."""
    stored = _begun(work, occurrence)
    if person_id not in {line.person_id for line in sheet(work, stored)}:
        raise BadInput("They are not in this group.")
    if came is None:
        mine = Attendance.occurrence_id == stored.id, Attendance.person_id == person_id
        work.conn.execute(delete(Attendance).where(*mine))
    else:
        values = {"came": came, "at": work.now, "by": by}
        work.conn.execute(
            insert(Attendance)
            .values(occurrence_id=stored.id, person_id=person_id, **values)
            .on_conflict_do_update(index_elements=["occurrence_id", "person_id"], set_=values)
        )
    audit.record(work, by, "attendance", f"meeting {stored.id}", f"person {person_id}")


def count_newcomers(work: Work, occurrence: Occurrence, number: int, *, by: UUID) -> None:
    """Keep how many came who are not on the sheet. Raises BadInput with one sentence."""
    stored = _begun(work, occurrence)
    if not 0 <= number <= MOST_NEWCOMERS:
        raise BadInput(f"Enter a number from 0 to {MOST_NEWCOMERS}.")
    work.conn.execute(update(Stored).where(Stored.id == stored.id).values(newcomers=number))
    audit.record(work, by, "newcomers", f"meeting {stored.id}")


def _begun(work: Work, occurrence: Occurrence) -> Occurrence:
    if occurrence.status == "cancelled":
        raise BadInput("This meeting was off.")
    if occurrence.starts > work.now:
        raise BadInput("This meeting has not begun.")
    return make_row(work, occurrence)
