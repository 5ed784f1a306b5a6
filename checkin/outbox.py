"""The rows that are messages still to be sent: owe, claim, settle, reconcile.

`owed` -> `leased` -> `sent` | `failed` | `dropped`, or back to `owed` when it is worth another try. A lease that runs
out means that the process died with the message in its hands: it becomes `unknown`, and only the carrier's own list
can say whether it must be sent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from checkin.conversation.effects import Stream
from checkin.gate import Medium
from checkin.store.ids import new_id
from checkin.store.work import Work

URGENT, NORMAL, BULK = 0, 1, 2
LEASE = timedelta(seconds=90)
# Why a message is owed again that was looked for in the carrier's list and not found.
NOT_AT_CARRIER = "not_at_carrier"

_CLASS = {Stream.SAFETY: URGENT, Stream.REMINDERS: BULK, Stream.CARING: BULK, Stream.TIPS: BULK}


_OWE = (
    "INSERT INTO messages (id, at, direction, medium, person_id, phone_id, status, class, stream, wording, arguments, "
    "dedupe, sender, subject, due_at, expires_at) VALUES (%(id)s, %(at)s, 'out', %(medium)s, %(person)s, %(phone)s, "
    "'owed', %(class)s, %(stream)s, %(wording)s, %(arguments)s, %(dedupe)s, %(sender)s, %(subject)s, %(due_at)s, "
    "%(expires_at)s) ON CONFLICT (dedupe) DO NOTHING"
)


def owe(
    work: Work,
    person_id: UUID,
    medium: Medium,
    stream: Stream,
    key: str,
    arguments: Mapping[str, str],
    *,
    subject: UUID | None = None,
    phone_id: UUID | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    dedupe: str | None = None,
    sender: str | None = None,
) -> None:
    """Owe somebody a text or a call: sentence `key` with `arguments`. With `dedupe`, once for ever; from a number of
    its own with `sender`."""
    if due_at is None or due_at <= work.now:
        work.wake.add("fire")
    message_id = new_id()
    work.write_behind(
        f"owe {message_id}",
        _OWE,
        {
            "id": message_id,
            "at": work.now,
            "medium": medium,
            "person": person_id,
            "phone": phone_id,
            "class": _CLASS.get(stream, NORMAL),
            "stream": stream.value,
            "wording": key,
            "arguments": work.vault.seal_json(dict(arguments), "messages.arguments"),
            "dedupe": dedupe,
            "sender": sender,
            "subject": subject,
            "due_at": due_at or work.now,
            "expires_at": expires_at,
        },
    )


_WITHDRAW = text(
    "UPDATE messages SET status = 'dropped', reason = :why WHERE subject = :subject AND status = 'owed' "
    "AND (CAST(:wording AS text) IS NULL OR wording = :wording) "
    "AND (CAST(:people AS uuid[]) IS NULL OR person_id = ANY(:people))"
)


def withdraw(
    work: Work, subject: UUID, why: str, *, wording: str | None = None, people: Collection[UUID] | None = None
) -> None:
    """Drop what is still owed about a subject, what was owed a moment ago in this transaction too: only sentence
    `wording`, only to these `people`, where they are given."""
    work.flush()
    named = list(people) if people is not None else None
    work.conn.execute(_WITHDRAW, {"why": why, "subject": subject, "wording": wording, "people": named})


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in our hands, with all that the gate and the carrier need to know about its reader."""

    id: UUID
    medium: Medium
    stream: Stream
    wording: str
    arguments: bytes
    subject: UUID | None
    due_at: datetime
    expires_at: datetime | None
    attempt: int
    person_id: UUID
    body: bytes | None
    sender: str | None
    person: Mapping[str, Any]


# A call whose end the carrier never told of is over by then. Ranks below 4 are those of calls that are not.
_LONGEST_CALL = timedelta(minutes=15)

