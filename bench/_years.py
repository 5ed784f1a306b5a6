"""A service with years behind it, straight into the tables: made where they lie, a slice at a time.

Sealed values are real but few: a pool of each is handed out again and again. Messages are spread over the days before
now in the order of their time; those older than the live table holds lie in the partitions of their months, without
words, as the nights would have left them.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from checkin import history, people
from checkin.bootstrap import Line
from checkin.store.work import Work

_SLICE = 250_000
_STARTS = ("jo", "an", "ma", "be", "ca", "da", "el", "fre", "ge", "ha", "li", "mo", "ni", "pe", "ro", "su", "ta", "wi")
_ENDS = ("nathan", "na", "ry", "th", "rol", "vid", "la", "da", "len", "rold", "nda", "lly", "cola", "ter", "san", "lma")
# The most common beginning of a name is eighteen times as common as the rarest.
NAMES = [
    f"{start}{end} {other}".title()
    for rank, start in enumerate(_STARTS)
    for end in _ENDS
    for other in _ENDS[: max(1, len(_ENDS) // (rank + 1))]
]
CASES = 300

_PEOPLE = (
    """
    INSERT INTO groups (id, name, area)
    SELECT ('e' || lpad(to_hex(i), 31, '0'))::uuid, 'Group ' || i, 'Town ' || i % 40
    FROM generate_series(1, :groups) AS i
    """,
    """
    INSERT INTO people (id, ref, name, streams, area)
    SELECT lpad(to_hex(i), 32, '0')::uuid, 'p' || i, n.name, '{checkins,reminders}', 'LS' || 1 + i % 60
    FROM generate_series(1, :people) AS i JOIN names n ON n.place = i % :names
    """,
    """
    INSERT INTO phones (id, number, number_index, line)
    SELECT ('f' || lpad(to_hex(i), 31, '0'))::uuid, :number, sha256(i::text::bytea), 'mobile'
    FROM generate_series(1, :people) AS i
    """,
    """
    INSERT INTO person_phones (person_id, phone_id, rank)
    SELECT lpad(to_hex(i), 32, '0')::uuid, ('f' || lpad(to_hex(i), 31, '0'))::uuid, 1
    FROM generate_series(1, :people) AS i
    """,
    """
    INSERT INTO memberships (person_id, group_id)
    SELECT lpad(to_hex(i), 32, '0')::uuid, ('e' || lpad(to_hex(1 + i % :groups), 31, '0'))::uuid
    FROM generate_series(1, :people) AS i
    """,
    """
    INSERT INTO plans (id, person_id, rule, at, ladder, next_due_at)
    SELECT ('b' || lpad(to_hex(i), 31, '0'))::uuid, lpad(to_hex(i), 32, '0')::uuid, 'FREQ=DAILY', '10:00', '{text}',
        :now + interval '1 day' * (1 + i % 7) FROM generate_series(1, :people) AS i
    """,
    """
    INSERT INTO cases (id, person_id, severity, reason, status, opened_at)
    SELECT ('d' || lpad(to_hex(i), 31, '0'))::uuid, lpad(to_hex(i), 32, '0')::uuid,
        (ARRAY['red', 'amber', 'task'])[1 + i % 3], 'words', 'open', :now - interval '1 minute' * i
    FROM generate_series(1, :cases) AS i
    """,
    """
    INSERT INTO case_events (case_id, at, kind, detail, words)
    SELECT ('d' || lpad(to_hex(1 + i % :cases), 31, '0'))::uuid, :now, 'opened',
        (ARRAY['red', 'amber', 'task'])[1 + (1 + i % :cases) % 3], :told FROM generate_series(1, 8 * :cases) AS i
    """,
)
# Who has the same name as one of the first is filed like them.
_MARKS = """
    INSERT INTO name_marks (mark, person_id) SELECT m.mark, lpad(to_hex(i), 32, '0')::uuid
    FROM generate_series(:names + 1, :people) AS i
    JOIN name_marks m ON m.person_id = lpad(to_hex(1 + (i - 1) % :names), 32, '0')::uuid
"""
# Every third came in. Ids begin with their moment, as ours do.
_MESSAGES = """
    INSERT INTO {table} (id, at, direction, medium, person_id, phone_id, sid, status, body, stream, wording, subject,
        dedupe, due_at, sent_at, carrier_status, carrier_rank, attempt)
    SELECT
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(i), 15, '0'))::uuid,
        at, CASE WHEN came THEN 'in' ELSE 'out' END, 'text', person, phone, 'SM' || lpad(to_hex(i), 32, '0'),
        CASE WHEN came THEN 'received' ELSE 'sent' END,
        CASE WHEN :worded THEN CASE WHEN came THEN CAST(:words AS bytea) ELSE CAST(:asked AS bytea) END END,
        CASE WHEN NOT came THEN 'checkins' END, CASE WHEN NOT came THEN 'checkin.ask' END,
        CASE WHEN NOT came THEN ('c' || lpad(to_hex(i), 31, '0'))::uuid END,
        CASE WHEN NOT came THEN 'checkin/' || i END, CASE WHEN NOT came THEN at END,
        CASE WHEN NOT came THEN at END, CASE WHEN NOT came THEN 'delivered' END, CASE WHEN came THEN -1 ELSE 5 END, 1
    FROM (
        SELECT i, :begins + i * CAST(:step AS interval) AS at, i % 3 = 0 AS came,
            lpad(to_hex(1 + i % :people), 32, '0')::uuid AS person,
            ('f' || lpad(to_hex(1 + i % :people), 31, '0'))::uuid AS phone
        FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
    ) each
