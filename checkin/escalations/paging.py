"""Asking those on call one after another until somebody accepts."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import logs, rota, timers
from checkin.escalations.timeline import lock, note
from checkin.store.ids import new_id
from checkin.store.models import Alert, Case, CaseEvent, Person, Staff
from checkin.store.work import Work

PAGE_WAIT = timedelta(minutes=5)
# When everybody has been paged and nobody accepted, everybody is paged again this often until somebody does.
EVERYBODY_WAIT = timedelta(minutes=15)

_log = logs.get("escalations")


def _everybody(work: Work, case_id: UUID) -> list[UUID]:
    """Return everybody who could take a case: all staff, and all whom the rota names. Whoever has said that they
    cannot is asked again only when there is nobody else."""
    found = list(
        work.conn.scalars(
            select(Person.id)
            .where(
                Person.status == "active",
                Person.id.in_(select(Staff.person_id)) | Person.id.in_(rota.everybody(work)),
            )
            .order_by(Person.id)
        )
    )
    cannot = set(
        work.conn.scalars(select(CaseEvent.person_id).where(CaseEvent.case_id == case_id, CaseEvent.kind == "declined"))
    )
    return [person_id for person_id in found if person_id not in cannot] or found


def page_next(work: Work, case_id: UUID, page_round: int) -> None:
    """Page the person whose turn it is; after the last, everybody, and sound the alarm."""
    turns = rota.on_call(work)
    if page_round < len(turns):
        _page(work, case_id, [turns[page_round]], page_round)
        wait = PAGE_WAIT
    else:
        if page_round == 0:
            note(work, case_id, "alarm", detail="nobody is on call")
            _log.error("nobody_on_call", case=str(case_id))
        elif page_round == len(turns):
            note(work, case_id, "alarm", detail="nobody on call has accepted")
            _log.error("nobody_accepted", case=str(case_id))
        everybody = _everybody(work, case_id)
        if not everybody:
            note(work, case_id, "alarm", detail="there is nobody to page")
            _log.error("nobody_to_page", case=str(case_id))
        _page(work, case_id, everybody, page_round)
        wait = EVERYBODY_WAIT
    work.conn.execute(update(Case).where(Case.id == case_id).values(page_round=page_round + 1))
    timers.set_timer(work, "page", work.now + wait, subject=case_id, turn=page_round + 1)


def _page(work: Work, case_id: UUID, who: Sequence[UUID], page_round: int) -> None:
    for person_id in who:
        note(work, case_id, "paged", person_id=person_id, detail=f"round {page_round + 1}")
        work.conn.execute(
            insert(Alert)
            .values(id=new_id(), person_id=person_id, case_id=case_id, at=work.now)
            .on_conflict_do_nothing()
        )
        timers.set_timer(work, "open", work.now, person_id=person_id, topic="page", subject=case_id)


def page_again(work: Work, case_id: UUID, page_round: int) -> None:
    """Nobody accepted in time: page the next. Does nothing when the case was taken or the round is an old one."""
    case = lock(work, case_id)
    if case is not None and case.status == "open" and case.page_round == page_round:
        page_next(work, case_id, page_round)


def decline(work: Work, case_id: UUID, person_id: UUID) -> None:
    """Somebody who was paged cannot: page the next at once, unless others were asked at the same time or since."""
    case = lock(work, case_id)
    if case is None or case.status != "open":
        return
    note(work, case_id, "declined", person_id=person_id)
    asked = work.conn.scalars(
        select(CaseEvent.person_id).where(
            CaseEvent.case_id == case_id, CaseEvent.kind == "paged", CaseEvent.detail == f"round {case.page_round}"
        )
    )
    if set(asked) == {person_id}:
        timers.drop(work, "page", case_id)
        page_next(work, case_id, case.page_round)
