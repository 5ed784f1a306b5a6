"""Is the line alive, and what is waiting? Asked by probes, by the clock, and by whoever moves a rehearsal's time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import urllib3
from sqlalchemy import text

from checkin import logs
from checkin.store.work import Store, Work

# A clock that has not ticked for this long has stopped.
CLOCK_STOPPED = timedelta(minutes=2)
# Something that should have happened this long ago has been forgotten.
OVERDUE = timedelta(minutes=15)

_log = logs.get("health")
_QUEUES = ("urgent", "normal", "bulk")


def beat(work: Work, name: str) -> None:
    """Note that a part of the line has done its round."""
    work.conn.execute(
        text(
            "INSERT INTO heartbeats (name, at) VALUES (:name, :now) "
            "ON CONFLICT (name) DO UPDATE SET at = greatest(heartbeats.at, :now)"
        ),
        {"name": name, "now": work.now},
    )


def queues_with_work(store: Store, now: datetime) -> list[str]:
    """Return the queues that have something owed and due, the most urgent first."""
    with store.work(now) as work:
        found = work.conn.execute(
            text(
                "SELECT class FROM unnest(ARRAY[0, 1, 2]) AS class WHERE EXISTS ("
                "SELECT FROM messages m WHERE m.status = 'owed' AND m.class = class.class AND m.due_at <= :now)"
            ),
            {"now": now},
        ).scalars()
        return [_QUEUES[c] for c in found]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: the first moment at which something is due (UTC; None: nothing is planned), and how it stands."""

    next_due_at: datetime | None
    oldest_due_at: datetime | None
    clock_at: datetime | None
    red_untaken: int
    alarms: int = 0
    """RED cases for which nobody could be found; each stands until somebody takes it."""


# Each part is answered from the front of an index, however many rows there are.
_WAITING = text(
    """
    SELECT least(
        (SELECT min(next_due_at) FROM plans WHERE next_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM pairs WHERE next_due_at IS NOT NULL),
        (SELECT min(review_due_at) FROM pairs WHERE review_due_at IS NOT NULL),
        (SELECT min(ask_due_at) FROM pairs WHERE ask_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM caring WHERE next_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM meetings WHERE next_due_at IS NOT NULL),
        (SELECT min(ask_due_at) FROM meetings WHERE ask_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM occurrences WHERE next_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM shifts WHERE next_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM duties WHERE next_due_at IS NOT NULL),
        (SELECT min(next_due_at) FROM outcome_questions WHERE next_due_at IS NOT NULL),
        (SELECT min(due_at) FROM timers),
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 0),
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 1),
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 2),
        (SELECT min(due_at) FROM messages WHERE status = 'unknown'),
        (SELECT min(lease_until) FROM messages WHERE status = 'leased')
    ), (SELECT at FROM heartbeats WHERE name = 'clock'),
    (SELECT count(*) FROM cases WHERE status = 'open' AND severity = 'red'),
    (SELECT count(*) FROM cases WHERE alarm_at IS NOT NULL)
    """
)


def waiting(work: Work) -> Waiting:
    """Return what waits, at the cost of a few index look-ups."""
    soonest, clock_at, red, alarms = work.conn.execute(_WAITING).one()
    return Waiting(soonest, soonest if soonest and soonest <= work.now else None, clock_at, red, alarms)


def send_heartbeat(url: str) -> None:
    """Ask for an outside monitor's address. That it cannot be reached is for the monitor to notice, and logged here."""
    try:
        urllib3.PoolManager(retries=False).request("GET", url, timeout=10.0)
    except urllib3.exceptions.HTTPError as error:
        _log.warning("heartbeat_not_sent", kind=type(error).__name__)


def ready(found: Waiting, now: datetime) -> dict[str, bool]:
    """Return which parts are in order: the clock ticks, and nothing is overdue."""
    return {
        "clock": found.clock_at is not None and now - found.clock_at < CLOCK_STOPPED,
        "nothing_overdue": found.oldest_due_at is None or now - found.oldest_due_at < OVERDUE,
    }
