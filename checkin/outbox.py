"""The rows that are messages still to be sent: owe, settle, reconcile. `claims.py` says whose turn it is.

`owed` -> `leased` -> `sent` | `failed` | `dropped`, or back to `owed` when it is worth another try. A lease that runs
out means that the process died with the message in its hands: it becomes `unknown`, and only the carrier's own list
can say whether it must be sent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from checkin import logs
from checkin.conversation.effects import Stream
from checkin.gate import Medium
from checkin.store.ids import new_id
from checkin.store.work import Work

URGENT, NORMAL, BULK = 0, 1, 2
# Why a message is owed again that was looked for in the carrier's list and not found.
NOT_AT_CARRIER = "not_at_carrier"

_CLASS = {Stream.SAFETY: URGENT, Stream.REMINDERS: BULK, Stream.CARING: BULK, Stream.TIPS: BULK}


_OWE = (
    "INSERT INTO messages (id, at, direction, medium, person_id, phone_id, status, class, stream, wording, arguments, "
    "dedupe, sender, subject, trace, due_at, expires_at{column}) VALUES (%(id)s, %(at)s, 'out', %(medium)s, "
    "%(person)s, %(phone)s, 'owed', %(class)s, %(stream)s, %(wording)s, %(arguments)s, %(dedupe)s, %(sender)s, "
    "%(subject)s, %(trace)s, %(due_at)s, %(expires_at)s{value}) ON CONFLICT (dedupe) DO NOTHING"
)
_OWE_TO_ANYBODY = _OWE.format(column="", value="")
# News of a meeting stands in its group's queue. Nothing else asks whether its subject is a meeting.
_OWE_TO_A_GROUP = _OWE.format(
    column=", queue",
    value=", coalesce((SELECT t.group_id FROM occurrences o JOIN meetings t ON t.id = o.meeting_id "
    "WHERE o.id = %(subject)s), '00000000-0000-0000-0000-000000000000')",
)
_TO_GROUPS = frozenset({Stream.NOTICE, Stream.REMINDERS})


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
        _OWE_TO_A_GROUP if subject is not None and stream in _TO_GROUPS else _OWE_TO_ANYBODY,
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
            "trace": logs.trace(),
            "due_at": due_at or work.now,
            "expires_at": expires_at,
        },
    )


_LEAVE_OUT = (
    "INSERT INTO messages (id, at, direction, medium, person_id, status, class, stream, wording, reason, due_at) "
    "VALUES (%(id)s, %(at)s, 'out', %(medium)s, %(person)s, 'dropped', %(class)s, %(stream)s, %(wording)s, %(why)s, "
    "%(at)s)"
)


def leave_out(work: Work, person_id: UUID, medium: Medium, stream: Stream, key: str, why: str) -> None:
    """Keep that something was due and not even owed, and why: it is shown and counted with all that was dropped."""
    values = {"id": new_id(), "at": work.now, "medium": medium, "person": person_id, "why": why}
    values |= {"class": _CLASS.get(stream, NORMAL), "stream": stream.value, "wording": key}
    work.write_behind(f"left out {values['id']}", _LEAVE_OUT, values)


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


# One statement for a lot: hundreds of small ones cost both sides several times as much.
_PREPARED = text(
    "UPDATE messages m SET body = x.body, phone_id = x.phone_id FROM unnest(CAST(:id AS uuid[]), "
    "CAST(:body AS bytea[]), CAST(:phone_id AS uuid[])) AS x (id, body, phone_id) WHERE m.id = x.id"
)
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
# What the carrier will still say of the attempt before is known by that attempt's sid (`delivery.hear_status`).
_BY_VOICE = text(
    "UPDATE messages SET medium = 'call', status = 'owed', reason = :reason, lease_until = NULL, sid = NULL, "
    "carrier_status = NULL, carrier_rank = -1, attempt = 0 WHERE id = :id AND medium = 'text'"
)
_ANEW = text(
    "UPDATE messages SET status = 'owed', due_at = :until, reason = :reason, carrier_code = :code, sid = NULL, "
    "carrier_status = NULL, carrier_rank = -1 WHERE id = :id AND status = 'sent'"
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
    UPDATE messages m SET status = 'sent', sid = x.sid, sent_at = x.at, lease_until = NULL, reason = NULL,
        carrier_status = CASE WHEN carrier_rank < x.rank THEN x.status ELSE carrier_status END,
        carrier_rank = greatest(carrier_rank, x.rank)
    FROM unnest(CAST(:id AS uuid[]), CAST(:sid AS text[]), CAST(:at AS timestamptz[]), CAST(:rank AS smallint[]),
        CAST(:carrier_status AS text[])) AS x (id, sid, at, rank, status)
    WHERE m.id = x.id AND m.status IN ('leased', 'unknown')
    """
)


def prepared(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Keep what exactly is about to be said, sealed, and to which phone: (id, body, phone_id) each."""
    if rows:
        conn.execute(_PREPARED, _columns(rows))


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
    """Say these by telephone instead, at once: (id, reason) each. They have all their attempts as calls before them."""
    if rows:
        conn.execute(_BY_VOICE, rows)


def anew(conn: Connection, message_id: UUID, until: datetime, reason: str, code: int | None) -> None:
    """Owe again what the carrier had taken and could not deliver."""
    conn.execute(_ANEW, {"id": message_id, "until": until, "reason": reason, "code": code})


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
        conn.execute(_SENT, _columns(rows))


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return rows that have the same fields as one list for each field."""
    return {name: [row[name] for row in rows] for name in rows[0]}


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
    trace: UUID


_UNKNOWNS = text(
    """
    WITH picked AS (
        SELECT id FROM messages WHERE status = 'unknown' AND due_at <= :now
        ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET due_at = :next FROM picked, messages o LEFT JOIN phones f ON f.id = o.phone_id
    WHERE m.id = picked.id AND o.id = m.id
    RETURNING m.id, m.medium, m.leased_at, m.body, f.number, m.attempt, coalesce(m.trace, m.id)
    """
)


def unknowns(work: Work, *, batch: int) -> list[Unknown]:
    """Return messages to look up at the carrier, pushing each a minute on so that nobody else asks meanwhile."""
    rows = work.conn.execute(_UNKNOWNS, {"now": work.now, "next": work.now + timedelta(minutes=1), "batch": batch})
    return [Unknown(*row) for row in rows]
