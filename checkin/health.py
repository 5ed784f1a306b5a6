"""Is the line alive, and what is waiting? Asked by probes, by the clock, and by whoever moves a rehearsal's time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import urllib3
from sqlalchemy import text

from checkin import logs
from checkin.store.work import Store, Work

# A clock that has not ticked for this long has stopped.
CLOCK_STOPPED = timedelta(minutes=2)
# An auditor that has not looked for this long has stopped; and so old may the proof be that the heartbeat stands on.
AUDIT_STOPPED = timedelta(hours=1)
PROOF = timedelta(minutes=15)
# Something that should have happened this long ago has been forgotten.
OVERDUE = timedelta(minutes=15)

_log = logs.get("health")
_QUEUES = ("urgent", "normal", "bulk")


def beat(work: Work, name: str) -> None:
    """Note that a part of the line has done its round."""
    work.conn.execute(
        text(
            "INSERT INTO heartbeats (name, at) VALUES (:name, :now) "
            # Not the later of the two: after the machine's clock was set back, that would hide that nothing ticks.
            "ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at"
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
    missed: int = 0
    """What the auditor has found that should have happened and did not, and that has not been mended."""
    audited_at: datetime | None = None
    proven_at: datetime | None = None
    """When the auditor last looked, and when it last found that all had happened; None: it never did."""


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
        (SELECT min(due_at) FROM messages WHERE status = 'unknown'),
        (SELECT min(lease_until) FROM messages WHERE status = 'leased')
    ), least(
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 1),
        (SELECT min(due_at) FROM messages WHERE status = 'owed' AND class = 2)
    ), EXISTS (SELECT FROM paces WHERE name = 'texts' AND free_at > clock_timestamp() - interval '1 minute'),
    (SELECT at FROM heartbeats WHERE name = 'clock'),
    (SELECT count(*) FROM cases WHERE status = 'open' AND severity = 'red'),
    (SELECT count(*) FROM cases WHERE alarm_at IS NOT NULL),
    (SELECT count(*) FROM findings),
    (SELECT at FROM heartbeats WHERE name = 'audit'), (SELECT at FROM heartbeats WHERE name = 'audit_good')
    """
)


def waiting(work: Work) -> Waiting:
    """Return what waits, at the cost of a few index look-ups.

    Texts that wait for their turn while others go out at the carrier's pace are due next, and not overdue.
    """
    unpaced, paced, sending, *rest = work.conn.execute(_WAITING).one()
    soonest = min((moment for moment in (unpaced, paced) if moment), default=None)
    late = unpaced if sending else soonest
    return Waiting(soonest, late if late and late <= work.now else None, *rest)


def send_heartbeat(url: str) -> None:
    """Ask for an outside monitor's address. That it cannot be reached is for the monitor to notice, and logged here."""
    try:
        urllib3.PoolManager(retries=False).request("GET", url, timeout=10.0)
    except urllib3.exceptions.HTTPError as error:
        _log.warning("heartbeat_not_sent", kind=type(error).__name__)


def proven(found: Waiting, now: datetime) -> bool:
    """Tell whether all is well and has lately been shown to be: what the outside heartbeat says."""
    recent = found.proven_at is not None and abs(now - found.proven_at) < PROOF
    # An alarm that nobody inside has heard must be heard outside.
    return recent and not found.alarms and all(ready(found, now).values())


def ready(found: Waiting, now: datetime) -> dict[str, bool]:
    """Return which parts are in order: the clock ticks, nothing is overdue, and nothing was missed.

    A line that has never been audited has missed nothing yet.
    """
    looked = found.audited_at is None or abs(now - found.audited_at) < AUDIT_STOPPED
    return {
        "nothing_missed": looked and not found.missed,
        "clock": found.clock_at is not None and abs(now - found.clock_at) < CLOCK_STOPPED,
        "nothing_overdue": found.oldest_due_at is None or now - found.oldest_due_at < OVERDUE,
    }
