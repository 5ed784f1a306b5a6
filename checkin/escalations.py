"""Cases: what a person must look at, who has it, and everything that happened, on a timeline.

One case at a time for a person; what comes after joins it and can only make it more severe. RED pages people on call
one after another until one accepts, then everybody. A case is closed with a note; RED by two people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import checkins, logs, outbox, people, recurrence, timers
from checkin.conversation.effects import Severity, Stream
from checkin.errors import BadInput
from checkin.store.ids import new_id
from checkin.store.models import Alert, Case, CaseEvent, Person, Shift, Staff
from checkin.store.work import Work

PAGE_WAIT = timedelta(minutes=5)
# When everybody has been paged and nobody accepted, everybody is paged again this often until somebody does.
EVERYBODY_WAIT = timedelta(minutes=15)

_log = logs.get("escalations")
_RANK = {Severity.RED: 0, Severity.AMBER: 1, Severity.TASK: 2}


def on_shift(rule: str, starts: datetime, minutes: int, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether a shift that begins by `rule` (RRULE on wall-clock time in `zone`) covers `now` (aware).

    A shift lasts its hours on the clock on the wall: an overnight one keeps its end when clocks change.
    """
    local = now.astimezone(zone).replace(tzinfo=None)
    last = recurrence.last_before(rule, starts, local)
    return last is not None and local < last + timedelta(minutes=minutes)


def open_case(
    work: Work,
    severity: Severity,
    reason: str,
    *,
    person_id: UUID | None,
    phone_id: UUID | None = None,
    words: str = "",
    detail: str = "",
) -> UUID:
    """Open a case, or join the one that is open for this person (or, for a stranger, this phone)."""
    mine = Case.person_id == person_id if person_id else (Case.phone_id == phone_id) & Case.person_id.is_(None)
    standing = work.conn.execute(
        select(Case.id, Case.severity, Case.status).where(mine, Case.status != "closed").with_for_update()
    ).first()
    if standing is None:
        case_id = new_id()
        work.add(
            Case,
            id=case_id,
            person_id=person_id,
            phone_id=phone_id,
            severity=severity.value,
            reason=reason,
            opened_at=work.now,
        )
        note(work, case_id, "opened", detail=f"{severity.value}: {reason}{detail}", words=words, person_id=person_id)
        if severity is Severity.RED:
            _page_next(work, case_id, 0)
        return case_id
    worse = _RANK[severity] < _RANK[Severity(standing.severity)]
    note(work, standing.id, "joined", detail=f"{severity.value}: {reason}{detail}", words=words, person_id=person_id)
    if worse:
        work.conn.execute(update(Case).where(Case.id == standing.id).values(severity=severity.value, reason=reason))
        note(work, standing.id, "raised", detail=severity.value)
    if worse and severity is Severity.RED:
        # Whoever had taken something milder has not agreed to this.
        work.conn.execute(
            update(Case).where(Case.id == standing.id).values(status="open", taken_by=None, taken_at=None)
        )
        _page_next(work, standing.id, 0)
    return UUID(str(standing.id))


def note(
    work: Work, case_id: UUID, kind: str, *, detail: str = "", words: str = "", person_id: UUID | None = None
) -> None:
    """Add one line to a case's timeline."""
    work.add(
        CaseEvent,
        case_id=case_id,
        at=work.now,
        kind=kind,
        person_id=person_id,
        detail=detail or None,
        words=work.vault.seal(words, "case_events.words") if words else None,
    )


def standing_case(work: Work, person_id: UUID) -> UUID | None:
    """Return the id of somebody's open case, if there is one."""
    return work.conn.execute(
        select(Case.id).where(Case.person_id == person_id, Case.status != "closed")
    ).scalar_one_or_none()


def has_red(work: Work, person_id: UUID) -> bool:
    """Tell whether somebody's RED case is open or being dealt with."""
    found = work.conn.execute(
        select(Case.id).where(Case.person_id == person_id, Case.status != "closed", Case.severity == "red")
    )
    return found.first() is not None


