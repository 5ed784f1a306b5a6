"""Two, four and eight workers on one database: nothing twice, nothing lost, and never slower for there being more.

    python -m bench.workers [TEXTS]

Owed texts of fifty groups, claimed, judged, worded, sealed, sent and settled by `workers.jobs.send` in that many real
RQ workers, to a carrier that takes 20 ms and counts. After each round every text was sent exactly once, by the database
and by the carrier. Rounds with each number of workers take turns.
"""

import json
import sys
import time
from datetime import UTC, datetime
from statistics import median

from redis import Redis
from rq import Queue
from sqlalchemy import text

from bench import _people
from bench._tools import Figure, Ground, free_port, get, ground, python, show
from bench.dispatch import exactly_once, owe, unsent
from checkin.bootstrap import open_line
from workers.jobs import send

TEXTS, ROUNDS, CARRIER_MS = 6000, 3, 20
WORKERS = (1, 2, 4, 8)
# Less than this share of what fewer workers did is a fall; the rest is the machine's own unrest.
UNREST = 0.9
_GROUPS = text("UPDATE messages SET queue = CAST(lpad(to_hex(hashtext(CAST(id AS text)) & 63), 32, '0') AS uuid)")


def main(texts: int = TEXTS) -> None:
    """Measure and print."""
    took: dict[int, list[float]] = {many: [] for many in WORKERS}
    with ground() as found:
        for _ in range(ROUNDS):
            for many in WORKERS:
                took[many].append(texts / _seconds(found, texts, many))
    rates = {many: median(each) for many, each in took.items()}
    figures = []
    for fewer, many in zip((0, *WORKERS), WORKERS, strict=False):
        if not fewer:
            figures.append(Figure(f"texts a second, {many} worker", f"{rates[many]:.0f}"))
            continue
        ratio = rates[many] / rates[fewer]
        figures.append(
            Figure(f"texts a second, {many} workers", f"{rates[many]:.0f}", f"{rates[fewer]:.0f} ({fewer})",
                   f"{ratio:.2f}", f">= {UNREST:.2f}", ratio >= UNREST)
        )  # fmt: skip
    show(
        "Workers on one database",
        figures,
        f"Medians of {ROUNDS} rounds of {texts} texts in 64 queues; each was sent once. Two cores send no faster with",
        "eight workers than with two: what counts is that they do not stand in each other's way.",
    )


def _seconds(found: Ground, texts: int, workers: int) -> float:
    """Return how long so many workers take for the texts."""
    port = free_port()
    more = {"TWILIO_API_URL": f"http://127.0.0.1:{port}", "CHECKIN_TEXTS_A_SECOND": "100000"}
    with found.children(**more) as (supervisor, environment), Redis.from_url(environment["REDIS_URL"]) as redis:
        redis.flushdb()
        supervisor.start("carrier", python("bench._carrier", str(port), str(CARRIER_MS)), environment)
        supervisor.wait_for(f"http://127.0.0.1:{port}/count")
        line = open_line(environment)
        with line.store.work(datetime.now(UTC)) as work:
            _people.empty(work)
            people = _people.settle_in(work, texts)
        queue = Queue("normal", connection=redis)
        for number in range(workers):
            simple = ["--worker-class", "rq.worker.SimpleWorker", "--quiet"]
            supervisor.start(f"worker{number}", python("rq.cli", "worker", *simple, "urgent", "normal"), environment)
        # With nothing owed: each imports and connects what it needs, before it counts.
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(8 * workers)])
        supervisor.wait_until(lambda: not len(queue), "runs no job", seconds=120)
        with line.store.work(datetime.now(UTC)) as work:
            owe(work, people)
            work.conn.execute(_GROUPS)
        begun = time.perf_counter()
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(workers)])
        while unsent(line):
            supervisor.check()
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
        exactly_once(line, port, texts)
        assert json.loads(get(port, "/count"))["most"] == 1
        line.store.engine.dispose()
        return seconds


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
