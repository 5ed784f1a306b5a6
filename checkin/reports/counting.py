"""What happened in a week, counted into rows of their own.

A week is counted anew while it can still change: deliveries are told of late, attendance is marked later. One statement
a measure; it reads one week from an index, whatever else there is.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import text

from checkin import areas
from checkin.reports.weeks import moments, monday
from checkin.store.work import Work

Measure = Literal["checkins", "human", "attendance", "delivery", "areas", "outcomes"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

# A week that is over can change for so long; it is looked at once a day.
_SETTLES = timedelta(weeks=2)
_DAILY = timedelta(days=1)

# Each: who, in which group (none: all of theirs), under which code, how often.
_FACTS: Mapping[Measure, str] = {
    # "self" is the member's own word, whatever it was. A late run, a pause, an open question: none of them is one.
    "checkins": """
        SELECT person_id AS who, NULL::uuid AS grp, 1 AS n, CASE WHEN why IS NOT NULL THEN 'left_out'
            WHEN status <> 'settled' THEN status WHEN how = 'away' THEN 'away' WHEN how = 'closed' THEN 'staff'
            WHEN settled_by = person_id THEN 'self' ELSE 'other' END AS code
        FROM check_ins WHERE due_at >= :begins AND due_at < :ends AND (cardinality(ladder) > 0 OR why IS NOT NULL)
    """,
    # How long until somebody first took the case.
    "human": """
        SELECT coalesce(k.person_id, k.phone_id, k.id) AS who, NULL::uuid AS grp, 1 AS n, k.severity || ':' || CASE
            WHEN t.at IS NULL THEN CASE k.status WHEN 'closed' THEN 'itself' ELSE 'nobody' END
            WHEN t.at - k.opened_at < interval '5 minutes' THEN 'm5'
            WHEN t.at - k.opened_at < interval '15 minutes' THEN 'm15'
            WHEN t.at - k.opened_at < interval '1 hour' THEN 'h1'
            WHEN t.at - k.opened_at < interval '4 hours' THEN 'h4'
            WHEN t.at - k.opened_at < interval '1 day' THEN 'd1' ELSE 'later' END AS code
        FROM cases k LEFT JOIN LATERAL (
            SELECT min(e.at) AS at FROM case_events e WHERE e.case_id = k.id AND e.kind = 'taken'
        ) t ON true WHERE k.opened_at >= :begins AND k.opened_at < :ends
    """,
    "attendance": """
        SELECT a.person_id AS who, m.group_id AS grp, 1 AS n, CASE WHEN a.came THEN 'came' ELSE 'did_not' END AS code
        FROM occurrences o JOIN meetings m ON m.id = o.meeting_id JOIN attendances a ON a.occurrence_id = o.id
        WHERE o.starts_at >= :begins AND o.starts_at < :ends
    """,
    "delivery": """
        SELECT person_id AS who, NULL::uuid AS grp, 1 AS n, medium || ':' || CASE
            WHEN status = 'dropped' THEN 'dropped:' || reason
            WHEN status = 'failed' OR carrier_status IN ('failed', 'undelivered')
                THEN 'failed:' || coalesce(carrier_code::text, reason, '')
            WHEN status <> 'sent' THEN 'waiting'
            WHEN medium = 'call' THEN CASE WHEN reached THEN 'reached' ELSE 'not_reached' END
            WHEN carrier_status IN ('delivered', 'read') THEN 'delivered' ELSE 'on_its_way' END AS code
        FROM every_message WHERE at >= :begins AND at < :ends AND direction = 'out'
        UNION ALL SELECT h.person_id, NULL, 1, m.medium || ':held:' || h.why FROM holds h
        JOIN every_message m ON m.id = h.message_id WHERE h.at >= :begins AND h.at < :ends
    """,
    # A miss: the first try was not answered.
    "areas": """
        SELECT c.person_id AS who, NULL::uuid AS grp, 1 AS n, s.what || ':' || {area} AS code
        FROM check_ins c JOIN people p ON p.id = c.person_id JOIN LATERAL (
            SELECT 'asked' AS what UNION ALL SELECT 'missed' WHERE c.rung > 0 AND c.how IS DISTINCT FROM 'away'
        ) s ON true WHERE c.due_at >= :begins AND c.due_at < :ends AND cardinality(c.ladder) > 0
    """,
    "outcomes": """
        SELECT o.person_id AS who, NULL::uuid AS grp, 1 AS n, q.ref || ':' || coalesce(o.value::text, 'none') AS code
        FROM outcome_questions q JOIN outcomes o ON o.question_id = q.id
        WHERE o.asked_at >= :begins AND o.asked_at < :ends
    """,
}
# Who is in two groups counts in both; among everybody, once.
_COUNT = """
    WITH facts AS MATERIALIZED (SELECT who, grp, code, sum(n) AS n FROM ({facts}) f GROUP BY who, grp, code)
    INSERT INTO tallies (week, group_id, measure, code, n, people)
    SELECT :week, '00000000-0000-0000-0000-000000000000'::uuid, :measure, code, sum(n), count(DISTINCT who)
    FROM facts GROUP BY code
    UNION ALL SELECT :week, g.group_id, :measure, f.code, sum(f.n), count(DISTINCT f.who) FROM facts f JOIN LATERAL (
        SELECT f.grp AS group_id WHERE f.grp IS NOT NULL
        UNION ALL SELECT m.group_id FROM memberships m WHERE m.person_id = f.who AND f.grp IS NULL
    ) g ON true GROUP BY g.group_id, f.code