# --- paging --------------------------------------------------------------------------------------------------------


def on_call(work: Work) -> list[UUID]:
    """Return who is on call now, in the order in which they are paged."""
    rows = work.conn.execute(
        select(Shift.person_id, Shift.rule, Shift.starts, Shift.minutes, Shift.zone)
        .join(Person, Person.id == Shift.person_id)
        .where(Person.status == "active")
        .order_by(Shift.rank, Shift.id)
    ).all()
    found = [r.person_id for r in rows if on_shift(r.rule, r.starts, r.minutes, ZoneInfo(r.zone), work.now)]
    return list(dict.fromkeys(found))


def _everybody(work: Work, case_id: UUID) -> list[UUID]:
    """Return everybody who could take a case: all staff, and all who are ever on call. Whoever has said that they
    cannot is asked again only when there is nobody else."""
    found = list(
        work.conn.scalars(
            select(Person.id)
            .where(
                Person.status == "active",
                Person.id.in_(select(Staff.person_id).union(select(Shift.person_id))),
            )
            .order_by(Person.id)
        )
    )
    cannot = set(
        work.conn.scalars(select(CaseEvent.person_id).where(CaseEvent.case_id == case_id, CaseEvent.kind == "declined"))
    )
    return [person_id for person_id in found if person_id not in cannot] or found


def _page_next(work: Work, case_id: UUID, page_round: int) -> None:
    """Page the person whose turn it is; after the last, everybody, and sound the alarm."""
    turns = on_call(work)
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
    case = _lock(work, case_id)
    if case is not None and case.status == "open" and case.page_round == page_round:
        _page_next(work, case_id, page_round)


def decline(work: Work, case_id: UUID, person_id: UUID) -> None:
    """Somebody who was paged cannot: page the next at once, unless others were asked at the same time."""
    case = _lock(work, case_id)
    if case is None or case.status != "open":
        return
    note(work, case_id, "declined", person_id=person_id)
    if case.page_round <= len(on_call(work)):
        timers.drop(work, "page", case_id)
        _page_next(work, case_id, case.page_round)


# --- taking and closing --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """A case's row as it stands, locked."""

    id: UUID
    number: int
    person_id: UUID | None
    severity: str
    reason: str
    status: str
    taken_by: UUID | None
    close_asked_by: UUID | None
    page_round: int


def _lock(work: Work, case_id: UUID) -> Open | None:
    row = work.conn.execute(
        select(
            Case.id, Case.number, Case.person_id, Case.severity, Case.reason, Case.status, Case.taken_by,
            Case.close_asked_by, Case.page_round,
        ).where(Case.id == case_id).with_for_update()
    ).first()  # fmt: skip
    return Open(*row) if row else None


def find(work: Work, case_id: UUID) -> Open:
    """Return a case, locked. Raises BadInput when there is none."""
    case = _lock(work, case_id)
    if case is None:
        raise BadInput("There is no such case.")
    return case


def take(work: Work, case_id: UUID, person_id: UUID) -> Open:
    """Let somebody take an open case. Raises BadInput with one sentence when somebody else has it, or it is closed."""
    case = find(work, case_id)
    if case.status == "closed":
        raise BadInput(f"Case {case.number} is closed.")
    if case.status == "taken" and case.taken_by != person_id:
        raise BadInput(f"Case {case.number} has been taken by {people.first_name(work, case.taken_by or person_id)}.")
    if case.status == "open":
        work.conn.execute(
            update(Case)
            .where(Case.id == case_id)
            .values(status="taken", taken_by=person_id, taken_at=work.now, close_asked_by=None)
        )
        note(work, case_id, "taken", person_id=person_id)
        timers.drop(work, "page", case_id)
        outbox.withdraw(work, case_id, "taken")
        _tell_alerted(work, case, "page.taken", besides=person_id, taker=people.first_name(work, person_id))
    return case


