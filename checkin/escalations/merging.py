"""Two cases that turn out to be about one person, or one telephone, made one."""

from uuid import UUID

from sqlalchemy import text

from checkin import outbox, timers
from checkin.errors import BadInput
from checkin.escalations import handling
from checkin.escalations.timeline import Open, change, find, lock, note
from checkin.store.work import Work

_RANK = {"red": 0, "amber": 1, "task": 2}

# A case has the phone it came from, and all those of the person it is about.
_RELATED = text(
    """
    WITH phones_of AS (
        SELECT c.id, c.number, j.phone_id FROM cases c JOIN person_phones j ON j.person_id = c.person_id
        WHERE c.status <> 'closed'
        UNION SELECT c.id, c.number, c.phone_id FROM cases c WHERE c.status <> 'closed' AND c.phone_id IS NOT NULL
    )
    SELECT DISTINCT o.number FROM phones_of mine JOIN phones_of o ON o.phone_id = mine.phone_id AND o.id <> mine.id
    WHERE mine.id = :case ORDER BY o.number
    """
)


def related(work: Work, case_id: UUID) -> list[int]:
    """Return the numbers of other open cases that have a telephone in common with this one."""
    return list(work.conn.scalars(_RELATED, {"case": case_id}))


_COPY = text(
    "INSERT INTO case_events (case_id, at, kind, person_id, detail, private, words) SELECT :into, at, "
    "CASE kind WHEN 'opened' THEN 'joined' ELSE kind END, person_id, detail, private, words FROM case_events "
    "WHERE case_id = :case AND kind IN ('opened', 'joined', 'said', 'noted', 'arrived') ORDER BY id"
)
_ALERTS = text(
    "INSERT INTO alerts (id, person_id, case_id, at) SELECT gen_random_uuid(), person_id, :into, at FROM alerts "
    "WHERE case_id = :case ON CONFLICT DO NOTHING"
)
_CODES = text("UPDATE codes SET case_id = :into WHERE case_id = :case")


def merge(work: Work, into: UUID, number: int, person_id: UUID) -> None:
    """Make case `number` part of another, which this person has. What was said, who was told and the codes go along.

    Raises BadInput with one sentence when it is not theirs, somebody else has the other, or they have no telephone in
    common.
    """
    # Always locked in one order, so that two who merge each other's cases do not wait for each other.
    found = work.conn.execute(
        text("SELECT id FROM cases WHERE number = :number OR id = :into ORDER BY id"), {"number": number, "into": into}
    ).scalars()
    cases = {case.id: case for case_id in found.all() if (case := lock(work, case_id))}
    ours = find(work, into)
    other = next((case for case in cases.values() if case.number == number and case.id != into), None)
    if ours.status != "taken" or ours.taken_by != person_id:
        raise BadInput(f"Only who has case {ours.number} can do that.")
    if other is None or number not in related(work, into):
        raise BadInput("Only an open case with the same telephone can be made part of this one.")
    if other.taken_by not in {None, person_id}:
        raise BadInput(f"Somebody else has case {number}: speak to them first.")
    _close(work, other, ours)
    if _RANK[other.severity] < _RANK[ours.severity]:
        change(work, into, severity=other.severity, reason=other.reason, snoozed_until=None, checks=0)
        note(work, into, "raised", detail=other.severity)
    handling.sign_of_life(work, person_id)
    timers.drop(work, "page", into)
    handling.watch(work, find(work, into))


def _close(work: Work, other: Open, ours: Open) -> None:
    pair = {"into": ours.id, "case": other.id}
    note(work, ours.id, "merged", detail=str(other.number))
    work.conn.execute(_COPY, pair)
    work.conn.execute(_ALERTS, pair)
    work.conn.execute(_CODES, pair)
    if other.offered_to is not None:
        handling.end_offer(work, other)
    change(
        work,
        other.id,
        status="closed",
        closed_at=work.now,
        merged_into=ours.id,
        alarm_at=None,
        offered_to=None,
        snoozed_until=None,
    )
    note(work, other.id, "merged_into", detail=str(ours.number))
    timers.drop(work, "page", other.id)
    outbox.withdraw(work, other.id, "superseded")
    told = text("SELECT person_id FROM alerts WHERE case_id = :case")
    for alerted in work.conn.scalars(told, {"case": other.id}):
        timers.set_timer(work, "settled", work.now, person_id=alerted, topic="page", subject=other.id)
