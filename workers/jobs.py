"""The jobs. Each opens the line once a process and calls one function of it; all are safe to run twice or at once."""

import os
from collections.abc import Callable
from functools import cache, wraps

from checkin import auditor, bootstrap, duties, health, history, logs, people, reports, retention
from checkin.conversations import due
from checkin.directory import nightly
from workers import queues

_log = logs.get("jobs")


class JobFailedError(Exception):
    """A job failed; the log says where. RQ keeps this in Redis, where nothing that anybody said belongs."""


def _job(function: Callable[..., None]) -> Callable[..., None]:
    @wraps(function)
    def run(*arguments: str) -> None:
        try:
            function(*arguments)
        except Exception as error:  # noqa: BLE001  # raised again, without its words
            _log.exception("job_failed", job=function.__name__)
            raise JobFailedError(f"{type(error).__name__} in {function.__name__}") from None

    return run


# How much one job does before it lets others have a turn.
_MOST = 200
# Plans are opened many together: so many take no longer than half a second, for which a page may have to wait.
_MOST_PLANS = 800


@cache
def the_line() -> bootstrap.Line:
    """Return the line, opened once a process. Raises BadSetting, and CannotStart when it cannot work as it is set."""
    return bootstrap.start_line(os.environ)


@_job
def tick() -> None:
    """Do what has come due: plans, buddies' weeks, meetings, duties, timers; then see to what is owed. It costs what is
    due."""
    line = the_line()
    now = line.clock()
    with line.store.work(now) as work:
        health.beat(work, "clock")
    busy = due.all_that_has(line.store, now, most=_MOST, most_plans=_MOST_PLANS)
    if busy >= _MOST:
        # Behind what is to be sent: a hundred thousand plans that are due must not keep back the first of their texts.
        queues.go_on(line.settings.redis_url, queues.NORMAL, "tick")
    for queue in health.queues_with_work(line.store, now):
        queues.go_on(line.settings.redis_url, queue, "send", queue)


@_job
def fire() -> None:
    """Send pages, and fire the timers that are due now: what one person's turn left for others."""
    line = the_line()
    now = line.clock()
    if queues.URGENT in health.queues_with_work(line.store, now):
        send(queues.URGENT)
    if due.fire_timers(line.store, now, most=_MOST):
        for queue in health.queues_with_work(line.store, now):
            if queue == queues.URGENT:
                send(queue)
            else:
                # These keep a pace, and whoever waits for it is no use to the next page.
                queues.go_on(line.settings.redis_url, queue, "send", queue)


@_job
def send(queue: str) -> None:
    """Send one lot of what `queue` owes, and ask for the next when there is more."""
    line = the_line()
    lane = line.lanes[queue]
    if line.dispatcher.send(lane, line.clock()):
        queues.go_on(line.settings.redis_url, queue, "send", queue)


@_job
def look_ahead() -> None:
    """Look for holes in the rota that are coming up, and tell staff."""
    line = the_line()
    with line.store.work(line.clock()) as work:
        duties.look_ahead(work)


@_job
def file_names() -> None:
    """File the names of people who were stored without, so that they can be searched for."""
    line = the_line()
    filed = _MOST
    while filed == _MOST:
        with line.store.work(line.clock()) as work:
            filed = people.file_unfiled(work, most=_MOST)


@_job
def remove_old() -> None:
    """Remove what has been kept for as long as it may be."""
    line = the_line()
    retention.run(line.store, line.clock())


@_job
def move_old() -> None:
    """Move messages about which nothing is left to be done to where the past lies."""
    line = the_line()
    history.move(line.store, line.clock())


@_job
def count() -> None:
    """Count for reports what has happened, a few weeks at a time."""
    line = the_line()
    more = True
    while more:
        with line.store.work(line.clock()) as work:
            more = reports.count_due(work)


@_job
def reconcile() -> None:
    """Look up at the carrier what may or may not have been sent."""
    line = the_line()
    line.dispatcher.reconcile(line.clock())


@_job
def audit() -> None:
    """Look whether everything happened that should have, and tell the admin of what did not."""
    line = the_line()
    with line.store.work(line.clock()) as work:
        auditor.audit(work)


@_job
def pulse() -> None:
    """Tell the outside that all is well, when that has been shown: whoever listens raises the alarm when this stops."""
    line = the_line()
    if line.settings.heartbeat_url is None:
        return
    now = line.clock()
    with line.store.work(now) as work:
        waiting = health.waiting(work)
    if health.proven(waiting, now):
        health.send_heartbeat(line.settings.heartbeat_url)


@_job
def read_feeds() -> None:
    """Read the feeds of the directory again, and tell staff of helplines that have to be checked."""
    line = the_line()
    now = line.clock()
    with line.store.work(now) as work:
        nightly.warn(work)
    nightly.read_feeds(line.store, now)


@_job
def read_asked_feeds() -> None:
    """Read the feeds of the directory that staff asked for."""
    line = the_line()
    nightly.read_asked(line.store, line.clock())
