"""Redis and the workers, asked in their own language: the one room of the line that knows them, because what is asked
here is how they are, and nothing is ever put in."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry
from rq import Queue, Worker

from checkin.doctor.found import Found, Patient, problem, warning

_QUEUES = ("urgent", "clock", "normal", "bulk")
# Ticks come every five seconds and expire after ten; of the others a page is sent within a second or two.
_LATE = timedelta(minutes=2)


def _connect(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 0))


def redis(patient: Patient) -> Iterator[Found]:
    """Redis answers, will go on taking jobs, and throws none away."""
    yield from look_at(patient.settings.redis_url)


def look_at(url: str) -> Iterator[Found]:
    """Look at the Redis at `url`, before it is anybody's."""
    try:
        with closing(_connect(url)) as connection:
            memory, saving = connection.info("memory"), connection.info("persistence")
    except AuthenticationError:
        yield problem("Redis refuses the password in REDIS_URL.")
        return
    except ValueError:
        yield problem("REDIS_URL is not the address of a Redis.")
        return
    except RedisError as error:
        yield problem(f"Redis does not answer ({type(error).__name__}): pages wait until it does.")
        return
    if memory.get("maxmemory_policy", "noeviction") != "noeviction":
        yield warning(
            f"Redis throws things away when it is full ({memory['maxmemory_policy']}).", "maxmemory-policy noeviction"
        )
    if saving.get("rdb_last_bgsave_status", "ok") != "ok":
        yield problem("Redis could not save, and will refuse jobs: its disk may be full.")


def workers(patient: Patient) -> Iterator[Found]:
    """At least two workers run, and no job has waited for long."""
    try:
        with closing(_connect(patient.settings.redis_url)) as connection:
            running = Worker.count(connection=connection)
            waits = {name: _oldest(Queue(name, connection=connection)) for name in _QUEUES}
    except RedisError:
        yield problem("Redis does not answer, so nobody can tell.", "see the check redis")
        return
    if not running:
        yield problem("No worker runs: nothing is sent and nobody is rung.")
    elif running == 1:
        yield warning(
            "One worker runs: a page may wait behind it.",
            "`systemctl enable --now checkin-worker@2`; honcho: `-c worker=2`",
        )
    for name, since in waits.items():
        late = patient.clock() - since if since else timedelta()
        if late > _LATE:
            yield problem(f"A job has waited in the queue {name} for {late.total_seconds() / 60:.0f} minutes.")


def clock(patient: Patient) -> datetime | None:
    """Return what Redis's clock says, None when it does not answer."""
    try:
        with closing(_connect(patient.settings.redis_url)) as connection:
            seconds, micro = connection.time()
    except RedisError:
        return None
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micro)


def _oldest(waiting: Queue) -> datetime | None:
    """Return since when the first job that can still be run waits (UTC). Ids of ticks that have expired are no jobs."""
    since = [job.enqueued_at for job in waiting.get_jobs(0, 20) if job is not None]
    return min((at.replace(tzinfo=UTC) for at in since if at is not None), default=None)
