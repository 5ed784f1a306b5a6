"""Opening, taking and closing a case."""

from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import checkins, outbox, people, rota, timers
from checkin.conversation.effects import Severity, Stream
from checkin.errors import BadInput
from checkin.escalations import codes, deadlines, handling
from checkin.escalations.paging import alert, everybody, page_next
from checkin.escalations.policies import policy
from checkin.escalations.timeline import Open, change, find, lock, note
from checkin.store.ids import new_id
from checkin.store.models import Alert, Case, CaseEvent, Outage
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
    what = f"{severity.value}: {reason}{detail}"
    standing = _standing(work, person_id, phone_id)
    while standing is None:
        case_id = _insert(work, severity, reason, person_id, phone_id)
        if case_id is not None:
            note(work, case_id, "opened", detail=what, words=words, person_id=person_id)
            _begin(work, case_id, severity)
            return case_id
        # Somebody else's turn opened one at this very moment: theirs is the case.
        standing = _standing(work, person_id, phone_id)
    note(work, standing.id, "joined", detail=what, words=words, person_id=person_id)
    _join(work, standing, severity, reason)
    return standing.id


def _standing(work: Work, person_id: UUID | None, phone_id: UUID | None) -> Open | None:
    mine = Case.person_id == person_id if person_id else (Case.phone_id == phone_id) & Case.person_id.is_(None)
    # What is about the rota, or the line itself, does not join what is about an area.
    mine &= Case.id.not_in(select(Outage.case_id))
    found = work.conn.execute(select(Case.id).where(mine, Case.status != "closed").with_for_update()).scalar()
    return lock(work, found) if found else None


def _insert(work: Work, severity: Severity, reason: str, person_id: UUID | None, phone_id: UUID | None) -> UUID | None:
    row = {
        "id": new_id(),
        "person_id": person_id,
        "phone_id": phone_id,
        "severity": severity.value,
        "reason": reason,
        "opened_at": work.now,
    }
    return work.conn.execute(insert(Case).values(row).on_conflict_do_nothing().returning(Case.id)).scalar_one_or_none()


def open_outage(work: Work, reason: str, area: str) -> UUID:
    """Open a case about an area, not about anybody: a second outage is a second case."""
    case_id = new_id()
    row = {"id": case_id, "severity": Severity.AMBER.value, "reason": reason, "opened_at": work.now}
    work.conn.execute(insert(Case).values(row))
    note(work, case_id, "opened", detail=f"{Severity.AMBER.value}: {reason}; {area}")
    _begin(work, case_id, Severity.AMBER)
    return case_id


def _begin(work: Work, case_id: UUID, severity: Severity) -> None:
    if severity is Severity.RED:
        page_next(work, find(work, case_id))
    else:
        deadlines.begin(work, case_id, severity)


def _join(work: Work, standing: Open, severity: Severity, reason: str) -> None:
    handling.heard_from(work, standing)
    if _RANK[severity] < _RANK[Severity(standing.severity)]:
        change(work, standing.id, severity=severity.value, reason=reason, page_step=0, overdue_at=None)
        note(work, standing.id, "raised", detail=severity.value)
        if severity is Severity.RED:
            # Whoever had taken something milder has not agreed to this.
            if standing.offered_to is not None:
                handling.end_offer(work, standing)
            change(work, standing.id, status="open", taken_by=None, taken_at=None, close_asked_by=None)
        if severity is Severity.RED or standing.status == "open":
            timers.drop(work, "page", standing.id)
            _begin(work, standing.id, severity)
    elif severity is Severity.RED:
        handling.said_more(work, standing)


def take(work: Work, case_id: UUID, person_id: UUID) -> Open:
    """Let somebody take a case that is open, or has been offered to them.

    Raises BadInput with one sentence when somebody else has it, or it is closed.
    """
    case = find(work, case_id)
    if case.status == "closed":
        raise BadInput(f"Case {case.number} is closed.")
    offered = case.status == "taken" and case.offered_to == person_id
    if case.status == "taken" and case.taken_by != person_id and not offered:
        raise BadInput(f"Case {case.number} has been taken by {people.first_name(work, case.taken_by or person_id)}.")
    if case.status == "open" or offered:
        change(
            work,
            case_id,
            status="taken",
            taken_by=person_id,
            taken_at=work.now,
            close_asked_by=None,
            offered_to=None,
            alarm_at=None,
            overdue_at=None,
            snoozed_until=None,
            alive_at=work.now,
            checks=0,
        )
        note(work, case_id, "taken", person_id=person_id)
        # Whoever has had it hears how it ended, paged or not.
        alert(work, case_id, person_id)
        timers.drop(work, "page", case_id)
        outbox.withdraw(work, case_id, "taken")
        _tell_alerted(work, case, "page.taken", besides=person_id, taker=people.first_name(work, person_id))
        handling.watch(work, case)
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
        change(work, case_id, close_asked_by=person_id, alive_at=work.now, checks=0)
        note(work, case_id, "close_asked", person_id=person_id, words=words)
        if case.close_asked_by is None:
            _ask_second(work, case, person_id)
        return False
    if case.severity != "red" and case.taken_by != person_id:
        raise BadInput(f"Only who has case {case.number} can close it.")
    _close(work, case, person_id, words)
    return True


