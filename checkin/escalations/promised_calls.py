"""Somebody wants to be rung: when they may be, and that it is not forgotten."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select

from checkin import timers
from checkin.conversation.effects import Severity
from checkin.escalations.cases import open_case
from checkin.escalations.timeline import find
from checkin.store.models import CaseEvent, Person
from checkin.store.work import Work

# What nobody has seen to by then is no longer only a task.
WAITS = timedelta(days=1)


def when(work: Work, person_id: UUID) -> str:
    """Return how a case says when somebody may be rung: their safe hours in their own zone, or what forbids it."""
    person = work.conn.execute(
        select(Person.safe_to_call, Person.safe_from, Person.safe_to, Person.zone).where(Person.id == person_id)
    ).one()
    if not person.safe_to_call:
        return "; ring: not safe to ring"
    if person.safe_from is None or person.safe_to is None:
        return "; ring: at any time outside the quiet hours"
    return f"; ring: {person.safe_from:%H:%M} to {person.safe_to:%H:%M} only, {person.zone}"


def remember(work: Work, case_id: UUID, person_id: UUID) -> None:
    """See to it that the case is looked at again when nobody has done anything about it."""
    timers.set_timer(work, "open", work.now + WAITS, person_id=person_id, topic="call_me", subject=case_id)


def look_again(work: Work, case_id: UUID, person_id: UUID) -> None:
    """Raise a task that nobody has seen to: not closed, and no word of staff on it since they were asked to ring."""
    case = find(work, case_id)
    seen_to = exists().where(
        CaseEvent.case_id == case_id, CaseEvent.kind.in_(("noted", "wrote")), CaseEvent.at > work.now - WAITS
    )
    if case.status == "closed" or case.severity != "task" or work.conn.execute(select(seen_to)).scalar():
        return
    open_case(work, Severity.AMBER, "call_me_waiting", person_id=person_id, detail=when(work, person_id))
