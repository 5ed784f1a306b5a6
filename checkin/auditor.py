"""Did everything that should have happened happen? Asked of the tables, by nothing that makes it happen.

Each check is a question of its own to what is stored, in its own SQL: nothing of what it looks after is called, so that
a mistake there is not made here a second time. Each costs what is due, open or was due in the last hours, never what
there is. What is found twice in a row becomes a case for the admin, once; when it is mended the case hears that, and
closes by itself if it stood for nothing else. While anything is found, the outside heartbeat stays away.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import text

from checkin import escalations, logs
from checkin.conversation.effects import Severity
from checkin.store.work import Work

# Ticks come every few seconds; what is this late was forgotten.
LATE = timedelta(minutes=15)
# Pages have a pace of their own and wait behind nothing.
PAGE_LATE = timedelta(minutes=5)
# How far back a plan that was done must have left a check-in.
WINDOW = timedelta(hours=3)
# A carrier's pace may keep a thousand texts waiting for long; nothing is worth sending after this long.
LONGEST_WAIT = timedelta(hours=6)
# Nobody who could take a RED case is given longer than this.
SOON = timedelta(hours=2)
# A mending that is under way is no case: what is found must be found again by a later round.
AGAIN = timedelta(minutes=4)
REASON = "not_done"
_PATIENCE = "SET LOCAL statement_timeout = '20s'"
_log = logs.get("auditor")

# Every column that holds when something is due, by the index that begins with it.
_DUE = (
    ("plans", "next_due_at"), ("pairs", "next_due_at"), ("pairs", "review_due_at"), ("pairs", "ask_due_at"),
    ("caring", "next_due_at"), ("meetings", "next_due_at"), ("meetings", "ask_due_at"), ("occurrences", "next_due_at"),
    ("shifts", "next_due_at"), ("duties", "next_due_at"), ("outcome_questions", "next_due_at"), ("timers", "due_at"),
)  # fmt: skip

_LATE_IN_EACH = " UNION ALL ".join(
    f"SELECT count(*) AS n FROM {table} WHERE {column} < :late" for table, column in _DUE
)
_PROPOSALS = "SELECT count(*) FROM proposals WHERE status = 'asked' AND due_at < :late"
_NOT_BEGUN = f"SELECT sum(n) FROM ({_LATE_IN_EACH} UNION ALL {_PROPOSALS}) AS each"

# What a finding is called, and the question that counts it. A name is a code: `console/words.py` says it to staff.
CHECKS: Mapping[str, str] = {
    "not_begun": _NOT_BEGUN,
    # A timer that fails is put off, so it is never late: it is counted by its tries.
    "fails_again": "SELECT count(*) FROM timers WHERE tries > 3",
    "page_waits": "SELECT count(*) FROM messages WHERE status = 'owed' AND class = 0 AND due_at < :page_late",
    # Thousands may wait for their turn at the carrier's pace; not while nothing goes out, and not for ever.
    "not_sent": """
        SELECT count(*) FROM messages WHERE status = 'owed' AND class IN (1, 2) AND due_at < CASE
            WHEN EXISTS (SELECT FROM paces WHERE name = 'texts' AND free_at > clock_timestamp() - interval '5 minutes')
            THEN CAST(:longest AS timestamptz) ELSE CAST(:late AS timestamptz) END
    """,
    "in_nobodys_hands": "SELECT count(*) FROM messages WHERE status = 'leased' AND lease_until < :late",
    "never_looked_up": "SELECT count(*) FROM messages WHERE status = 'unknown' AND leased_at < :hour",
    # A plan that was moved on has left a check-in: asked, or left out with its reason.
    "plan_without_outcome": """
        SELECT count(*) FROM plans p WHERE p.last_due_at BETWEEN :window AND :late
        AND NOT EXISTS (SELECT FROM check_ins c WHERE c.plan_id = p.id AND c.due_at = p.last_due_at)
    """,
    # Somebody whose check-in is open has a moment at which it goes on, or something on its way to them. One far off is
    # none: it was set while the machine's clock was ahead.
    "ladder_stands_still": """
        SELECT count(*) FROM check_ins c WHERE c.status = 'open' AND c.due_at < :late
        AND NOT EXISTS (SELECT FROM timers t WHERE t.person_id = c.person_id AND t.due_at < :tomorrow)
        AND NOT EXISTS (SELECT FROM messages m WHERE m.person_id = c.person_id AND m.at > c.due_at - interval '1 day'
            AND m.status IN ('owed', 'leased', 'unknown'))
    """,
    "ladder_ended_silently": """
        SELECT count(*) FROM check_ins c WHERE c.status = 'unconfirmed' AND c.due_at < :late
        AND NOT EXISTS (SELECT FROM cases k WHERE k.person_id = c.person_id AND k.status <> 'closed')
    """,
    # An open case has a clock, and so has a RED one in somebody's hands until help is there.
    "case_without_clock": """
        SELECT count(*) FROM cases k WHERE k.opened_at < :late
        AND (k.status = 'open' OR (k.status = 'taken' AND k.severity = 'red' AND k.arrived_at IS NULL))
        AND NOT EXISTS (SELECT FROM timers t WHERE t.kind = 'page' AND t.subject = k.id
            AND (k.severity <> 'red' OR t.due_at < :soon))
    """,
    "nobody_paged": """
        SELECT count(*) FROM cases WHERE status = 'open' AND severity = 'red' AND page_round = 0 AND opened_at < :late
    """,
    # Somebody who was put down as reminded was: a message, a question that waits its turn, or a timer.
    "reminder_without_message": """
        SELECT count(*) FROM occurrences o JOIN reminders r ON r.occurrence_id = o.id
        JOIN people p ON p.id = r.person_id AND p.status = 'active'
        WHERE o.starts_at BETWEEN :now AND CAST(:now AS timestamptz) + interval '15 days' AND o.status = 'planned'
        AND r.at BETWEEN :window AND :late AND (p.paused_until IS NULL OR p.paused_until <= r.at)
        AND 'reminders' = ANY(p.streams)
        AND NOT EXISTS (SELECT FROM messages m WHERE m.person_id = p.id AND m.subject = o.id
            AND m.at >= r.at - interval '1 minute')
        AND NOT EXISTS (SELECT FROM timers t WHERE t.person_id = p.id AND t.subject = o.id)
        AND NOT EXISTS (SELECT FROM rsvps a WHERE a.person_id = p.id AND a.occurrence_id = o.id)
        AND strpos(coalesce(CAST(p.state AS text), ''), CAST(o.id AS text)) = 0
    """,
    "carrier_refuses_us": """
        SELECT count(*) FROM messages WHERE status IN ('dropped', 'failed') AND at > :day
        AND status = 'failed' AND reason IN ('config', 'bug', 'cannot_be_said')
    """,
    # The carrier tells of every text within minutes: when it tells of none, it does not reach us.
    "carrier_tells_nothing": """
        SELECT count(*) FROM paces WHERE name IN ('texts', 'urgent')
        AND free_at BETWEEN clock_timestamp() - interval '2 hours' AND clock_timestamp() - interval '15 minutes'
        AND free_at - interval '1 hour'
            > coalesce((SELECT at FROM delivery_events ORDER BY id DESC LIMIT 1), '-infinity')
    """,
}


def look(work: Work) -> dict[str, int]:
    """Return what has not happened that should have, by the names in CHECKS; {} when all is well."""
    work.conn.exec_driver_sql(_PATIENCE)
    moments = {
        "now": work.now,
        "soon": work.now + SOON,
        "tomorrow": work.now + timedelta(hours=25),
        "late": work.now - LATE,
        "page_late": work.now - PAGE_LATE,
        "hour": work.now - timedelta(hours=1),
        "window": work.now - WINDOW,
        "longest": work.now - LONGEST_WAIT,
        "day": work.now - timedelta(days=1),
    }
    counts = {name: int(work.conn.execute(text(question), moments).scalar() or 0) for name, question in CHECKS.items()}
    return {name: many for name, many in counts.items() if many}


_STANDING = text("SELECT what, since, case_id FROM findings FOR UPDATE")
_FOUND = text(
    "INSERT INTO findings (what, since, many) VALUES (:what, :now, :many) "
    "ON CONFLICT (what) DO UPDATE SET many = EXCLUDED.many"
)
_MENDED = text("DELETE FROM findings WHERE what = :what")
_TOLD = text("UPDATE findings SET case_id = :case WHERE what = :what")
_BEAT = text("INSERT INTO heartbeats (name, at) VALUES (:name, :now) ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at")


def audit(work: Work) -> bool:
    """Look, keep what was found, and tell the admin what was found before and still stands; True when all is well."""
    found = look(work)
    standing = {row.what: row for row in work.conn.execute(_STANDING)}
    for what, many in found.items():
        work.conn.execute(_FOUND, {"what": what, "now": work.now, "many": many})
        _log.error("not_done", what=what, many=many)
        before = standing.get(what)
        if before is not None and before.case_id is None and work.now - before.since >= AGAIN:
            detail = f" ({what}: {many})"
            case_id = escalations.open_case(work, Severity.AMBER, REASON, person_id=None, detail=detail)
            work.conn.execute(_TOLD, {"what": what, "case": case_id})
    for what, row in standing.items():
        if what not in found:
            work.conn.execute(_MENDED, {"what": what})
            _log.warning("mended", what=what)
            if row.case_id is not None:
                left = [other for other in found if standing.get(other) and standing[other].case_id == row.case_id]
                escalations.mended(work, row.case_id, REASON, what, last=not left)
    for name in ("audit", "audit_good") if not found else ("audit",):
        work.conn.execute(_BEAT, {"name": name, "now": work.now})
    return not found