def _close(work: Work, case: Open, person_id: UUID | None, words: str) -> None:
    if case.offered_to is not None:
        handling.end_offer(work, case)
    change(
        work,
        case.id,
        status="closed",
        closed_by=person_id,
        closed_at=work.now,
        alarm_at=None,
        snoozed_until=None,
        offered_to=None,
    )
    note(work, case.id, "closed", person_id=person_id, words=words)
    timers.drop(work, "page", case.id)
    outbox.withdraw(work, case.id, "superseded")
    timers.set_timer(work, "settled", work.now, person_id=case.taken_by, topic="handling", subject=case.id)
    _tell_alerted(work, case, "page.all_clear", besides=person_id)
    work.conn.execute(
        update(Alert).where(Alert.case_id == case.id, Alert.cleared_at.is_(None)).values(cleared_at=work.now)
    )
    if case.person_id is not None and person_id is not None:
        for check_in_id in checkins.unsettled_of(work, case.person_id):
            checkins.settle(work, check_in_id, "closed", answer=None, by=person_id)


def _ask_second(work: Work, case: Open, person_id: UUID) -> None:
    """Ask those who could confirm that a RED case may be closed: who was told of it, else whoever is on call."""
    told = work.conn.scalars(select(Alert.person_id).where(Alert.case_id == case.id).order_by(Alert.at)).all()
    rule = policy(work, Severity.RED)
    who = [p for p in dict.fromkeys((*told, *rota.on_call(work))) if p != person_id] or everybody(work, rule)
    values = {
        "case": str(case.number),
        "code": codes.newest(work, case.id),
        "taker": people.first_name(work, person_id),
    }
    for second in who:
        if second != person_id:
            outbox.owe(work, second, "text", Stream.SAFETY, "page.confirm_close", values, subject=case.id)


def fire(work: Work, case_id: UUID, page_round: int) -> None:
    """The clock of a case has run down: page the next, remind of a deadline, or ask whoever has it.

    Does nothing when the round is an old one, or the case is closed.
    """
    case = lock(work, case_id)
    if case is None or case.status == "closed":
        return
    if case.status == "taken":
        handling.look(work, case)
    elif case.severity != "red":
        deadlines.overdue(work, case)
    elif case.page_round == page_round:
        page_next(work, case)


def answered_late(work: Work, person_id: UUID, *, well: bool) -> None:
    """Close a case that was only about silence: somebody has been heard from, and (`well`) is well.

    A case that holds anything else stays; a line says that they were heard from.
    """
    row = work.conn.execute(_ONLY_SILENCE, {"person": person_id}).first()
    if row is None:
        return
    note(work, row.id, "heard_from" if well else "in_touch", person_id=person_id)
    if row.only_silence:
        _close(work, find(work, row.id), None, "Heard from, and well." if well else "Heard from.")


def mended(work: Work, case_id: UUID, reason: str, what: str, *, last: bool) -> None:
    """What a case of the line's own told of is mended: it says so, and closes when nobody has taken it and it stands
    for nothing else (`last`: for no more of the kind either)."""
    case = lock(work, case_id)
    if case is None or case.status == "closed":
        return
    note(work, case.id, "mended", detail=what)
    others = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id,
        CaseEvent.kind.in_(("opened", "joined")),
        CaseEvent.detail.not_like(f"%: {reason} (%"),
    )
    if last and case.status == "open" and work.conn.execute(others.limit(1)).first() is None:
        _close(work, case, None, "All that had not happened has happened since.")


def close_silence(work: Work, person_id: UUID, by: UUID, words: str) -> None:
    """Close somebody's case with a note if it is only about silence; else add the note to it."""
    row = work.conn.execute(_ONLY_SILENCE, {"person": person_id}).first()
    if row is None:
        return
    if row.only_silence:
        _close(work, find(work, row.id), by, words)
    else:
        note(work, row.id, "noted", person_id=by, words=words)


_ONLY_SILENCE = text(
    "SELECT c.id, bool_and(e.detail LIKE '%: nobody_confirmed%') AS only_silence FROM cases c "
    "JOIN case_events e ON e.case_id = c.id AND e.kind IN ('opened', 'joined') "
    "WHERE c.person_id = :person AND c.status <> 'closed' GROUP BY c.id"
)


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
                dedupe=f"{key}:{case.id}:{person_id}:{case.page_round}:{besides}",
            )