_CLAIM = text(
    """
    WITH picked AS (
        SELECT id FROM messages
        WHERE status = 'owed' AND class = ANY(:classes) AND due_at <= :now AND medium = ANY(:media)
        ORDER BY class, due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE messages m SET status = 'leased', leased_at = :now, lease_until = :lease, attempt = attempt + 1
        FROM picked WHERE m.id = picked.id
        RETURNING m.*
    )
    SELECT m.id, m.medium, m.stream, m.wording, m.arguments, m.subject, m.due_at, m.expires_at, m.attempt,
           m.person_id, m.body, m.sender, m.class,
           p.name, p.shared_phone, p.status, p.language, p.zone, p.streams, p.discreet, p.text_blocked, p.paused_until,
           p.safe_to_text, p.safe_to_call, p.safe_from, p.safe_to, p.ring_seconds, p.voicemail, p.text_relay,
           p.texts_a_week, p.calls_a_week, h.phone_id, h.number, h.suspended_at, h.line,
           CASE WHEN m.stream IN ('checkins', 'reminders', 'caring') THEN (
               SELECT count(*) FROM messages s WHERE s.person_id = m.person_id AND s.at > :week_ago
               AND s.medium = m.medium AND s.direction = 'out' AND s.status IN ('sent', 'leased', 'unknown')
               AND s.stream IN ('checkins', 'reminders', 'caring')
           ) ELSE 0 END AS sent_this_week,
           m.medium = 'call' AND EXISTS (
               SELECT FROM messages o WHERE o.person_id = m.person_id AND o.medium = 'call' AND o.id <> m.id
               AND CASE o.direction WHEN 'in' THEN o.carrier_status = 'in-progress' AND o.at > :lately
                   ELSE o.status = 'sent' AND o.carrier_rank < 4 AND o.sent_at > :lately END
           ) AS on_call,
           CASE m.wording WHEN 'checkin.ask' THEN c.status <> 'settled' WHEN 'reach_out.ask' THEN c.status <> 'settled'
               WHEN 'page.ask' THEN k.status = 'open' OR k.offered_to = m.person_id
               WHEN 'page.overdue' THEN k.status = 'open' WHEN 'joining.ask' THEN p.status = 'invited'
               WHEN 'staff_reply.ask' THEN cardinality(p.streams) > 0
               WHEN 'staff_reply.news' THEN cardinality(p.streams) > 0
               WHEN 'joining.reminder' THEN p.status = 'invited' ELSE true END AS relevant
    FROM claimed m JOIN people p ON p.id = m.person_id
    LEFT JOIN check_ins c ON c.id = m.subject LEFT JOIN cases k ON k.id = m.subject
    LEFT JOIN LATERAL (
        SELECT f.id AS phone_id, f.number, f.line, pp.suspended_at
        FROM person_phones pp JOIN phones f ON f.id = pp.phone_id
        WHERE pp.person_id = m.person_id AND (m.phone_id IS NULL OR m.phone_id = f.id)
        ORDER BY pp.suspended_at IS NOT NULL, m.medium = 'text' AND f.line = 'landline', pp.rank LIMIT 1
    ) h ON true
    ORDER BY m.class, m.due_at
    """
)


def claim(work: Work, *, classes: Sequence[int], media: Sequence[Medium], batch: int) -> list[Claimed]:
    """Lease up to `batch` messages that are due, the most urgent first. Others claim past us, never the same."""
    rows = work.conn.execute(
        _CLAIM,
        {
            "classes": list(classes),
            "media": list(media),
            "now": work.now,
            "lease": work.now + LEASE,
            "batch": batch,
            "week_ago": work.now - timedelta(days=7),
            "lately": work.now - _LONGEST_CALL,
        },
    ).mappings()
    return [
        Claimed(
            id=row["id"],
            medium=row["medium"],
            stream=Stream(row["stream"]),
            wording=row["wording"],
            arguments=row["arguments"],
            subject=row["subject"],
            due_at=row["due_at"],
            expires_at=row["expires_at"],
            attempt=row["attempt"],
            person_id=row["person_id"],
            body=row["body"],
            sender=row["sender"],
            person=dict(row),
        )
        for row in rows
    ]


