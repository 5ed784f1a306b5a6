"""Texts a second from the outbox through RQ to a carrier, against RQ itself.

The line: owed rows, claimed, judged by the gate, worded, sealed, sent through Twilio's SDK and settled, by
`workers.jobs.send` in real RQ workers. The yardstick: one RQ worker that runs one job that does nothing for each
message. The carrier (`_carrier.py`) answers at once, or after 150 ms with the line held to 100 texts a second.
Afterwards the database and the carrier must agree that each message went out exactly once.
"""

import time

from redis import Redis
from rq import Queue

from bench import _jobs
from bench._sending import rate, start_worker
from bench._tools import Figure, Ground, ground, show

NOTHINGS, AT_ONCE, PACED, PACE = 1500, 4000, 1500, 100


def main() -> None:
    """Measure and print."""
    with ground() as found:
        raw = [_raw_rq(found)]
        one = rate(found, AT_ONCE, workers=1, milliseconds=0)
        raw.append(_raw_rq(found))
        two = rate(found, AT_ONCE, workers=2, milliseconds=0)
        raw.append(_raw_rq(found))
        paced = rate(found, PACED, workers=1, milliseconds=150, pace=PACE)
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
        start_worker(supervisor, environment, "worker")
        queue.enqueue_many([Queue.prepare_data(_jobs.nothing, result_ttl=0) for _ in range(NOTHINGS)])
        while (waiting := len(queue)) > NOTHINGS * 0.9:
            time.sleep(0.002)
        begun = time.perf_counter()
        while len(queue):
            supervisor.check()
            time.sleep(0.01)
        return waiting / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
