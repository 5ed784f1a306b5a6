"""What staff read about pairs: who looks out for whom, how it goes, and what has been proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from checkin.store.work import Work

PAGE = 50
# A review that comes up within so many days is worth a look.
_SOON = timedelta(days=14)

Which = Literal["all", "resting", "review", "quiet"]


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair. `load` is how many people its buddy looks out for, `answer` the buddy's last report (at `answered_at`);
    `rule` and `at` say when they are asked. Moments are aware (UTC)."""

    id: UUID
    member_id: UUID
    member: str
    buddy_id: UUID
    buddy: str
    rank: int
    status: str
    began_at: datetime
    rests_until: datetime | None
    review_due_at: datetime | None
    rule: str | None
    at: time | None
    load: int
    answer: str | None
    answered_at: datetime | None
    handing_over: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of pairs, and of how many."""

    pairs: Sequence[PairRow]
    total: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """Two people who are being asked. Who has answered, and what, is told to nobody."""

    id: UUID
    member_id: UUID
    member: str
    buddy_id: UUID
    buddy: str
    handover: bool
    proposed_at: datetime
    due_at: datetime


_PAIRS = text(
    """
    WITH page AS (
        SELECT j.*, count(*) OVER () AS total FROM pairs j
        WHERE j.status <> 'ended' AND (CAST(:id AS uuid) IS NULL OR j.id = :id) AND CASE :which
            WHEN 'resting' THEN j.status = 'resting' WHEN 'review' THEN j.review_due_at < :soon
            WHEN 'quiet' THEN j.rule IS NOT NULL
                AND NOT EXISTS (SELECT FROM reports r WHERE r.pair_id = j.id AND r.at > :quiet)
            ELSE true END
        ORDER BY j.review_due_at IS NULL, j.review_due_at, j.id LIMIT :most OFFSET :offset
    )
    SELECT j.id, j.member_id, m.name AS member, j.buddy_id, b.name AS buddy, j.rank, j.status, j.began_at,
        j.rests_until, j.review_due_at, j.rule, j.at,
        (SELECT count(*) FROM pairs o WHERE o.buddy_id = j.buddy_id AND o.status <> 'ended') AS load,
        r.answer, r.at AS answered_at,
        EXISTS (SELECT FROM proposals q WHERE q.replaces = j.id AND q.status = 'asked') AS handing_over, j.total
    FROM page j JOIN people m ON m.id = j.member_id JOIN people b ON b.id = j.buddy_id
    LEFT JOIN LATERAL (SELECT answer, at FROM reports WHERE pair_id = j.id ORDER BY at DESC LIMIT 1) r ON true
    ORDER BY j.review_due_at IS NULL, j.review_due_at, j.id
    """
)
# No report in so long is quiet, even where one is asked for every second week.
_QUIET = timedelta(days=15)


def pairs(work: Work, which: Which = "all", *, offset: int = 0, pair_id: UUID | None = None) -> Listing:
    """Return a page of the pairs there are, the next review first."""
    rows = work.conn.execute(
        _PAIRS,
        {
            "which": which,
            "id": pair_id,
            "soon": work.now + _SOON,
            "quiet": work.now - _QUIET,
            "most": PAGE,
            "offset": offset,
        },
    ).all()
    found = []
    for row in rows:
        values = row._asdict()
        values.pop("total")
        for who in ("member", "buddy"):
            values[who] = work.vault.open(values[who], "people.name")
        found.append(PairRow(**values))
    return Listing(found, rows[0].total if rows else 0)


def one(work: Work, pair_id: UUID) -> PairRow | None:
    """Return a pair that has not ended."""
    found = pairs(work, pair_id=pair_id).pairs
    return found[0] if found else None


_PROPOSED = text(
    """
    SELECT q.id, q.member_id, m.name AS member, q.buddy_id, b.name AS buddy, q.replaces IS NOT NULL AS handover,
        q.proposed_at, q.due_at
    FROM proposals q JOIN people m ON m.id = q.member_id JOIN people b ON b.id = q.buddy_id
    WHERE q.status = 'asked' ORDER BY q.proposed_at LIMIT :most
    """
)


def proposed(work: Work) -> Sequence[Proposed]:
    """Return who is being asked just now, those who wait longest first; a page of them at most."""
    found = []
    for row in work.conn.execute(_PROPOSED, {"most": PAGE}):
        names = {who: work.vault.open(getattr(row, who), "people.name") for who in ("member", "buddy")}
        found.append(Proposed(**(row._asdict() | names)))
    return found
