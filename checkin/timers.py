"""Moments still to come.

A timer is a row. Whoever fires it deletes it in the same transaction that does what it was for: a process that dies
in between leaves it standing, and nothing fires twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, text

from checkin import logs
from checkin.store.ids import new_id
from checkin.store.models import Timer
from checkin.store.work import Work

Kind = Literal["silence", "open", "settled", "climb", "page", "unpause"]


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is due, locked by this transaction."""

    id: UUID
    kind: Kind
    person_id: UUID | None
    topic: str | None
    subject: UUID | None
    turn: int | None
    trace: UUID
    """What set it, as the logs call it: a text, a call, a page of the console; or else the timer itself."""


def set_timer(
    work: Work,
    kind: Kind,
    due_at: datetime,
    *,
    person_id: UUID | None = None,
    topic: str | None = None,
    subject: UUID | None = None,
    turn: int | None = None,
) -> None:
    """Set a timer. One of kind "open", "settled" or "climb" that is due now is how one person's turn reaches
    another person's conversation: each is handled under its own lock."""
    if due_at <= work.now:
        work.wake.add("fire")
    work.add(
        Timer,
        id=new_id(),
        kind=kind,
        due_at=due_at,
        person_id=person_id,
        topic=topic,
        subject=subject,
        turn=turn,
        trace=logs.trace(),
    )


def set_for_all(work: Work, due_at: datetime, topic: str, people: Mapping[UUID, UUID | None]) -> None:
    """Have a topic opened with many people at one moment, with each about their own subject."""
    if people and due_at <= work.now:
        work.wake.add("fire")
    same = {"kind": "open", "due_at": due_at, "topic": topic, "trace": logs.trace()}
    rows = [{"id": new_id(), "person_id": i, "subject": subject, **same} for i, subject in people.items()]
    work.add_all(Timer, rows)


_SILENCE = (
    "INSERT INTO timers (id, kind, due_at, person_id, turn, trace) "
    "VALUES (%(id)s, 'silence', %(due_at)s, %(person_id)s, %(turn)s, %(trace)s) "
    "ON CONFLICT (person_id) WHERE kind = 'silence' "
    "DO UPDATE SET due_at = EXCLUDED.due_at, turn = EXCLUDED.turn, tries = 0, trace = EXCLUDED.trace"
)
_NO_SILENCE = "DELETE FROM timers WHERE kind = 'silence' AND person_id = %(person_id)s"


def set_silence(work: Work, person_id: UUID, due_at: datetime, turn: int) -> None:
    """Set the one silence timer of a person's conversation, in place of the last one."""
    work.write_behind(
        f"silence {person_id}",
        _SILENCE,
        {"id": new_id(), "due_at": due_at, "person_id": person_id, "turn": turn, "trace": logs.trace()},
    )


def drop_silence(work: Work, person_id: UUID) -> None:
    """Take the silence timer away: nothing is open any more."""
    work.write_behind(f"silence {person_id}", _NO_SILENCE, {"person_id": person_id})


def drop(work: Work, kind: Kind, subject: UUID) -> None:
    """Take away the timers of one kind about one subject."""
    work.conn.execute(delete(Timer).where(Timer.kind == kind, Timer.subject == subject))


# Pages first: a hundred thousand check-ins asked at nine all fall silent at half past, and a case must not wait for
# that. The second look is taken only when the first has found nothing.
_CLAIM = text(
    """
    DELETE FROM timers WHERE id = coalesce(
        (SELECT id FROM timers WHERE (kind = 'page' OR topic = 'page') AND due_at <= :now
            ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED),
        (SELECT id FROM timers WHERE due_at <= :now ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    ) RETURNING id, kind, person_id, topic, subject, turn, coalesce(trace, id)
    """
)


def claim(work: Work) -> Due | None:
    """Return one timer that is due, or None. It is gone when this transaction commits."""
    row = work.conn.execute(_CLAIM, {"now": work.now}).first()
    return Due(*row) if row else None


# A timer that failed waits a little longer each time, so that one broken row cannot hold up the rest; after ten tries
# it waits a day at a time.
_DELAY = text(
    """
    UPDATE timers SET tries = tries + 1, due_at = CAST(:now AS timestamptz)
        + CASE WHEN tries < 10 THEN interval '15 seconds' * (1 << tries) ELSE interval '1 day' END
    WHERE id = :id
    """
)


def delay(work: Work, timer_id: UUID) -> None:
    """Put off a timer that could not be handled. To be called in a transaction of its own."""
    work.conn.execute(_DELAY, {"now": work.now, "id": timer_id})


_SHIFT = text("UPDATE timers SET due_at = due_at + :by WHERE kind = 'silence' AND person_id = :person_id")


def shift_silence(work: Work, person_id: UUID, by: object) -> None:
    """Move a silence timer on by as long (a timedelta) as the question itself was held back."""
    work.conn.execute(_SHIFT, {"by": by, "person_id": person_id})
