"""A hundred thousand check-ins due at the same moment, opened by two workers.

`due.ask_plans`, as ticks run it, in two processes on one database: each due plan is claimed, moved on, and its question
owed, with everything that belongs to it. Afterwards each person has one open check-in, one owed text and one timer.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

from sqlalchemy import text

from bench._tools import ROOT, Figure, ground, python, show
from checkin.bootstrap import open_line
from checkin.conversations import due
from checkin.store.work import Work

PEOPLE, WORKERS, SECONDS = 100_000, 2, 60
_MOST = 1000

_FILL = (
    """
    CREATE TEMP TABLE everybody ON COMMIT DROP AS SELECT lpad(to_hex(i), 32, '0')::uuid AS id
    FROM generate_series(1, :people) AS i
    """,
    "INSERT INTO people (id, name, streams) SELECT id, :name, '{checkins,buddy}' FROM everybody",
    """
    INSERT INTO plans (id, person_id, rule, at, ladder, next_due_at)
    SELECT id, id, 'FREQ=DAILY', '10:00', '{text,call,buddy,facilitator,contacts,staff}', :due FROM everybody
    """,
)


def main() -> None:
    """Measure and print."""
    with ground() as found:
        line = open_line(found.environment)
        now = datetime.now(UTC)
        with line.store.work(now) as work:
            _fill(work)
        with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        begun = time.perf_counter()
        workers = [
            subprocess.Popen(python("bench.plans", now.isoformat()), cwd=ROOT, env=found.environment)
            for _ in range(WORKERS)
        ]
        for worker in workers:
            assert worker.wait(timeout=900) == 0
        seconds = time.perf_counter() - begun
        with line.store.work(now) as work:
            _everybody_is_asked_once(work)
        line.store.engine.dispose()
    show(
        "Check-ins due at one moment",
        [
            Figure(f"seconds for {PEOPLE:,}, {WORKERS} workers", f"{seconds:.1f}", f"{SECONDS}",
                   f"{seconds / SECONDS:.2f}", "<= 1.00", seconds <= SECONDS),
            Figure("plans a second", f"{PEOPLE / seconds:.0f}"),
        ],
        "Starting the workers is counted in. Each plan was opened once.",
    )  # fmt: skip


def _fill(work: Work) -> None:
    values = {"people": PEOPLE, "name": work.vault.seal("Sam", "people.name"), "due": work.now}
    for statement in _FILL:
        work.conn.execute(text(statement), values)


def _everybody_is_asked_once(work: Work) -> None:
    for what in (
        "check_ins WHERE status = 'open'",
        "messages WHERE status = 'owed' AND wording = 'checkin.ask'",
        "timers WHERE kind = 'silence'",
    ):
        found = work.rows(f"SELECT count(DISTINCT person_id), count(*) FROM {what}", {})  # noqa: S608  # written above
        assert found == [(PEOPLE, PEOPLE)], f"{what}: {found}"


def _worker(now: datetime) -> None:
    store = open_line(os.environ).store
    while due.ask_plans(store, now, most=_MOST):
        pass


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _worker(datetime.fromisoformat(sys.argv[1]))
    else:
        main()
