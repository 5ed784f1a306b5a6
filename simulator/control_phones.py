"""The phones of the control API: setting them up, texting, ringing, and what somebody does on a call."""

from collections.abc import Callable
from dataclasses import asdict

from flask import Response, jsonify

from simulator import describe
from simulator.call_events import Answered, Event, HungUp, Pressed, Refused, Silent, Spoke
from simulator.calls import Call, Status
from simulator.phones import Behaviour, Kind, Phone, likely_kind
from simulator.rest import Json, network
from simulator.sent import ControlError, blueprint, number_in, sent_json, text_in

api = blueprint("control_phones")


# Phones


@api.post("/phones")
def put_phone() -> Response:
    """Adds a phone, or changes its name and kind."""
    net, sent = network(), sent_json()
    number = text_in(sent, "number").replace(" ", "")
    if not number:
        raise ControlError("number is needed, as text")
    kind = Kind(text_in(sent, "kind", likely_kind(number).value))
    with net.lock:
        known = net.phones.get(number)
        name = text_in(sent, "name", known.name if known is not None else number)
        net.phones[number] = Phone(number, name, kind, known.behaviour if known is not None else Behaviour())
        net.touch()
    return jsonify(describe.phone(net, net.phones[number]))


def _phone(number: str) -> Phone:
    found = network().phones.get(number)
    if found is None:
        raise ControlError(f"there is no phone {number}", 404)
    return found


@api.get("/phones/<number>")
def get_phone(number: str) -> Response:
    """One phone with its texts and calls."""
    return jsonify(describe.phone(network(), _phone(number)))


@api.delete("/phones/<number>")
def delete_phone(number: str) -> tuple[str, int]:
    """Takes a phone away."""
    net = network()
    with net.lock:
        net.phones.pop(_phone(number).number)
        net.touch()
    return "", 204


@api.post("/phones/<number>/behaviour")
def set_behaviour(number: str) -> Response:
    """Changes how a phone behaves by itself; what is not named stays as it is."""
    net, phone, sent = network(), _phone(number), sent_json()
    known = asdict(phone.behaviour)
    if unknown := sorted(set(sent) - set(known)):
        raise ControlError(f"a phone has no behaviour {', '.join(unknown)}; it has {', '.join(known)}")
    changes = {name: text_in(sent, name) for name in sent}
    with net.lock:
        phone.behaviour = Behaviour(**{**known, **changes})
        net.touch()
    return jsonify(describe.phone(net, phone))


@api.post("/phones/<number>/text")
def text(number: str) -> Response:
    """The phone sends a text; what the line answered comes back with it."""
    net, phone, sent = network(), _phone(number), sent_json()
    media = int(number_in(sent, "media", 0))
    result = net.texts.receive(phone.number, text_in(sent, "body", ""), _own(sent), media)
    replies = [describe.message(reply) for reply in result.replies]
    return jsonify({"message_sid": result.message.sid, "replies": replies, "webhook_status": result.webhook_status})


def _own(sent: Json) -> str:
    numbers = network().line.numbers
    to = text_in(sent, "to", next(iter(numbers), ""))
    if to not in numbers:
        raise ControlError(f"{to} is not a number of the line")
    return to


# Calls


@api.post("/phones/<number>/ring")
def ring(number: str) -> Response:
    """The phone rings the line, showing its number, or `caller_id` instead of it."""
    net, phone, sent = network(), _phone(number), sent_json()
    call = net.voice.ring(phone.number, _own(sent), text_in(sent, "caller_id", ""))
    return jsonify({"call_sid": call.sid, **describe.call(call)})


def _call(sid: str) -> Call:
    found = network().voice.calls.get(sid)
    if found is None:
        raise ControlError(f"there is no call {sid}", 404)
    return found


@api.get("/calls/<sid>")
def get_call(sid: str) -> Response:
    """One call."""
    return jsonify(describe.call(_call(sid)))


@api.post("/calls/<sid>/<deed>")
def act(sid: str, deed: str) -> Response:
    """Somebody does something at the phone: answer, busy, decline, voicemail, hangup, press, say or silence.

    Comes back when everything that followed from it has been carried out.
    """
    net, call, sent = network(), _call(sid), sent_json()
    if call.over:
        raise ControlError(f"the call is over: {call.status}", 409)
    rings = call.wait is not None and call.wait.kind.value == "ring"
    if deed in {"answer", "busy", "decline", "voicemail"} and not rings:
        raise ControlError(f"the phone is not ringing; the call is {call.status}", 409)
    net.voice.act(call, _event(deed, sent))
    return jsonify(describe.call(call))


DEEDS: dict[str, Callable[[Json], Event]] = {
    "answer": lambda _: Answered(),
    "voicemail": lambda _: Answered(machine=True),
    "busy": lambda _: Refused(Status.BUSY),
    "decline": lambda _: Refused(Status.BUSY),
    "hangup": lambda _: HungUp(),
    "silence": lambda _: Silent(),
    "press": lambda sent: Pressed(_keys(sent)),
    "say": lambda sent: Spoke(text_in(sent, "text"), _confidence(sent)),
}
"""What somebody can do at a phone, and the event it makes."""


def _event(deed: str, sent: Json) -> Event:
    if deed not in DEEDS:
        raise ControlError(f"nobody can {deed} a call; they can {', '.join(DEEDS)}", 404)
    return DEEDS[deed](sent)


def _keys(sent: Json) -> str:
    keys = text_in(sent, "digits")
    if not keys or set(keys) - set("0123456789*#"):
        raise ControlError("digits are 0 to 9, * and #")
    return keys


def _confidence(sent: Json) -> float | None:
    return None if sent.get("confidence", 0.9) is None else number_in(sent, "confidence", 0.9)
