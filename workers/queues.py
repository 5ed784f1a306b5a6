"""The queues, the most urgent first, and how a door asks for a job.

`clock` holds the ticks and nothing else: RQ expires a tick that nobody ran but keeps its id in the queue, and a page
must not wait until a day's worth of those has been cleared away.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.registry import FailedJobRegistry

from checkin import logs
from checkin.store.ids import new_id

ALL = URGENT, CLOCK, NORMAL, BULK = "urgent", "clock", "normal", "bulk"
# A job that has waited this long is not run: a fresh tick has asked for the same by then, and nothing piles up while
# no worker runs.
JOB_TTL = 60

_AWAY_SECONDS = 5.0

_log = logs.get("queues")


@cache
def connection(url: str) -> Redis:
    """Return this process's connection to Redis. Without Redis an attempt fails within a second, and no door waits."""
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, retry=Retry(NoBackoff(), 0))


class Bell:
    """The doors' way of asking for a job (see `checkin.bootstrap.Bell`)."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._away_until = 0.0

    def ring(self, job: str) -> None:
        """Ask for an urgent job. While Redis is away only one answer in a few seconds waits to find that out."""
        if time.monotonic() >= self._away_until and not ask(self._url, URGENT, job):
            self._away_until = time.monotonic() + _AWAY_SECONDS

    def answers(self) -> bool:
        """Tell whether Redis can be reached."""
        try:
            return bool(connection(self._url).ping())
        except RedisError:
            return False

    def backlog(self) -> Mapping[str, tuple[int, float, int]] | None:
        """Return of every queue how many jobs wait, since how many seconds, and how many failed; None without Redis."""
        try:
            return {name: _backlog(Queue(name, connection=connection(self._url))) for name in ALL}
        except RedisError:
            return None


def _backlog(queue: Queue) -> tuple[int, float, int]:
    ids = queue.get_job_ids(0, 1)
    oldest = queue.fetch_job(ids[0]) if ids else None
    waits = (datetime.now(UTC) - oldest.enqueued_at).total_seconds() if oldest and oldest.enqueued_at else 0.0
    return queue.count, max(0.0, waits), FailedJobRegistry(queue=queue).count


# So many jobs of one kind may wait: each that finds something to do asks for the next, and ticks ask as well.
_WAITING = 4


def go_on(redis_url: str, queue: str, job: str, *arguments: str) -> bool:
    """Ask for a job as `ask` does, unless enough of the same wait already to do all that there is to be done."""
    name = "-".join((job, *arguments))
    try:
        waiting = sum(id_.startswith(f"{name}--") for id_ in Queue(queue, connection=connection(redis_url)).job_ids)
    except RedisError as error:
        _log.warning("redis_away", job=job, kind=type(error).__name__)
        return False
    return waiting >= _WAITING or ask(redis_url, queue, job, *arguments, job_id=f"{name}--{new_id()}")


def ask(redis_url: str, queue: str, job: str, *arguments: str, job_id: str | None = None) -> bool:
    """Ask for a job now. False when Redis is away: the next tick does the same work from the database."""
    try:
        Queue(queue, connection=connection(redis_url)).enqueue(
            f"workers.jobs.{job}",
            *arguments,
            ttl=JOB_TTL,
            result_ttl=0,
            failure_ttl=86400,
            job_timeout=120,
            job_id=job_id,
        )
    except RedisError as error:
        _log.warning("redis_away", job=job, kind=type(error).__name__)
        return False
    return True
