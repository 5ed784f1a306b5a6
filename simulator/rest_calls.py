"""/Calls and /Recordings of the REST API."""

import re
from urllib.parse import urlsplit

from flask import Response, jsonify, request

from simulator import magic
from simulator.call_events import Redirected, Stopped
from simulator.calls import Call, Detection, Status
from simulator.documents import Target
from simulator.faults import Fault
from simulator.network import Network
from simulator.rest import ROOT, Json, blueprint, missing, network, page_of
from simulator.rest_messages import in_time
from simulator.voice import CallOrder
from simulator.wire import RestError, is_e164

api = blueprint("calls")
ONE = f"{ROOT}/Calls/<sid>.json"
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
MAX_TWIML = 4000


def _find(sid: str) -> Call:
    call = network().voice.calls.get(sid)
    if call is None:
        raise missing()
    return call


@api.post(f"{ROOT}/Calls.json")
def create() -> tuple[Response, int]:
    """Accepts a call."""
    net = network()
    call = net.voice.create(_read_order(net))
    resource = call.resource()
    net.voice.start(call)
    if net.faults.draw(Fault.CALLBACK_BEFORE_RESPONSE, f"{call.sid} {call.to}") is not None:
        net.voice.settle(call)
        net.wait_until(net.courier.quiet, 5.0)
    return jsonify(resource), 201


def _read_order(net: Network) -> CallOrder:
    form = request.form
    to, sender = form.get("To", ""), form.get("From", "")
    if not to:
        raise RestError(21201, "No 'To' number is specified")
    if not sender:
        raise RestError(21213, "No 'From' number is specified")
    magic.check_call(sender, to)
    if not is_e164(to):
        raise RestError(21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if not is_e164(sender):
        raise RestError(21212, f"The 'From' number {sender} is not a valid phone number.")
    ours = net.line.numbers.get(sender)
    if ours is None and sender != magic.WORKING_SENDER:
        raise RestError(21210, f"The source phone number provided, {sender}, is not yet verified for your account.")
    url, twiml = form.get("Url", ""), form.get("Twiml", "")
    if not url and (not twiml or len(twiml) > MAX_TWIML):
        raise RestError(21205, "Url or Twiml parameter is required, and Twiml has at most 4000 characters.")
    for name in ("Url", "FallbackUrl", "StatusCallback", "AsyncAmdStatusCallback"):
        _check_url(name, form.get(name, ""))
    events = frozenset(" ".join(form.getlist("StatusCallbackEvent")).split()) or frozenset({"completed"})
    if events - EVENTS:
        raise RestError(21626, f"StatusCallbackEvent cannot be {', '.join(sorted(events - EVENTS))}")
    return CallOrder(
        to=to,
        sender=sender,
        target=Target(url, form.get("Method", "POST").upper()),
        twiml=twiml,
        fallback=Target(form.get("FallbackUrl", ""), form.get("FallbackMethod", "POST").upper()),
        callback=Target(form.get("StatusCallback", ""), form.get("StatusCallbackMethod", "POST").upper()),
        callback_events=events,
        timeout=_seconds("Timeout", 60, 600),
        time_limit=_seconds("TimeLimit", 14_400, 86_400),
        detection=_detection(),
        number_sid=None if ours is None else ours.sid,
    )


def _check_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or " " in url):
        raise RestError(21205, f"{name} {url[:80]} is not a valid URL")


def _seconds(name: str, default: int, most: int) -> int:
    text = request.form.get(name, str(default))
    if not re.fullmatch(r"\d{1,6}", text) or int(text) > most:
        raise RestError(21208, f"{name} must be a number of seconds up to {most}")
    return int(text)


def _detection() -> Detection:
    form = request.form
    mode = form.get("MachineDetection", "")
    if not mode or mode == "none" or form.get("SendDigits"):
        return Detection()
    if mode not in {"Enable", "DetectMessageEnd"}:
        raise RestError(20001, "MachineDetection is Enable or DetectMessageEnd")
    method = form.get("AsyncAmdStatusCallbackMethod", "POST").upper()
    return Detection(mode, form.get("AsyncAmd") == "true", Target(form.get("AsyncAmdStatusCallback", ""), method))


@api.get(f"{ROOT}/Calls.json")
def listed() -> Response:
    """Calls, the newest first, by To, From, Status, ParentCallSid and the time they started or ended."""
    net = network()
    with net.lock:
        calls = [call for call in net.voice.calls.values() if _wanted(call)]
        calls.sort(key=lambda call: call.created, reverse=True)
        items: list[Json] = [call.resource() for call in calls]
    return jsonify(page_of("calls", items))


def _wanted(call: Call) -> bool:
    has = {"To": call.to, "From": call.sender, "Status": call.status.value, "ParentCallSid": call.parent}
    if any(request.args.get(name, value) != value for name, value in has.items()):
        return False
    return in_time(call.answered or call.created, "StartTime") and in_time(call.ended, "EndTime")


@api.get(ONE)
def fetch(sid: str) -> Response:
    """One call."""
    return jsonify(_find(sid).resource())


@api.post(ONE)
def update(sid: str) -> Response:
    """Hangs up, calls off, or sends a live call elsewhere."""
    net, call, form = network(), _find(sid), request.form
    status = form.get("Status", "")
    if call.over:
        if status:
            return jsonify(call.resource())
        raise RestError(21220, "Call is not in-progress. Cannot redirect.")
    if status == "canceled" and call.status not in {Status.QUEUED, Status.RINGING}:
        raise RestError(21220, "Call is in-progress. Cannot cancel.")
    if status in {"canceled", "completed"}:
        net.voice.post(call, Stopped(Status(status)))
    elif status:
        raise RestError(20001, "Status is canceled or completed")
    elif form.get("Url") or form.get("Twiml"):
        if call.status is not Status.IN_PROGRESS:
            raise RestError(21220, "Call is not in-progress. Cannot redirect.")
        _check_url("Url", form.get("Url", ""))
        target = Target(form.get("Url", ""), form.get("Method", "POST").upper())
        net.voice.post(call, Redirected(target, form.get("Twiml", "")))
    return jsonify(call.resource())


@api.delete(ONE)
def delete(sid: str) -> tuple[str, int]:
    """Forgets a call that is over."""
    net, call = network(), _find(sid)
    if not call.over:
        raise RestError(20009, "Cannot delete a call that is in progress", 409)
    with net.lock:
        del net.voice.calls[sid]
    return "", 204


@api.get(f"{ROOT}/Recordings/<name>")
def recording(name: str) -> Response:
    """One recording: its JSON, or, with any other ending, a short WAV."""
    sid, _, ending = name.partition(".")
    found = network().voice.recordings.get(sid)
    if found is None:
        raise missing()
    if ending == "json":
        return jsonify(found.resource())
    return Response(found.audio(), mimetype="audio/x-wav")


@api.delete(f"{ROOT}/Recordings/<sid>.json")
def delete_recording(sid: str) -> tuple[str, int]:
    """Forgets a recording."""
    if network().voice.recordings.pop(sid, None) is None:
        raise missing()
    return "", 204
