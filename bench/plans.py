"""A hundred thousand check-ins due at the same moment, opened by two workers.

    python -m bench.plans [PEOPLE]

`due.ask_plans`, as ticks run it, in two processes on one database: each due plan is claimed, moved on, and its question
owed, with everything that belongs to it. Afterwards each person has one open check-in, one owed text and one timer.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

from sqlalchemy import text

from bench._tools import NUMBER, ROOT, Figure, ground, python, show
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
    # Filed by name, as whoever is enrolled is: that is not what is measured.
    "INSERT INTO name_marks (mark, person_id) SELECT CAST('Sam' AS bytea), id FROM everybody",
    # All have one number: what counts is that each has a row of their own.
    """
    INSERT INTO phones (id, number, number_index, line)
    SELECT id, :number, CAST(CAST(id AS text) AS bytea), 'mobile' FROM everybody
    """,
    "INSERT INTO person_phones (person_id, phone_id, rank) SELECT id, id, 1 FROM everybody",
    """
    INSERT INTO plans (id, person_id, rule, at, ladder, next_due_at)
    SELECT id, id, 'FREQ=DAILY', '10:00', '{text,call,buddy,facilitator,contacts,staff}', :due FROM everybody
    """,
)


def main(people: int = PEOPLE) -> None:
    """Measure and print."""
    with ground() as found:
        line = open_line(found.environment)
        now = datetime.now(UTC)
        with line.store.work(now) as work:
            fill(work, people)
        with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        begun = time.perf_counter()
        workers = [
            subprocess.Popen(python("bench.plans", "--work", now.isoformat()), cwd=ROOT, env=found.environment)
            for _ in range(WORKERS)
        ]
        for worker in workers:
            assert worker.wait(timeout=900) == 0
        seconds = time.perf_counter() - begun
        with line.store.work(now) as work:
            owes_everybody_one(work, people, "owed")
        line.store.engine.dispose()
    target = SECONDS * people / PEOPLE
    show(
        "Check-ins due at one moment",
        [
            Figure(f"seconds for {people:,}, {WORKERS} workers", f"{seconds:.1f}", f"{target:.0f}",
                   f"{seconds / target:.2f}", "<= 1.00", seconds <= target),
            Figure("plans a second", f"{people / seconds:.0f}"),
        ],
        "Starting the workers is counted in. Each plan was opened once.",
    )  # fmt: skip


def fill(work: Work, people: int) -> None:
    """Store people with a mobile each, and a plan that is due now."""
    values = {"people": people, "name": work.vault.seal("Sam", "people.name"), "due": work.now}
    sealed = {"number": work.vault.seal(NUMBER, "phones.number")}
    for statement in _FILL:
        work.conn.execute(text(statement), values | sealed)


def owes_everybody_one(work: Work, people: int, status: str) -> None:
    """Fail unless each of them has one open check-in, one question that is `status`, and one timer."""
    for what in (
        "check_ins WHERE status = 'open'",
        f"messages WHERE status = '{status}' AND wording = 'checkin.ask'",
        "timers WHERE kind = 'silence' AND person_id IN (SELECT person_id FROM check_ins)",
    ):
        found = work.rows(f"SELECT count(DISTINCT person_id), count(*) FROM {what}", {})  # noqa: S608  # written above
        assert found == [(people, people)], f"{what}: {found}"


def _worker(now: datetime) -> None:
    store = open_line(os.environ).store
    while due.ask_plans(store, now, most=_MOST):
        pass


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        _worker(datetime.fromisoformat(sys.argv[2]))
    else:
        main(*(int(argument) for argument in sys.argv[1:2]))
