"""Whose turn it is to be sent: messages that are due are leased in small lots, fairly.

Within an urgency the groups take turns: what one group owes its thousands does not hold up another's ten. What concerns
no group (check-ins, answers, relayed words) is one more of those that take turns. Texts and calls are counted apart,
because a carrier dials far fewer calls a second than it sends texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from checkin.conversation.effects import Stream
from checkin.gate import Medium
from checkin.store.work import Work

LEASE = timedelta(seconds=90)


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
    reason: str | None
    """Why it is not the first time that it is tried, if it is not."""
    person_id: UUID
    body: bytes | None
    sender: str | None
    person: Mapping[str, Any]
    trace: UUID
    """What set it off, as the logs call it."""


# A call whose end the carrier never told of is over by then. Ranks below 4 are those of calls that are not.
_LONGEST_CALL = timedelta(minutes=15)

# `queues` hops from one group that owes something to the next along the index, however much each owes; `ready` are
# those that owe something now, in an order drawn anew each time, so that nobody comes last for ever when there are more
# of them than places in a lot.
_CLAIM = text(
    """
    WITH RECURSIVE queues (medium, most, queue) AS (
        SELECT w.medium, w.most, (
            SELECT m.queue FROM messages m WHERE m.status = 'owed' AND m.class = :class AND m.medium = w.medium
            ORDER BY m.queue LIMIT 1)
        FROM unnest(CAST(:media AS text[]), CAST(:most AS integer[])) AS w (medium, most) WHERE w.most > 0
        UNION ALL
        SELECT q.medium, q.most, (
            SELECT m.queue FROM messages m WHERE m.status = 'owed' AND m.class = :class AND m.medium = q.medium
            AND m.queue > q.queue ORDER BY m.queue LIMIT 1)
        FROM queues q WHERE q.queue IS NOT NULL
    ), ready AS (
        SELECT q.medium, q.queue, q.most, row_number() OVER (PARTITION BY q.medium ORDER BY random()) AS turn,
               count(*) OVER (PARTITION BY q.medium) AS many
        FROM queues q WHERE q.queue IS NOT NULL AND EXISTS (
            SELECT FROM messages m WHERE m.status = 'owed' AND m.class = :class AND m.medium = q.medium
            AND m.queue = q.queue AND m.due_at <= :now)
    ), picked AS (
        SELECT p.id FROM ready r CROSS JOIN LATERAL (
            SELECT m.id FROM messages m WHERE m.status = 'owed' AND m.class = :class AND m.medium = r.medium
            AND m.queue = r.queue AND m.due_at <= :now
            ORDER BY m.due_at LIMIT greatest(1, r.most / r.many) FOR UPDATE SKIP LOCKED
        ) p WHERE r.turn <= r.most
    ), claimed AS (
        UPDATE messages m SET status = 'leased', leased_at = :now, lease_until = :lease, attempt = attempt + 1
        FROM picked WHERE m.id = picked.id
        RETURNING m.*
    )
    SELECT m.id, m.medium, m.stream, m.wording, m.arguments, m.subject, m.due_at, m.expires_at, m.attempt, m.reason,
           m.person_id, m.body, m.sender, coalesce(m.trace, m.id) AS trace,
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
           (m.stream <> 'caring' OR NOT EXISTS (
               SELECT FROM cases r WHERE r.person_id = m.person_id AND r.severity = 'red' AND r.status <> 'closed'
           )) AND
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
        FROM (
            SELECT phone_id, rank, suspended_at FROM person_phones WHERE person_id = m.person_id
            -- A number that is being proved is nobody's yet, and hears its code.
            UNION ALL SELECT v.phone_id, 0, NULL FROM number_moves v WHERE v.id = m.subject AND v.outcome IS NULL
        -- One at a time by its key: a planner that has not counted the phones yet would read them all for each message.
        ) pp CROSS JOIN LATERAL (SELECT id, number, line FROM phones WHERE id = pp.phone_id LIMIT 1) f
        WHERE m.phone_id IS NULL OR m.phone_id = f.id
        ORDER BY pp.suspended_at IS NOT NULL, m.medium = 'text' AND f.line = 'landline', pp.rank LIMIT 1
    ) h ON true
    ORDER BY m.due_at, m.id
    """
)


def claim(work: Work, urgency: int, most: Mapping[Medium, int]) -> list[Claimed]:
    """Lease messages of one urgency that are due, up to so many of each medium, those that waited longest first.

    Others claim past us, never the same. [] when nothing is due that nobody else holds.
    """
    rows = work.conn.execute(
        _CLAIM,
        {
            "class": urgency,
            "media": list(most),
            "most": list(most.values()),
            "now": work.now,
            "lease": work.now + LEASE,
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
            reason=row["reason"],
            person_id=row["person_id"],
            body=row["body"],
            sender=row["sender"],
            trace=row["trace"],
            person=dict(row),
        )
        for row in rows
    ]
