"""Opening, taking and closing a case."""

from uuid import UUID

from sqlalchemy import select, text, update

from checkin import checkins, outbox, people, timers
from checkin.conversation.effects import Severity, Stream
from checkin.errors import BadInput
from checkin.escalations.paging import page_next
from checkin.escalations.timeline import Open, find, note
from checkin.store.ids import new_id
from checkin.store.models import Alert, Case
from checkin.store.work import Work

_RANK = {Severity.RED: 0, Severity.AMBER: 1, Severity.TASK: 2}


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
        select(Case.id, Case.number, Case.severity, Case.status, Case.taken_by)
        .where(mine, Case.status != "closed")
        .with_for_update()
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
            page_next(work, case_id, 0)
        return case_id
    worse = _RANK[severity] < _RANK[Severity(standing.severity)]
    note(work, standing.id, "joined", detail=f"{severity.value}: {reason}{detail}", words=words, person_id=person_id)
    if worse:
        work.conn.execute(update(Case).where(Case.id == standing.id).values(severity=severity.value, reason=reason))
        note(work, standing.id, "raised", detail=severity.value)
    if severity is Severity.RED and not worse and standing.taken_by is not None:
        outbox.owe(
            work,
            standing.taken_by,
            "text",
            Stream.SAFETY,
            "page.more",
            {"case": str(standing.number)},
            subject=standing.id,
        )
    if worse and severity is Severity.RED:
        # Whoever had taken something milder has not agreed to this.
        work.conn.execute(
            update(Case).where(Case.id == standing.id).values(status="open", taken_by=None, taken_at=None)
        )
        page_next(work, standing.id, 0)
    return UUID(str(standing.id))


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
