"""A case's row, and the lines of its timeline."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from checkin.conversation.risk import CATEGORIES
from checkin.errors import BadInput
from checkin.store.models import Case, CaseEvent
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Open:
    """A case's row as it stands, locked."""

    id: UUID
    number: int
    person_id: UUID | None
    phone_id: UUID | None
    severity: str
    reason: str
    status: str
    opened_at: datetime
    taken_by: UUID | None
    close_asked_by: UUID | None
    page_round: int
    page_step: int
    alarm_at: datetime | None
    alive_at: datetime | None
    checks: int
    arrived_at: datetime | None
    offered_to: UUID | None
    snoozed_until: datetime | None


def lock(work: Work, case_id: UUID) -> Open | None:
    """Return a case, its row locked, or None."""
    row = work.conn.execute(
        select(
            Case.id, Case.number, Case.person_id, Case.phone_id, Case.severity, Case.reason, Case.status,
            Case.opened_at, Case.taken_by, Case.close_asked_by, Case.page_round, Case.page_step, Case.alarm_at,
            Case.alive_at, Case.checks, Case.arrived_at, Case.offered_to, Case.snoozed_until,
        ).where(Case.id == case_id).with_for_update()
    ).first()  # fmt: skip
    return Open(**row._asdict()) if row else None


def find(work: Work, case_id: UUID) -> Open:
    """Return a case, locked. Raises BadInput when there is none."""
    case = lock(work, case_id)
    if case is None:
        raise BadInput("There is no such case.")
    return case


def change(work: Work, case_id: UUID, **values: object) -> None:
    """Change columns of a case whose row is locked."""
    work.conn.execute(update(Case).where(Case.id == case_id).values(**values))


_NOTE = (
    "INSERT INTO case_events (case_id, at, kind, person_id, detail, private, words) "
    "VALUES (%(case)s, %(at)s, %(kind)s, %(person)s, %(detail)s, %(private)s, %(words)s)"
)
# Lines whose detail may hold what was heard, and names: only its codes are stored in the open.
_HOLDS_WORDS = frozenset({"opened", "joined", "noted", "offered"})
_HEARD = re.compile(rf"(?P<category>{'|'.join(CATEGORIES)}): [^;]*")
_TELLER = ", said by "


def codes_in(kind: str, detail: str) -> str:
    """Return what may be stored in the open of a line's detail: how grave, why, and the kinds of danger heard."""
    if kind == "offered":
        return ""
    return _HEARD.sub(r"\g<category>", detail.partition(_TELLER)[0]) if kind in _HOLDS_WORDS else detail


def note(
    work: Work,
    case_id: UUID,
    kind: str,
    *,
    detail: str = "",
    words: str = "",
    person_id: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """Add one line to a case's timeline; `at` (aware) is when it happened, where that was not just now."""
    codes = codes_in(kind, detail)
    values = {"case": case_id, "at": at or work.now, "kind": kind, "person": person_id, "detail": codes or None}
    sealed = {
        "private": work.vault.seal(detail, "case_events.private") if codes != detail else None,
        "words": work.vault.seal(words, "case_events.words") if words else None,
    }
    work.rows(_NOTE, values | sealed)


def standing_case(work: Work, person_id: UUID) -> UUID | None:
    """Return the id of somebody's open case, if there is one."""
    return work.conn.execute(
        select(Case.id).where(Case.person_id == person_id, Case.status != "closed")
    ).scalar_one_or_none()


def last_words(work: Work, case_id: UUID, *, most: int = 1) -> str:
    """Return the last words put on a case by whoever it is about, up to `most` times, newest last; or the empty string.

    Staff's own notes are not among them.
    """
    sealed = work.conn.scalars(
        select(CaseEvent.words)
        .where(CaseEvent.case_id == case_id, CaseEvent.words.is_not(None), CaseEvent.kind.in_(_SAID))
        .order_by(CaseEvent.id.desc())
        .limit(most)
    ).all()
    return " / ".join(work.vault.open(one, "case_events.words") for one in reversed(sealed) if one)


_SAID = ("opened", "joined", "said")


def named(work: Work, phone_id: UUID, person_id: UUID) -> None:
    """It has become known who it is that a phone's open case is about. It becomes theirs, unless they have one."""
    case_id = work.conn.execute(
        select(Case.id)
        .where(Case.phone_id == phone_id, Case.person_id.is_(None), Case.status != "closed")
        .with_for_update()
    ).scalar_one_or_none()
    if case_id is None:
        return
    if standing_case(work, person_id) is None:
        change(work, case_id, person_id=person_id)
    note(work, case_id, "named", person_id=person_id)