_PREPARED = text("UPDATE messages SET body = :body, phone_id = :phone_id WHERE id = :id")
_DROPPED = text("UPDATE messages SET status = 'dropped', reason = :reason, lease_until = NULL WHERE id = :id")
_DEFERRED = text(
    "UPDATE messages SET status = 'owed', due_at = :until, reason = :reason, lease_until = NULL, "
    "attempt = attempt - 1 WHERE id = :id"
)
# Somebody who talks with us for a quarter of an hour is asked for every minute: that is one line to read.
_HELD = text(
    "INSERT INTO holds (message_id, why, person_id, at, until) VALUES (:id, :reason, :person, :now, :until) "
    "ON CONFLICT (message_id, why) DO UPDATE SET until = EXCLUDED.until, times = least(holds.times + 1, 32000)"
)
_BY_VOICE = text(
    "UPDATE messages SET medium = 'call', status = 'owed', reason = 'landline', lease_until = NULL, sid = NULL, "
    "carrier_status = NULL, carrier_rank = -1, attempt = attempt - 1 WHERE id = :id AND medium = 'text'"
)
_AGAIN = text(
    "UPDATE messages SET status = 'owed', due_at = :until, reason = :reason, carrier_code = :code, "
    "lease_until = NULL WHERE id = :id AND status IN ('leased', 'unknown')"
)
_FAILED = text(
    "UPDATE messages SET status = 'failed', reason = :reason, carrier_code = :code, lease_until = NULL "
    "WHERE id = :id AND status IN ('leased', 'unknown')"
)
# A callback that was faster than our own request's end has made it `sent`, and that stands.
_UNKNOWN = text(
    "UPDATE messages SET status = 'unknown', lease_until = NULL, due_at = :at WHERE id = :id AND status = 'leased'"
)
# A status callback may have come before us and know more than the carrier's first answer.
_SENT = text(
    """
    UPDATE messages SET status = 'sent', sid = :sid, sent_at = :at, lease_until = NULL, reason = NULL,
        carrier_status = CASE WHEN carrier_rank < :rank THEN :carrier_status ELSE carrier_status END,
        carrier_rank = greatest(carrier_rank, :rank)
    WHERE id = :id AND status IN ('leased', 'unknown')
    """
)


def prepared(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Keep what exactly is about to be said, sealed, and to which phone: (id, body, phone_id) each."""
    if rows:
        conn.execute(_PREPARED, rows)


def dropped(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Drop messages for good: (id, reason) each."""
    if rows:
        conn.execute(_DROPPED, rows)


def deferred(work: Work, rows: list[dict[str, Any]]) -> None:
    """Hold messages back: (id, person, until, reason) each. Being held back is no attempt; that they were is kept."""
    if rows:
        work.conn.execute(_DEFERRED, rows)
        work.conn.execute(_HELD, [row | {"now": work.now} for row in rows])


def by_voice(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Say these by telephone instead, at once: (id) each. Not being a text any more is no attempt."""
    if rows:
        conn.execute(_BY_VOICE, rows)


def again(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Try messages again later: (id, until, reason, code) each."""
    if rows:
        conn.execute(_AGAIN, rows)


def failed(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Give messages up: (id, reason, code) each."""
    if rows:
        conn.execute(_FAILED, rows)


def unknown(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Leave it to the carrier's list whether these were sent: (id, at) each, `at` being when to ask."""
    if rows:
        conn.execute(_UNKNOWN, rows)


def sent(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """The carrier has taken these: (id, sid, at, rank, carrier_status) each."""
    if rows:
        conn.execute(_SENT, rows)


def lapse(work: Work) -> int:
    """Turn leases that ran out into `unknown`; return how many."""
    return work.conn.execute(
        text(
            "UPDATE messages SET status = 'unknown', lease_until = NULL, due_at = :now "
            "WHERE status = 'leased' AND lease_until <= :now"
        ),
        {"now": work.now},
    ).rowcount


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message that may or may not have reached the carrier."""

    id: UUID
    medium: Medium
    at: datetime
    body: bytes | None
    number: bytes | None
    attempt: int


_UNKNOWNS = text(
    """
    WITH picked AS (
        SELECT id FROM messages WHERE status = 'unknown' AND due_at <= :now
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET due_at = :next FROM picked, messages o LEFT JOIN phones f ON f.id = o.phone_id
    WHERE m.id = picked.id AND o.id = m.id
    RETURNING m.id, m.medium, m.leased_at, m.body, f.number, m.attempt
    """
)


def unknowns(work: Work, *, batch: int) -> list[Unknown]:
    """Return messages to look up at the carrier, pushing each a minute on so that nobody else asks meanwhile."""
    rows = work.conn.execute(_UNKNOWNS, {"now": work.now, "next": work.now + timedelta(minutes=1), "batch": batch})
    return [Unknown(*row) for row in rows]
