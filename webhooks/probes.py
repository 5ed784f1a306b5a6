"""`/healthz` (alive), `/readyz` (can it do its work), `/metrics`."""

import os
from collections.abc import Mapping
from datetime import datetime

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY
from sqlalchemy.exc import DBAPIError

from checkin import casebook, health
from checkin.bootstrap import Bell, Line


def add_rules(app: Flask, line: Line, bell: Bell) -> None:
    """Add the probes."""

    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    def readyz() -> tuple[Response, int]:
        now = line.clock()
        parts = {"database": False, "redis": bell.answers()}
        next_due_at, alarms = None, None
        try:
            with line.store.work(now) as work:
                found = health.waiting(work)
            parts |= {"database": True, **health.ready(found, now)}
            alarms = found.alarms
            next_due_at = found.next_due_at.isoformat() if found.next_due_at else None
        except DBAPIError:
            parts["database"] = False
        body = jsonify(ready=all(parts.values()), parts=parts, next_due_at=next_due_at, alarms=alarms)
        return body, 200 if all(parts.values()) else 503

    def metrics() -> Response:
        registry = CollectorRegistry()
        up = Gauge("checkin_database_up", "Whether the database answers.", registry=registry)
        try:
            now = line.clock()
            with line.store.work(now) as work:
                found = health.waiting(work)
                unsent = casebook.not_sent_counts(work)
        except DBAPIError:
            up.set(0)
        else:
            up.set(1)
            _gauges(registry, found, now)
            _not_sent(registry, unsent)
        text = generate_latest(registry) + generate_latest(_all_processes())
        return Response(text, content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)


def _all_processes() -> CollectorRegistry:
    """What every web process of this machine has counted, when gunicorn has given them a place to write it down."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)
    return together


def _gauges(registry: CollectorRegistry, found: health.Waiting, now: datetime) -> None:
    late = (now - found.oldest_due_at).total_seconds() if found.oldest_due_at else 0.0
    Gauge("checkin_oldest_overdue_seconds", "How late the oldest due row is.", registry=registry).set(late)
    age = (now - found.clock_at).total_seconds() if found.clock_at else float("inf")
    Gauge("checkin_clock_age_seconds", "Since the clock last ticked.", registry=registry).set(age)
    red = Gauge("checkin_red_cases_untaken", "RED cases nobody has taken.", registry=registry)
    red.set(found.red_untaken)
    alarms = Gauge("checkin_alarms", "RED cases for which nobody could be found.", registry=registry)
    alarms.set(found.alarms)
    missed = Gauge("checkin_missed", "Kinds of things that should have happened and did not.", registry=registry)
    missed.set(found.missed)
    since = (now - found.proven_at).total_seconds() if found.proven_at else float("inf")
    Gauge("checkin_proof_age_seconds", "Since everything was last shown to have happened.", registry=registry).set(
        since
    )


def _not_sent(registry: CollectorRegistry, unsent: Mapping[tuple[str, str], int]) -> None:
    help_text = "Messages of the last day that were dropped, held back or failed, and check-ins that were left out."
    gauge = Gauge("checkin_not_sent", help_text, ("outcome", "why"), registry=registry)
    for (outcome, why), count in unsent.items():
        gauge.labels(outcome, why).set(count)
