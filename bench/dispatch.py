"""Texts a second from the outbox through RQ to a carrier, against RQ itself.

The line: owed rows, claimed, judged by the gate, worded, sealed, sent through Twilio's SDK and settled, by
`workers.jobs.send` in real RQ workers. The yardstick: one RQ worker that runs one job that does nothing for each
message. The carrier (`_carrier.py`) answers at once, or after 150 ms with the line held to 100 texts a second.
Afterwards the database and the carrier must agree that each message went out exactly once.
"""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from redis import Redis
from rq import Queue

from bench import _jobs, _people
from bench._tools import Figure, Ground, free_port, get, ground, python, show
from checkin.bootstrap import Line, open_line
from checkin.conversation.effects import Stream
from checkin.demo.supervisor import Supervisor
from checkin.store.ids import new_id
from checkin.store.models import Message
from checkin.store.work import Work
from workers.jobs import send

NOTHINGS, AT_ONCE, PACED, PACE = 1500, 4000, 1500, 100


def main() -> None:
    """Measure and print."""
    with ground() as found:
        raw = [_raw_rq(found)]
        one = _send(found, AT_ONCE, workers=1, milliseconds=0, pace=100_000)
        raw.append(_raw_rq(found))
        two = _send(found, AT_ONCE, workers=2, milliseconds=0, pace=100_000)
        raw.append(_raw_rq(found))
        paced = _send(found, PACED, workers=1, milliseconds=150, pace=PACE)
    rq = sorted(raw)[1]
    show(
        "Owed texts through RQ to a carrier",
        [
            Figure("texts a second, 1 worker", f"{one:.0f}", f"{rq:.0f}", f"{one / rq:.2f}", ">= 3.00", one >= 3 * rq),
            Figure("texts a second, 2 workers", f"{two:.0f}", f"{rq:.0f}", f"{two / rq:.2f}"),
            Figure(f"carrier takes 150 ms, {PACE} a second allowed", f"{paced:.1f}", f"{PACE}", f"{paced / PACE:.2f}",
                   ">= 0.90", paced >= 0.9 * PACE),
        ],
        "Ceiling: one job that does nothing a message, one SimpleWorker, median of three runs spread over this one; "
        f"{', '.join(f'{r:.0f}' for r in raw)} a second.",
        f"{AT_ONCE} texts at once, {PACED} paced; each was sent exactly once, by the database and by the carrier.",
    )  # fmt: skip


def _raw_rq(found: Ground) -> float:
    """Return how many jobs that do nothing one SimpleWorker runs a second."""
    with found.children() as (supervisor, environment), Redis.from_url(environment["REDIS_URL"]) as redis:
        redis.flushdb()
        queue = Queue("normal", connection=redis)
        _start_worker(supervisor, environment, "worker")
        queue.enqueue_many([Queue.prepare_data(_jobs.nothing, result_ttl=0) for _ in range(NOTHINGS)])
        while (waiting := len(queue)) > NOTHINGS * 0.9:
            time.sleep(0.002)
        begun = time.perf_counter()
        while len(queue):
            supervisor.check()
            time.sleep(0.01)
        return waiting / (time.perf_counter() - begun)


def _start_worker(supervisor: Supervisor, environment: dict[str, str], name: str) -> None:
    """Start a worker as the Procfile does."""
    simple = ["--worker-class", "rq.worker.SimpleWorker", "--quiet"]
    supervisor.start(name, python("rq.cli", "worker", *simple, "urgent", "normal", "bulk"), environment)


def _send(found: Ground, many: int, *, workers: int, milliseconds: int, pace: int) -> float:
    """Return how many of `many` owed texts go out a second."""
    port = free_port()
    more = {"TWILIO_API_URL": f"http://127.0.0.1:{port}", "CHECKIN_TEXTS_A_SECOND": str(pace)}
    with found.children(**more) as (supervisor, environment), Redis.from_url(environment["REDIS_URL"]) as redis:
        redis.flushdb()
        supervisor.start("carrier", python("bench._carrier", str(port), str(milliseconds)), environment)
        supervisor.wait_for(f"http://127.0.0.1:{port}/count")
        line = open_line(environment)
        with line.store.work(datetime.now(UTC)) as work:
            _people.empty(work)
            people = _people.settle_in(work, many)
        queue = Queue("normal", connection=redis)
        for number in range(workers):
            _start_worker(supervisor, environment, f"worker{number}")
        # With nothing owed: it imports and connects what it needs, before it counts.
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(8 * workers)])
        supervisor.wait_until(lambda: not len(queue), "runs no job")
        with line.store.work(datetime.now(UTC)) as work:
            owe(work, people)
        begun = time.perf_counter()
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(workers)])
        while unsent(line):
            supervisor.check()
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
        exactly_once(line, port, many)
        line.store.engine.dispose()
        return many / seconds


def owe(work: Work, people: Sequence[_people.Somebody]) -> None:
    """Owe everybody their check-in, as `outbox.owe` would."""
    work.add_all(
        Message,
        [
            {
                "id": new_id(),
                "at": work.now,
                "direction": "out",
                "medium": "text",
                "person_id": p.id,
                "status": "owed",
                "class": 1,
                "stream": Stream.CHECKINS.value,
                "wording": "checkin.ask",
                "arguments": work.vault.seal_json({"name": "Sam"}, "messages.arguments"),
                "dedupe": f"bench:{p.id}",
                "due_at": work.now,
            }
            for p in people
        ],
    )


def unsent(line: Line) -> bool:
    """Tell whether something is owed, or in somebody's hands."""
    with line.store.engine.connect() as connection:
        return bool(
            connection.exec_driver_sql(
                "SELECT EXISTS(SELECT FROM messages WHERE status = 'owed')"
                " OR EXISTS(SELECT FROM messages WHERE status = 'leased')"
            ).scalar_one()
        )


def exactly_once(line: Line, port: int, many: int) -> None:
    """Fail unless database and carrier agree that each of so many texts went out once."""
    with line.store.engine.connect() as connection:
        sent = connection.exec_driver_sql(
            "SELECT count(*), count(DISTINCT sid) FROM messages WHERE status = 'sent' AND attempt = 1"
        ).one()
    assert tuple(sent) == (many, many), f"{many} texts were owed; sent, and different at the carrier: {sent}"
    count = json.loads(get(port, "/count"))
    assert count == {"taken": many, "messages": many, "most": 1}, f"{many} texts were owed, the carrier took {count}"


if __name__ == "__main__":
    main()
