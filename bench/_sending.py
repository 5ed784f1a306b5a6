"""Sending what is owed by real workers to a carrier that counts: for `bench/dispatch.py` and `bench/workers.py`."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from redis import Redis
from rq import Queue
from sqlalchemy import text

from bench import _people
from bench._tools import Ground, free_port, get, python
from checkin.bootstrap import Line, open_line
from checkin.conversation.effects import Stream
from checkin.demo.supervisor import Supervisor
from checkin.store.ids import new_id
from checkin.store.models import Message
from checkin.store.work import Work
from workers.jobs import send

_GROUPS = text("UPDATE messages SET queue = CAST(lpad(to_hex(hashtext(CAST(id AS text)) & 63), 32, '0') AS uuid)")


def rate(
    found: Ground, many: int, *, workers: int, milliseconds: int, pace: int = 100_000, in_groups: bool = False
) -> float:
    """Return how many of `many` owed texts go out a second, at most `pace` of them, to a carrier that takes so many
    `milliseconds`; all in one queue, or in those of 64 groups. Each goes out once, or it fails."""
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
            start_worker(supervisor, environment, f"worker{number}")
        # With nothing owed: it imports and connects what it needs, before it counts.
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(8 * workers)])
        supervisor.wait_until(lambda: not len(queue), "runs no job", seconds=120)
        with line.store.work(datetime.now(UTC)) as work:
            _owe(work, people)
            if in_groups:
                work.conn.execute(_GROUPS)
        begun = time.perf_counter()
        queue.enqueue_many([Queue.prepare_data(send, args=("normal",), result_ttl=0) for _ in range(workers)])
        while _unsent(line):
            supervisor.check()
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
        _exactly_once(line, port, many)
        line.store.engine.dispose()
        return many / seconds


def start_worker(supervisor: Supervisor, environment: dict[str, str], name: str) -> None:
    """Start a worker as the Procfile does."""
    simple = ["--worker-class", "workers.starting.Worker", "--quiet"]
    supervisor.start(name, python("rq.cli", "worker", *simple, "urgent", "normal", "bulk"), environment)


def _owe(work: Work, people: Sequence[_people.Somebody]) -> None:
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


def _unsent(line: Line) -> bool:
    """Tell whether something is owed, or in somebody's hands."""
    with line.store.engine.connect() as connection:
        return bool(
            connection.exec_driver_sql(
                "SELECT EXISTS(SELECT FROM messages WHERE status = 'owed')"
                " OR EXISTS(SELECT FROM messages WHERE status = 'leased')"
            ).scalar_one()
        )


def _exactly_once(line: Line, port: int, many: int) -> None:
    """Fail unless database and carrier agree that each of so many texts went out once."""
    with line.store.engine.connect() as connection:
        sent = connection.exec_driver_sql(
            "SELECT count(*), count(DISTINCT sid) FROM messages WHERE status = 'sent' AND attempt = 1"
        ).one()
    assert tuple(sent) == (many, many), f"{many} texts were owed; sent, and different at the carrier: {sent}"
    count = json.loads(get(port, "/count"))
    assert count == {"taken": many, "messages": many, "most": 1}, f"{many} texts were owed, the carrier took {count}"
