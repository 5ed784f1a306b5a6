"""What is kept of somebody who was erased. A RED case is kept as long as every RED case is (`retention.py`): what was
heard and done may have to be shown in court. All of it moves into one sealed file on the case (`kept_files`), and the
case itself says neither who nor what.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from checkin.errors import BadInput
from checkin.store.models import Case, CaseEvent, KeptFile, Person, StaffReply
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Kept:
    """A RED case that is kept without a name, and until when (aware, UTC)."""

    number: int
    until: datetime


def keep_red(work: Work, person_id: UUID, phones: list[UUID], who: dict[str, Any]) -> tuple[Kept, ...]:
    """Seal each RED case, and what became part of it, into one file, and take who and what away from the case."""
    theirs = or_(Case.person_id == person_id, (Case.person_id.is_(None)) & Case.phone_id.in_(phones))
    rows = work.conn.execute(
        select(Case.id, Case.number, Case.closed_at, Case.merged_into, Case.severity).where(theirs)
    )
    cases = {row.id: row for row in rows}
    wanted = {row.id for row in cases.values() if row.severity == "red"}
    # What a RED case became part of is the rest of its story.
    while more := {cases[i].merged_into for i in wanted if cases[i].merged_into in cases} - wanted:
        wanted |= more
    for case_id in wanted:
        file = {**who, "timeline": _timeline(work, case_id)}
        work.add(KeptFile, case_id=case_id, at=work.now, file=work.vault.seal_json(file, "kept_files.file"))
    kept = list(wanted)
    work.conn.execute(update(CaseEvent).where(CaseEvent.case_id.in_(kept)).values(private=None, words=None))
    work.conn.execute(delete(StaffReply).where(StaffReply.case_id.in_(kept)))
    work.conn.execute(update(Case).where(Case.id.in_(kept)).values(person_id=None, phone_id=None))
    others = [i for i in cases if i not in wanted]
    work.conn.execute(update(Case).where(Case.merged_into.in_(others), Case.id.not_in(others)).values(merged_into=None))
    work.conn.execute(update(Case).where(Case.id.in_(others)).values(merged_into=None))
    work.conn.execute(delete(Case).where(Case.id.in_(others)))
    until = work.settings.keep.red
    return tuple(Kept(cases[i].number, cases[i].closed_at + until) for i in sorted(wanted) if cases[i].closed_at)


def opened(work: Work, number: int) -> dict[str, Any]:
    """Return the sealed file of a RED case whose person was erased: their name, numbers and id, and the timeline.
    Raises BadInput when there is none."""
    sealed = work.conn.execute(
        select(KeptFile.file).join(Case, Case.id == KeptFile.case_id).where(Case.number == number)
    ).scalar()
    if sealed is None:
        raise BadInput(
            f"Nothing is kept of case {number}: it was about nobody who has been erased, or its time is over."
        )
    found: dict[str, Any] = work.vault.open_json(sealed, "kept_files.file")
    return found


def _timeline(work: Work, case_id: UUID) -> list[dict[str, Any]]:
    rows = work.conn.execute(
        select(CaseEvent.at, CaseEvent.kind, CaseEvent.detail, CaseEvent.private, CaseEvent.words, Person.name)
        .outerjoin(Person, Person.id == CaseEvent.person_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.id)
    )
    opened = work.vault.open
    return [
        {
            "at": row.at.isoformat(),
            "kind": row.kind,
            "detail": opened(row.private, "case_events.private") if row.private else row.detail,
            "words": opened(row.words, "case_events.words") if row.words else None,
            "who": opened(row.name, "people.name") if row.name else None,
        }
        for row in rows
    ]