"""


# What becomes of what goes out: the check-in that a text asked about, and what the carrier said of it. Both are
# numbered with time, as messages are.
_CHECK_INS = """
    INSERT INTO check_ins (id, person_id, plan_id, due_at, ladder, status, answer, how, settled_at)
    SELECT
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(i), 15, '0'))::uuid,
        person, plan, at, '{text}', 'settled', 'good', 'answer', at + interval '5 minutes'
    FROM (
        SELECT i, :begins + i * CAST(:step AS interval) AS at, lpad(to_hex(1 + i % :people), 32, '0')::uuid AS person,
            ('b' || lpad(to_hex(1 + i % :people), 31, '0'))::uuid AS plan
        FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i WHERE i % 3 = 1
    ) each
"""
_DELIVERIES = """
    INSERT INTO delivery_events (message_id, sid, at, status, sequence)
    SELECT
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(i), 15, '0'))::uuid,
        'SM' || lpad(to_hex(i), 32, '0'), at + interval '1 second' * said.place, said.status, said.place
    FROM (
        SELECT i, :begins + i * CAST(:step AS interval) AS at
        FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i WHERE i % 3 <> 0
    ) each, (VALUES (1, 'sent'), (2, 'delivered')) AS said (place, status)
"""


def fill(line: Line, many: int, messages: int, now: datetime, *, days: int = 365, whole: bool = False) -> None:
    """Store so many people, and so many messages in the `days` before now; the `whole` of it has check-ins and what the
    carrier said of each text as well."""
    begun = time.perf_counter()

    def says(what: str) -> None:
        print(f"  {what} ({time.perf_counter() - begun:.0f} s)", flush=True)

    with line.store.work(now) as work:
        values = _pools(work) | {"people": many, "groups": max(1, many // 200), "cases": min(CASES, many), "now": now}
        _take_time(work)
        for statement in _PEOPLE:
            work.conn.execute(text(statement), values)
        named = {UUID(int=i): NAMES[i % len(NAMES)] for i in range(1, min(many, len(NAMES)) + 1)}
        people.file_names(work, named)
        work.conn.execute(text(_MARKS), values)
    says(f"{many:,} people")
    begins, step = now - timedelta(days=days), timedelta(days=days) / messages
    past = int((now - line.store.settings.history_after - begins) / step) if days > 90 else 0
    with line.store.work(now) as work:
        _months(work, begins, now)
    more = {"begins": begins, "step": step, "people": many}
    words = {"words": values["words"], "asked": values["asked"]}
    for table, first, last in (("past_messages", 1, past), ("messages", past + 1, messages)):
        for begin in range(first, last + 1, _SLICE):
            end = min(begin + _SLICE - 1, last)
            part = more | {"first": begin, "last": end}
            with line.store.work(now) as work:
                _take_time(work)
                worded = words | {"worded": table == "messages"}
                work.conn.execute(text(_MESSAGES.format(table=table)), part | worded)
                for statement in (_CHECK_INS, _DELIVERIES) if whole else ():
                    work.conn.execute(text(statement), part)
            says(f"{end:,} of {messages:,} messages")
    with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    says("looked over by VACUUM ANALYZE")


def _take_time(work: Work) -> None:
    """A load is no question that somebody waits for."""
    work.conn.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _pools(work: Work) -> dict[str, object]:
    """Make what is sealed: names in a temporary table, a number, and what was said."""
    work.conn.exec_driver_sql("CREATE TEMP TABLE names (place int, name bytea) ON COMMIT DROP")
    names = [{"i": i, "name": work.vault.seal(name, "people.name")} for i, name in enumerate(NAMES)]
    work.conn.execute(text("INSERT INTO names VALUES (:i, :name)"), names)
    return {
        "names": len(NAMES),
        "number": work.vault.seal("+447700900123", "phones.number"),
        "words": work.vault.seal("not so good today but I went for a walk", "messages.body"),
        "told": work.vault.seal("not so good today but I went for a walk", "case_events.words"),
        "asked": work.vault.seal("How are you today? Reply 1 good, 2 so-so, 3 not good.", "messages.body"),
    }


def _months(work: Work, begins: datetime, now: datetime) -> None:
    month = begins
    while month < now:
        history.make_partitions(work, month.astimezone(UTC))
        month += timedelta(days=28)


def timed(does: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    begun = time.perf_counter()
    does()
    return time.perf_counter() - begun


def sizes(connection: Connection) -> Mapping[str, tuple[int, int, int]]:
    """Return rows, bytes of the table and bytes of its indexes of each table that fills, the past's months as one."""
    rows = connection.execute(
        text(
            "SELECT CASE WHEN relname LIKE 'past_messages_%' THEN 'past_messages' ELSE relname END AS name, "
            "sum(reltuples)::bigint AS rows, sum(pg_table_size(oid))::bigint AS own, "
            "sum(pg_indexes_size(oid))::bigint AS indexes FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1 "
            "HAVING sum(pg_total_relation_size(oid)) > 10000000 ORDER BY sum(pg_total_relation_size(oid)) DESC"
        )
    )
    return {row.name: (row.rows, row.own, row.indexes) for row in rows}
