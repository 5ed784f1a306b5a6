"""`/healthz` (alive), `/readyz` (can it do its work), `/metrics`."""

from flask import Blueprint, Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import DBAPIError
from twilio.twiml.voice_response import VoiceResponse

from checkin import health, wording
from checkin.bootstrap import Bell, Line
from webhooks import metrics, speech
from webhooks.answers import twiml


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

    def metrics_page() -> Response:
        return Response(metrics.page(line, bell), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics_page)


def add_mirror(door: Blueprint, line: Line) -> None:
    """Add `/twilio/doctor`: behind the signature like everything here, it does nothing but say how the request arrived.
    `checkin doctor` sends itself one by PUBLIC_URL, to see what the proxies on the way make of it. And
    `/twilio/doctor/call`: what its trial call says."""

    def mirror() -> Response:
        return jsonify(host=request.host, scheme=request.headers.get("X-Forwarded-Proto", request.scheme))

    def trial() -> Response:
        document = VoiceResponse()
        speech.say(document, wording.say("doctor.trial", "en", "voice", {"line": line.settings.name}), "en")
        return twiml(str(document))

    door.add_url_rule("/doctor", view_func=mirror, methods=["POST"])
    door.add_url_rule("/doctor/call", "doctor_call", trial, methods=["POST"])
