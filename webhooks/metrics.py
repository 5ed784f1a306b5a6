"""The numbers for Prometheus: what was counted at the door, and what the line says of itself when it is asked.

To add one: a line in `COUNTED` or `ASKED`, a value for it in `_tell` or at the door, and a row in docs/operations.md;
tests compare them with the alert rules and the dashboard in `deploy/`.
"""

import os
from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY
from sqlalchemy.exc import DBAPIError

from checkin import casebook, health, vitals
from checkin.bootstrap import Bell, Line
from checkin.store.work import Work

REFUSED = Counter("checkin_webhooks_refused_total", "Requests whose signature was missing or wrong.")
DELIVERY = Counter("checkin_delivery_total", "What the carrier told of texts and calls.", ("medium", "status", "code"))
# The carrier gives up after 15 s.
SECONDS = Histogram(
    "checkin_webhook_seconds", "How long the carrier waited for an answer.", ("path",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
)  # fmt: skip

COUNTED: Mapping[str, tuple[str, ...]] = {
    "checkin_webhooks_refused_total": (),
    "checkin_delivery_total": ("medium", "status", "code"),
    "checkin_webhook_seconds": ("path",),
}
"""The names of what is counted, and their labels."""

ASKED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "checkin_database_up": ("Whether the database answers.", ()),
    "checkin_redis_up": ("Whether Redis answers.", ()),
    "checkin_clock_age_seconds": ("Since the clock last ticked.", ()),
    "checkin_oldest_overdue_seconds": ("How late the oldest due row is.", ()),
    "checkin_late_seconds": ("How long the oldest that is due has waited.", ("what",)),
    "checkin_queue_jobs": ("Jobs that wait.", ("queue",)),
    "checkin_queue_age_seconds": ("How long the oldest job has waited.", ("queue",)),
    "checkin_failed_jobs": ("Jobs that failed in the last day.", ("queue",)),
    "checkin_given_up": ("Timers that failed more than ten times.", ()),
    "checkin_alarms": ("RED cases for which nobody could be found.", ()),
    "checkin_red_cases_untaken": ("RED cases nobody has taken.", ()),
    "checkin_cases_open": ("Open cases.", ("severity", "status")),
    "checkin_case_unanswered_seconds": ("How long the oldest case that nobody has taken has waited.", ("severity",)),
    "checkin_time_to_human_seconds": ("Until cases of the last day were taken.", ("severity", "share")),
    "checkin_not_sent": (
        "Messages of the last day that were dropped, held back or failed, and check-ins left out.", ("outcome", "why"),
    ),
    "checkin_missed": ("Kinds of things that should have happened and did not.", ()),
    "checkin_findings": ("What should have happened and did not.", ("what",)),
    "checkin_proof_age_seconds": ("Since everything was last shown to have happened.", ()),
}  # fmt: skip
"""What is asked of the line: what each is, and its labels."""


class _Told:
    """Gauges, each made when it is first told."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._gauges: dict[str, Gauge] = {}

    def tell(self, name: str, value: float, *labels: str) -> None:
        if name not in self._gauges:
            self._gauges[name] = Gauge(name, ASKED[name][0], ASKED[name][1], registry=self.registry)
        gauge = self._gauges[name]
        (gauge.labels(*labels) if labels else gauge).set(value)


def page(line: Line, bell: Bell) -> bytes:
    """Return all of it, as Prometheus reads it."""
    told = _Told()
    try:
        with line.store.work(line.clock()) as work:
            _tell(told, work)
        told.tell("checkin_database_up", 1)
    except DBAPIError:
        told.tell("checkin_database_up", 0)
    backlog = bell.backlog()
    told.tell("checkin_redis_up", int(backlog is not None))
    for queue, (jobs, seconds, failed) in (backlog or {}).items():
        told.tell("checkin_queue_jobs", jobs, queue)
        told.tell("checkin_queue_age_seconds", seconds, queue)
        told.tell("checkin_failed_jobs", failed, queue)
    return generate_latest(told.registry) + generate_latest(_all_processes())


def _all_processes() -> CollectorRegistry:
    """What every web process of this machine has counted, when gunicorn has given them a place to write it down."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)
    return together


def _tell(told: _Told, work: Work) -> None:
    found, now = health.waiting(work), work.now
    told.tell("checkin_oldest_overdue_seconds", _since(found.oldest_due_at, now, never=0.0))
    told.tell("checkin_clock_age_seconds", _since(found.clock_at, now))
    told.tell("checkin_proof_age_seconds", _since(found.proven_at, now))
    told.tell("checkin_red_cases_untaken", found.red_untaken)
    told.tell("checkin_alarms", found.alarms)
    told.tell("checkin_missed", found.missed)
    for (outcome, why), count in casebook.not_sent_counts(work).items():
        told.tell("checkin_not_sent", count, outcome, why)
    signs = vitals.vitals(work)
    told.tell("checkin_given_up", signs.given_up)
    for what, seconds in signs.late.items():
        told.tell("checkin_late_seconds", seconds, what)
    for (severity, status), count in signs.open.items():
        told.tell("checkin_cases_open", count, severity, status)
    for severity, seconds in signs.unanswered.items():
        told.tell("checkin_case_unanswered_seconds", seconds, severity)
    for (severity, share), seconds in signs.to_human.items():
        told.tell("checkin_time_to_human_seconds", seconds, severity, share)
    for what, many in signs.findings.items():
        told.tell("checkin_findings", many, what)


def _since(at: datetime | None, now: datetime, *, never: float = float("inf")) -> float:
    return (now - at).total_seconds() if at else never
