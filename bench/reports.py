"""Reports of a year with a hundred thousand people and five million messages: read, drawn, and counted.

    python -m bench.reports [PEOPLE] [MESSAGES]

What staff wait for is the page: its figures read from the weekly counts, and a plot drawn. What the clock does beside
it, counting one week anew, is shown for whoever sizes a machine.
"""

import sys
import time
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from bench._tools import Figure, ground, percentile, show
from checkin import reports
from checkin.bootstrap import Line, open_line
from checkin.reports import Period, counting, weeks
from checkin.store.work import Work
from console import plots

PEOPLE, MESSAGES, SECONDS = 100_000, 5_000_000, 2.0
_GROUPS, _WEEKS, _ROUNDS = 500, 52, 7

# Messages and check-ins are spread over a year in the order of their time, as a line would have written them.
_FILL = (
    """
    INSERT INTO groups (id, name, area)
    SELECT ('e' || lpad(to_hex(i), 31, '0'))::uuid, 'Group ' || i, 'Town ' || i % 40
    FROM generate_series(1, :groups) AS i
    """,
    """
    INSERT INTO people (id, name, streams, area)
    SELECT lpad(to_hex(i), 32, '0')::uuid, :name, '{checkins}', 'LS' || 1 + i % 60
    FROM generate_series(1, :people) AS i
    """,
    """
    INSERT INTO memberships (person_id, group_id)
    SELECT lpad(to_hex(i), 32, '0')::uuid, ('e' || lpad(to_hex(1 + i % :groups), 31, '0'))::uuid
    FROM generate_series(1, :people) AS i
    """,
    """
    INSERT INTO messages
        (id, at, direction, medium, person_id, status, body, carrier_status, carrier_code, sent_at)
    SELECT ('a' || lpad(to_hex(i), 31, '0'))::uuid, :begins + i * (interval '364 days' / :messages), 'out', 'text',
        lpad(to_hex(1 + i % :people), 32, '0')::uuid, 'sent', :body,
        CASE WHEN i % 20 = 0 THEN 'undelivered' ELSE 'delivered' END,
        CASE WHEN i % 20 = 0 THEN 30003 + i % 3 END, :begins
    FROM generate_series(1, :messages) AS i
    """,
    """
    INSERT INTO check_ins (id, person_id, due_at, ladder, rung, status, how, settled_at, settled_by)
    SELECT ('c' || lpad(to_hex(i), 31, '0'))::uuid, lpad(to_hex(1 + i % :people), 32, '0')::uuid,
        :begins + i * (interval '364 days' / (:messages / 2)), '{text}', CASE WHEN i % 7 = 0 THEN 1 ELSE 0 END,
        'settled', 'ok', :begins, lpad(to_hex(1 + i % :people), 32, '0')::uuid
    FROM generate_series(1, :messages / 2) AS i
    """,
)


def main(people: int = PEOPLE, messages: int = MESSAGES) -> None:
    """Measure and print."""
    with ground(durable=False) as found:
        line = open_line(found.environment)
        last = weeks.monday(datetime.now(UTC).date()) - timedelta(weeks=1)
        period = Period(last - timedelta(weeks=_WEEKS - 1), last)
        with line.store.work(datetime.now(UTC)) as work:
            _fill(work, people, messages, period.first)
        with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        counted = [_count(line, week) for week in period.weeks]
        read = [_read(line, period) for _ in range(_ROUNDS)]
        line.store.engine.dispose()
    slowest = max(read)
    show(
        f"Reports of {_WEEKS} weeks, {people:,} people, {messages:,} messages",
        [
            Figure("seconds for all figures and a plot of each, the slowest", f"{slowest:.2f}", f"{SECONDS:.0f}",
                   f"{slowest / SECONDS:.2f}", "<= 1.00", slowest <= SECONDS),
            Figure("seconds to count one week anew (p95)", f"{percentile(counted, 95):.2f}"),
            Figure("seconds to count the whole year", f"{sum(counted):.0f}"),
        ],
        "The page draws no plot itself: each is a picture that the browser asks for. All of them are counted in here.",
    )  # fmt: skip


def _fill(work: Work, people: int, messages: int, first: date) -> None:
    values = {
        "people": people,
        "messages": messages,
        "groups": _GROUPS,
        "begins": weeks.moments(first, work.settings.zone)[0],
        "name": work.vault.seal("Sam", "people.name"),
        "body": work.vault.seal("How are you today? Reply 1 good, 2 so-so, 3 not good.", "messages.body"),
    }
    for statement in _FILL:
        work.conn.execute(text(statement), values)


def _count(line: Line, week: date) -> float:
    begun = time.perf_counter()
    with line.store.work(datetime.now(UTC)) as work:
        counting.count(work, week)
    return time.perf_counter() - begun


def _read(line: Line, period: Period) -> float:
    begun = time.perf_counter()
    with line.store.work(datetime.now(UTC)) as work:
        group = reports.groups(work)[0][0]
        figures = [*reports.figures(work, period), *reports.figures(work, period, group)]
    for figure in figures:
        assert figure.rows or figure.name in {"delivery", "areas"}, figure.name
        plots.svg(figure)
    assert figures[0].rows[0].cells[0].number, "the first week's check-ins were not counted"
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
