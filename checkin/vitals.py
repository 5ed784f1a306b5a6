"""What a watch on the outside wants to count: what is late, who waits for a person, and how long that takes.

Asked every few seconds, so each question is answered from the front of an index, or at most once a minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from checkin.store.work import Work

# What would read a whole table is asked at most so often by one process (seconds).
_SELDOM = 60


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the line does.

    `late`: by what (the queues, "timers"), how long the oldest that is due has waited (seconds; 0: nothing is). `open`:
    cases, by severity and whether somebody has them; `unanswered`: how long the oldest of those that nobody has has
    waited, by severity. `to_human`: how long cases of the last day waited until somebody took them, by severity and
    share of the cases ("0.5" is the median, "1" the longest). `findings`: the auditor's, and how many of each.
    `given_up`: timers that failed more than ten times.
    """

    late: Mapping[str, float]
    open: Mapping[tuple[str, str], int]
    unanswered: Mapping[str, float]
    to_human: Mapping[tuple[str, str], float]
    findings: Mapping[str, int]
    given_up: int


_LATE = text(
    """
    SELECT (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 0) AS urgent,
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 1) AS normal,
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 2) AS bulk,
        (SELECT min(due_at) FROM timers) AS timers
    """
)
_OPEN = text("SELECT severity, status, count(*), min(opened_at) FROM cases WHERE status <> 'closed' GROUP BY 1, 2")
_SHARES = ("0.5", "0.95", "1")
_TO_HUMAN = text(
    """
    SELECT severity, percentile_disc(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY
        extract(epoch FROM taken_at - opened_at)) FROM cases
    WHERE taken_at >= opened_at AND opened_at > CAST(:now AS timestamptz) - interval '1 day' GROUP BY severity
    """
)
_FINDINGS = text("SELECT what, many FROM findings")
_GIVEN_UP = text("SELECT count(*) FROM timers WHERE tries > 10")


def vitals(work: Work) -> Vitals:
    """Return how the line does just now."""
    due = work.conn.execute(_LATE).mappings().one()
    late = {what: max(0.0, (work.now - at).total_seconds()) if at else 0.0 for what, at in due.items()}
    cases = work.conn.execute(_OPEN).all()
    return Vitals(
        late=late,
        open={(severity, status): count for severity, status, count, _ in cases},
        unanswered={s: (work.now - at).total_seconds() for s, status, _, at in cases if status == "open"},
        to_human=work.memory.recall("time to a person", _SELDOM, lambda: _to_human(work)),
        findings={row.what: row.many for row in work.conn.execute(_FINDINGS)},
        given_up=work.memory.recall("given up", _SELDOM, lambda: _count(work)),
    )


def _to_human(work: Work) -> dict[tuple[str, str], float]:
    found: Any = work.conn.execute(_TO_HUMAN, {"now": work.now})
    return {
        (severity, share): float(seconds)
        for severity, many in found
        for share, seconds in zip(_SHARES, many, strict=True)
    }


def _count(work: Work) -> int:
    return int(work.conn.execute(_GIVEN_UP).scalar_one())