"""
_STATEMENTS = {
    measure: text(_COUNT.replace("{facts}", facts.replace("{area}", areas.OF_A_PERSON)))
    for measure, facts in _FACTS.items()
}

# Whoever counts a week has its row: two clocks never count the same one at once.
_BEGIN = text(
    "INSERT INTO tally_weeks (week, counted_at) VALUES (:week, :now) "
    "ON CONFLICT (week) DO UPDATE SET counted_at = EXCLUDED.counted_at"
)
_FORGET = text("DELETE FROM tallies WHERE week = :week")


def count(work: Work, week: date) -> None:
    """Count one week anew."""
    begins, ends = moments(week, work.settings.zone)
    work.conn.execute(_BEGIN, {"week": week, "now": work.now})
    work.conn.execute(_FORGET, {"week": week})
    for measure, statement in _STATEMENTS.items():
        work.conn.execute(statement, {"week": week, "measure": measure, "begins": begins, "ends": ends})


_FIRST = text(
    "SELECT least((SELECT min(created_at) FROM people), (SELECT at FROM every_message ORDER BY id LIMIT 1), "
    "(SELECT min(due_at) FROM check_ins))"
)
_COUNTED = text("SELECT week, counted_at FROM tally_weeks")


def due(work: Work) -> list[date]:
    """Return the weeks that are to be counted, the newest first."""
    today = work.now.astimezone(work.settings.zone).date()
    week = monday(today)
    first = work.conn.execute(_FIRST).scalar()
    oldest = monday(min(first, work.now).astimezone(work.settings.zone).date()) if first else week
    counted = {row.week: row.counted_at for row in work.conn.execute(_COUNTED)}
    found = []
    while week >= oldest:
        at = counted.get(week)
        changes = at is not None and at < moments(week, work.settings.zone)[1] + _SETTLES
        if at is None or week == monday(today) or (changes and work.now - at >= _DAILY):
            found.append(week)
        week -= timedelta(weeks=1)
    return found


def count_due(work: Work) -> bool:
    """Count the newest week that is to be counted besides the one that is running, which is counted each time; True
    when others are left."""
    weeks = due(work)
    for week in weeks[:2]:
        count(work, week)
    return len(weeks) > 2


def counted_until(work: Work) -> datetime | None:
    """Return when anything was counted last (aware, UTC), or None."""
    found: datetime | None = work.conn.execute(text("SELECT max(counted_at) FROM tally_weeks")).scalar()
    return found