def close(work: Work, case_id: UUID, person_id: UUID, words: str) -> bool:
    """Close a case that this person has taken, with a note; give everyone who was alerted the all-clear.

    Returns False when it is RED and a second person has yet to agree. Raises BadInput with one sentence when there is
    no note, or somebody else must do it.
    """
    case = find(work, case_id)
    if not words.strip():
        raise BadInput("Write a note: what was done, and how the person is.")
    if case.status == "closed":
        raise BadInput(f"Case {case.number} is closed already.")
    if case.status == "open":
        raise BadInput(f"Take case {case.number} before you close it.")
    if case.severity == "red" and case.close_asked_by in {None, person_id}:
        if case.taken_by != person_id:
            raise BadInput(f"Only who has case {case.number} can ask for it to be closed.")
        work.conn.execute(update(Case).where(Case.id == case_id).values(close_asked_by=person_id))
        note(work, case_id, "close_asked", person_id=person_id, words=words)
        return False
    if case.severity != "red" and case.taken_by != person_id:
        raise BadInput(f"Only who has case {case.number} can close it.")
    _close(work, case, person_id, words)
    return True


def _close(work: Work, case: Open, person_id: UUID | None, words: str) -> None:
    work.conn.execute(
        update(Case).where(Case.id == case.id).values(status="closed", closed_by=person_id, closed_at=work.now)
    )
    note(work, case.id, "closed", person_id=person_id, words=words)
    timers.drop(work, "page", case.id)
    _tell_alerted(work, case, "page.all_clear", besides=person_id)
    work.conn.execute(
        update(Alert).where(Alert.case_id == case.id, Alert.cleared_at.is_(None)).values(cleared_at=work.now)
    )
    if case.person_id is not None and person_id is not None:
        for check_in_id in checkins.unsettled_of(work, case.person_id):
            checkins.settle(work, check_in_id, "closed", answer=None, by=person_id)


def answered_late(work: Work, person_id: UUID) -> None:
    """Close a case that was only about silence: somebody has been heard from, and is well.

    A case that holds anything else stays; a line says that they were heard from.
    """
    row = work.conn.execute(
        text(
            "SELECT c.id, bool_and(e.detail LIKE '%: nobody_confirmed%') AS only_silence FROM cases c "
            "JOIN case_events e ON e.case_id = c.id AND e.kind IN ('opened', 'joined') "
            "WHERE c.person_id = :person AND c.status <> 'closed' GROUP BY c.id"
        ),
        {"person": person_id},
    ).first()
    if row is None:
        return
    note(work, row.id, "heard_from", person_id=person_id)
    if row.only_silence:
        _close(work, find(work, row.id), None, "Heard from, and well.")


def _tell_alerted(work: Work, case: Open, key: str, *, besides: UUID | None, taker: str = "") -> None:
    rows = work.conn.scalars(
        select(Alert.person_id).where(Alert.case_id == case.id, Alert.cleared_at.is_(None)).order_by(Alert.at)
    ).all()
    for person_id in rows:
        timers.set_timer(work, "settled", work.now, person_id=person_id, topic="page", subject=case.id)
        if person_id != besides:
            outbox.owe(
                work,
                person_id,
                "text",
                Stream.SAFETY,
                key,
                {"case": str(case.number), "taker": taker},
                subject=case.id,
                dedupe=f"{key}:{case.id}:{person_id}:{case.page_round}",
            )


def last_words(work: Work, case_id: UUID) -> str:
    """Return the last words put on a case, or the empty string."""
    sealed = work.conn.scalars(
        select(CaseEvent.words)
        .where(CaseEvent.case_id == case_id, CaseEvent.words.is_not(None))
        .order_by(CaseEvent.id.desc())
        .limit(1)
    ).first()
    return work.vault.open(sealed, "case_events.words") if sealed else ""
