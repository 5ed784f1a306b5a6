"""Nine in the morning: a hundred thousand check-ins come due at one moment, and danger is heard meanwhile.

    python -m bench.bulk [PEOPLE] [TEXTS A SECOND]

Everything as it runs: the clock, four workers with their queues (most of their time is waiting), a carrier that takes
150 ms (`_carrier.py`) and counts. Each person's plan is due when the clock starts; once a second somebody is in
danger and their page is owed, as a text of theirs would have it. Measured: how long until every plan was opened; how
fast the texts reach the carrier, from the first to the last, against the rate that was set; and how late pages leave.
At the end each person was asked exactly once, by the database and by the carrier.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from redis import Redis
from rq import Queue

from bench import _people
from bench._tools import Figure, free_port, get, ground, percentile, python, show
from bench.plans import fill, owes_everybody_one
from checkin import escalations
from checkin.bootstrap import Line, open_line
from checkin.conversation.effects import Severity
from checkin.demo.supervisor import Supervisor
from workers import queues
from workers.jobs import send

PEOPLE, A_SECOND, WORKERS, CARRIER_MS = 100_000, 400, 4, 150
PLANNED, SHARE, PROMISED = 60.0, 0.95, 2.0
# As in the Procfile.
_WORKER = ("--worker-class", "workers.starting.Worker", "--quiet", "urgent", "clock", "normal", "bulk")
_OPEN = "SELECT count(*) FROM plans WHERE next_due_at <= now()"
_LEFT = (
    # Calls to those on call wait here: the carrier never tells that the first has ended.
    "SELECT EXISTS (SELECT FROM messages WHERE status = 'owed' AND class = 1) "
    "OR EXISTS (SELECT FROM messages WHERE status = 'leased' AND class = 1)"
)


@dataclass
class Morning:
    """What was seen: when all was planned, and when each page was owed; in seconds since 1970."""

    begun: float = 0.0
    planned: float = 0.0
    pages: dict[str, float] = field(default_factory=dict)


def main(people: int = PEOPLE, a_second: int = A_SECOND) -> None:
    """Measure and print."""
    port = free_port()
    more = {
        "TWILIO_API_URL": f"http://127.0.0.1:{port}",
        "CHECKIN_TEXTS_A_SECOND": str(a_second),
        # Somebody new is in danger every second here, and everybody on call is paged about each.
        "CHECKIN_URGENT_TEXTS_A_SECOND": "100",
    }
    with ground() as found, found.children(**more) as (supervisor, environment):
        with Redis.from_url(environment["REDIS_URL"]) as redis:
            redis.flushdb()
        line = open_line(environment)
        with line.store.work(datetime.now(UTC)) as work:
            members = _people.settle_in(work, 1000)
            work.conn.exec_driver_sql("UPDATE plans SET next_due_at = NULL")
            fill(work, people)
        with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        supervisor.start("carrier", python("bench._carrier", str(port), str(CARRIER_MS)), environment)
        supervisor.wait_for(f"http://127.0.0.1:{port}/count")
        for number in range(WORKERS):
            supervisor.start(f"worker{number}", python("rq.cli", "worker", *_WORKER), environment)
        _warm_up(supervisor, environment["REDIS_URL"])
        supervisor.start("clock", python("rq.cli", "cron", "workers.schedule"), environment)
        seen = _live_through(line, supervisor, environment["REDIS_URL"], members)
        came = json.loads(get(port, "/came"))
        count = json.loads(get(port, "/count"))
        with line.store.work(datetime.now(UTC)) as work:
            owes_everybody_one(work, people, "sent")
        line.store.engine.dispose()
    assert count["most"] == 1, f"the carrier took something more than once: {count}"
    _report(people, a_second, seen, came, _handed(came, seen))


def _warm_up(supervisor: Supervisor, redis_url: str) -> None:
    """Let each worker import and connect what it needs, before anything counts; plans wait for the clock."""
    with Redis.from_url(redis_url) as redis:
        queue = Queue("normal", connection=redis)
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(8 * WORKERS)])
        supervisor.wait_until(lambda: not len(queue), "runs no job", seconds=120)


def _live_through(line: Line, supervisor: Supervisor, redis_url: str, members: Sequence[_people.Somebody]) -> Morning:
    """Have somebody be in danger every second until everything has gone out."""
    seen, someone = Morning(begun=time.time()), iter(members)
    while True:
        supervisor.check()
        _danger(line, redis_url, next(someone), seen)
        time.sleep(1)
        with line.store.engine.connect() as connection:
            if not seen.planned and not connection.exec_driver_sql(_OPEN).scalar_one():
                seen.planned = time.time()
            if seen.planned and not connection.exec_driver_sql(_LEFT).scalar_one():
                return seen


def _danger(line: Line, redis_url: str, somebody: _people.Somebody, seen: Morning) -> None:
    with line.store.work(datetime.now(UTC)) as work:
        escalations.open_case(work, Severity.RED, "words", person_id=somebody.id)
    owed = time.time()
    queues.ask(redis_url, queues.URGENT, "fire")
    with line.store.engine.connect() as connection:
        pages = connection.exec_driver_sql(
            "SELECT m.id FROM messages m JOIN cases k ON k.id = m.subject WHERE k.person_id = %s AND m.medium = 'text'",
            (somebody.id,),
        ).scalars()
        seen.pages |= {str(page): owed for page in pages}


def _handed(came: dict[str, float], seen: Morning) -> list[float]:
    return sorted(at for message, at in came.items() if message not in seen.pages)


def _report(people: int, a_second: int, seen: Morning, came: dict[str, float], handed: list[float]) -> None:
    planned = seen.planned - seen.begun
    # A tick may be five seconds off: the pace is kept from the first text on.
    rate = (len(handed) - 1) / (handed[-1] - handed[0])
    late = [came[page] - owed for page, owed in seen.pages.items() if page in came]
    assert len(late) == len(seen.pages), f"{len(seen.pages) - len(late)} pages never reached the carrier"
    worst = percentile(late, 99)
    show(
        f"{people:,} check-ins due at one moment, {WORKERS} workers",
        [
            Figure("seconds until all are planned, while texts go out", f"{planned:.1f}", f"{PLANNED:.0f}",
                   f"{planned / PLANNED:.2f}", "<= 1.00", planned <= PLANNED),
            Figure("texts a second at the carrier", f"{rate:.1f}", f"{a_second}", f"{rate / a_second:.2f}",
                   f">= {SHARE:.2f}", rate >= SHARE * a_second),
            Figure("pages, p50, seconds", f"{median(late):.2f}"),
            Figure("pages, p99, seconds", f"{worst:.2f}", f"{PROMISED:.0f}", f"{worst / PROMISED:.2f}", "<= 1.00",
                   worst <= PROMISED),
        ],
        f"{len(late)} pages in {seen.planned and handed[-1] - seen.begun:.0f} seconds; each person was asked once.",
    )  # fmt: skip


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
