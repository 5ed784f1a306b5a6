"""Why something was not sent to somebody: every drop, deferral and failure, and every check-in that was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from checkin.store.work import Work

Outcome = Literal["dropped", "held", "failed", "left_out"]


@dataclass(frozen=True, slots=True)
class NotSent:
    """One thing that was not sent, or not when it was due. Moments are aware (UTC).

    `why` is a code (`gate.Dropped`, `gate.Held`, `plans.LeftOut`, a fault of the carrier's, or why it was withdrawn);
    `medium` is None for a check-in that was left out. `until`, and `times` it was asked, are those of something that
    was held back, which may have gone out since.
    """

    at: datetime
    outcome: Outcome
    why: str
    medium: str | None
    stream: str
    code: int | None
    until: datetime | None
    times: int


_NOT_SENT = text(
    """
    SELECT *, count(*) OVER () AS total FROM (
        SELECT m.at, CASE m.status WHEN 'dropped' THEN 'dropped' ELSE 'failed' END AS outcome,
            coalesce(m.reason, m.carrier_status) AS why, m.medium, m.stream, m.carrier_code AS code,
            NULL::timestamptz AS until, 1 AS times, m.id
        FROM every_message m WHERE m.person_id = :person AND m.direction = 'out'
        AND (m.status IN ('dropped', 'failed') OR m.carrier_status IN ('undelivered', 'failed'))
        UNION ALL SELECT h.at, 'held', h.why, m.medium, m.stream, NULL, h.until, h.times, m.id
        FROM holds h JOIN every_message m ON m.id = h.message_id WHERE h.person_id = :person
        UNION ALL SELECT c.due_at, 'left_out', c.why, NULL, 'checkins', NULL, NULL, 1, c.id
        FROM check_ins c WHERE c.person_id = :person AND c.why IS NOT NULL
    ) AS found ORDER BY at DESC, id DESC, why OFFSET :skip LIMIT :most
    """
)


def why_not_sent(work: Work, person_id: UUID, *, skip: int = 0, most: int = 20) -> tuple[Sequence[NotSent], int]:
    """Return what was not sent to somebody, the newest first, `most` of them after the first `skip`; and how many
    there are in all (0 as well when `skip` goes beyond them).

    One statement. `console.words.not_sent(one, times)` says one of them in a sentence.
    """
    rows = work.conn.execute(_NOT_SENT, {"person": person_id, "skip": skip, "most": most}).all()
    found = [NotSent(r.at, r.outcome, r.why, r.medium, r.stream, r.code, r.until, r.times) for r in rows]
    return found, rows[0].total if rows else 0


_COUNTS = text(
    """
    SELECT CASE status WHEN 'dropped' THEN 'dropped' ELSE 'failed' END AS outcome, reason AS why, count(*) AS number
    FROM messages WHERE at > :since AND status IN ('dropped', 'failed') GROUP BY 1, 2
    UNION ALL SELECT 'held', why, count(*) FROM holds WHERE at > :since GROUP BY 2
    UNION ALL SELECT 'left_out', why, count(*) FROM check_ins WHERE due_at > :since AND why IS NOT NULL GROUP BY 2
    ORDER BY 1, 2
    """
)


def not_sent_counts(work: Work, span: timedelta = timedelta(days=1)) -> dict[tuple[str, str], int]:
    """Return how much was not sent lately, by what became of it and why."""
    rows = work.conn.execute(_COUNTS, {"since": work.now - span})
    return {(row.outcome, row.why): row.number for row in rows}
