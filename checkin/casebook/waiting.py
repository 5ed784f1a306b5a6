"""All that waits: open cases, the worst first and the longest waiting first; and what the line did not understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update

from checkin import rota
from checkin.casebook.opening import name, opened
from checkin.store.models import Message
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open case as the queue shows it. Names are None where there is nobody.

    `since` is when it became as severe as it is; `words` are the newest that made it so, and `last` what was said
    after them, if anything was: "never mind" must not hide what came before it.
    """

    number: int
    severity: str
    reason: str
    member: str | None
    words: str
    last: str
    since: datetime
    taken_by: str | None
    taken_at: datetime | None
    close_asked_by: str | None
    alarm_at: datetime | None
    overdue_at: datetime | None
    snoozed_until: datetime | None
    next_at: datetime | None
    """When the line itself does something about it next: asks the next person, calls it overdue, asks its taker."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see of the queue; all of it by default. `whose`: "mine" of `me`, "untaken"."""

    severity: str = ""
    whose: str = ""
    me: UUID | None = None


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that came in and that the line did not understand; `case` is the number of the open one it is on."""

    id: UUID
    at: datetime
    medium: str
    member: str | None
    words: str
    case: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits. `cases` and `unread` hold the first of them; the counts are of all that was wanted, `open_count` is
    of all there are."""

    cases: Sequence[Waiting]
    case_count: int
    open_count: int
    untaken: int
    unread: Sequence[Unread]
    unread_count: int


_CASES = text(
    """
    SELECT k.number, k.severity, k.reason, k.taken_at, k.status, k.alarm_at, k.overdue_at, k.snoozed_until,
           coalesce(r.at, k.opened_at) AS since,
           p.name AS member, t.name AS taker, a.name AS asker,
           coalesce(w.words, l.words) AS words, CASE WHEN l.id > w.id THEN l.words END AS last, d.next_at,
           count(*) OVER () AS total, count(*) FILTER (WHERE k.status = 'open') OVER () AS untaken
    FROM cases k
    LEFT JOIN people p ON p.id = k.person_id LEFT JOIN people t ON t.id = k.taken_by
    LEFT JOIN people a ON a.id = k.close_asked_by
    LEFT JOIN LATERAL (
        SELECT e.id, e.words FROM case_events e
        WHERE e.case_id = k.id AND e.words IS NOT NULL AND e.kind IN ('opened', 'joined')
        AND starts_with(e.detail, k.severity) ORDER BY e.id DESC LIMIT 1
    ) w ON true
    LEFT JOIN LATERAL (
        SELECT e.id, e.words FROM case_events e
        WHERE e.case_id = k.id AND e.words IS NOT NULL AND e.kind IN ('opened', 'joined', 'said')
        ORDER BY e.id DESC LIMIT 1
    ) l ON true
    LEFT JOIN LATERAL (
        SELECT e.at FROM case_events e WHERE e.case_id = k.id AND e.kind = 'raised' AND e.detail = k.severity
        ORDER BY e.id DESC LIMIT 1
    ) r ON true
    LEFT JOIN (
        SELECT subject, min(due_at) AS next_at FROM timers WHERE kind = 'page' GROUP BY subject
    ) d ON d.subject = k.id
    WHERE k.status <> 'closed' AND (k.alarm_at IS NOT NULL OR (
        (:severity = '' OR k.severity = :severity) AND (:whose <> 'untaken' OR k.status = 'open')
        AND (:whose <> 'mine' OR k.taken_by = :me)))
    ORDER BY k.snoozed_until IS NOT NULL, array_position(ARRAY['red', 'amber', 'task'], k.severity),
        k.overdue_at IS NULL, since, k.number LIMIT :most
    """
)
_UNREAD = text(
    """
    SELECT m.id, m.at, m.medium, m.body, p.name, k.number, count(*) OVER () AS total
    FROM messages m LEFT JOIN people p ON p.id = m.person_id
    LEFT JOIN LATERAL (
        SELECT k.number FROM cases k WHERE k.status <> 'closed'
        AND (k.person_id = m.person_id OR (m.person_id IS NULL AND k.person_id IS NULL AND k.phone_id = m.phone_id))
        LIMIT 1
    ) k ON true
    WHERE m.direction = 'in' AND m.unread ORDER BY m.at DESC, m.id DESC LIMIT :most
    """
)


_OPEN = text("SELECT count(*) FROM cases WHERE status <> 'closed'")


def queue(work: Work, wanted: Wanted = ALL, *, most: int = 200, most_unread: int = 50) -> Queue:
    """Return what waits: RED first, then by how long; of what was not understood, the newest first. A case that sounds
    the alarm is always wanted."""
    values = {"most": most, "severity": wanted.severity, "whose": wanted.whose, "me": wanted.me}
    cases = work.conn.execute(_CASES, values).all()
    total = cases[0].total if cases else 0
    narrowed = bool(wanted.severity or wanted.whose)
    unread = work.conn.execute(_UNREAD, {"most": most_unread}).all()
    return Queue(
        [
            Waiting(
                number=row.number,
                severity=row.severity,
                reason=row.reason,
                member=name(work, row.member),
                words=opened(work, row.words, "case_events.words"),
                last=opened(work, row.last, "case_events.words"),
                since=row.since,
                taken_by=name(work, row.taker),
                taken_at=row.taken_at,
                close_asked_by=name(work, row.asker) if row.status == "taken" else None,
                alarm_at=row.alarm_at,
                overdue_at=row.overdue_at,
                snoozed_until=row.snoozed_until,
                next_at=row.next_at,
            )
            for row in cases
        ],
        total,
        int(work.conn.execute(_OPEN).scalar_one()) if narrowed else total,
        cases[0].untaken if cases else 0,
        [
            Unread(
                row.id, row.at, row.medium, name(work, row.name), opened(work, row.body, "messages.body"), row.number
            )
            for row in unread
        ],
        unread[0].total if unread else 0,
    )


# Everything the queue shows that can change, but for the time: what a page that asks every other second asks first.
# Events are counted: their ids are drawn before they are committed, and a lower one may come to light later.
_FACTS = text(
    """
    SELECT md5(concat(
        (SELECT string_agg(concat_ws(',', k.number, k.severity, k.reason, k.status, k.taken_by, k.close_asked_by,
             (SELECT count(*) FROM case_events e WHERE e.case_id = k.id)), ';' ORDER BY k.number)
         FROM cases k WHERE k.status <> 'closed'),
        '|', (SELECT concat(count(*), ' ', max(m.at)) FROM messages m WHERE m.direction = 'in' AND m.unread)
    ))
    """
)


def facts(work: Work, *, age: float = 0.0) -> str:
    """Return a short text that is another whenever anything in the queue is. One that this process read at most `age`
    seconds ago may do: two hundred consoles that look every other second then cost what one does."""
    return work.memory.recall("queue facts", age, lambda: str(work.conn.execute(_FACTS).scalar_one()))


def see(work: Work, message_id: UUID) -> bool:
    """Note that a person has read what the line did not understand; False when somebody has already."""
    seen = work.conn.execute(
        update(Message).where(Message.id == message_id, Message.direction == "in", Message.unread).values(unread=False)
    )
    return seen.rowcount == 1


def on_call(work: Work) -> list[str]:
    """Return the first names of those on call now, in the order in which they are paged."""
    return [turn.name for turn in rota.who(work, work.now)]
