"""The control API under /sim, in JSON: how the page, the tests and a rehearsal drive the phones and the clock."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator import describe
from simulator.call_events import Answered, Event, HungUp, Pressed, Refused, Silent, Spoke
from simulator.calls import Call, Status
from simulator.journey import JourneyError, next_thing, stepwise
from simulator.network import Settings
from simulator.phones import Behaviour, Kind, Phone, likely_kind
from simulator.rest import Json, network
from simulator.wire import iso, parse_iso

api = Blueprint("control", __name__, url_prefix="/sim")


class ControlError(Exception):
    """The control API cannot do that; the message is one sentence for a person."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message, self.status = message, status
        super().__init__(message)


@api.errorhandler(ControlError)
@api.errorhandler(JourneyError)
@api.errorhandler(ValueError)
def _refuse(error: Exception) -> tuple[Response, int]:
    status = error.status if isinstance(error, ControlError) else 400
    return jsonify({"error": str(error)}), status


@api.errorhandler(HTTPException)
def _refuse_http(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500


def _sent() -> Json:
    value = request.get_json(silent=True) if request.data else {}
    if not isinstance(value, dict):
        raise ControlError("the body must be a JSON object")
    return value


def _text(sent: Json, name: str, default: str | None = None) -> str:
    value = sent.get(name, default)
    if not isinstance(value, str):
        raise ControlError(f"{name} is needed, as text")
    return value


def _number(sent: Json, name: str, default: float | None = None) -> float:
    value = sent.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ControlError(f"{name} must be a number")
    return float(value)


# Looking


@api.get("/state")
def state() -> Response:
    """Everything a page of phones needs."""
    return jsonify(describe.state(network()))


@api.get("/events")
def events() -> Response:
    """A stream of server-sent events: one `changed` event with the state's version whenever something has changed."""
    net = network()

    def stream() -> Iterator[str]:
        seen = -1
        while not net.closing.is_set():
            changed = net.wait_for_change(seen, 15)
            seen = net.version
            yield (
                f'event: changed\ndata: {{"type": "changed", "version": {seen}}}\n\n' if changed else ": still here\n\n"
            )
            # A burst of changes is one event: the page fetches the whole state each time.
            net.closing.wait(0.05)

    return Response(stream(), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


@api.get("/quiet")
def quiet() -> Response:
    """Whether nothing is in flight and nothing is due now; `?wait=SECONDS` waits for that, so long in real time."""
    net = network()
    wait = float(request.args.get("wait", "0"))
    return jsonify({"quiet": net.wait_until(net.quiet, wait) if wait > 0 else net.quiet()})


# Time


@api.get("/clock")
def clock() -> Response:
    """The present moment of the rehearsal, in UTC with microseconds."""
    net = network()
    return jsonify({"now": iso(net.clock.now()), "frozen": net.clock.frozen})


@api.post("/clock")
def move_clock() -> Response:
    """Moves the clock: `advance` by seconds or `to` a moment, `stepwise` through all that is due; or `frozen`s it.

    A moment without a zone of its own is in `zone`, UTC if that is not given either.
    """
    net, sent = network(), _sent()
    if "frozen" in sent:
        net.freeze(frozen=bool(sent["frozen"]))
    if "advance" in sent or "to" in sent:
        to = parse_iso(_text(sent, "to"), _zone(sent)) if "to" in sent else None
        when = describe.ahead(net, _number(sent, "advance")) if to is None else to
        if when < net.clock.now():
            raise ControlError("the clock only moves forward")
        if sent.get("stepwise"):
            steps = stepwise(net, when, patience=_number(sent, "patience", 15))
            return jsonify({"now": iso(net.clock.now()), "frozen": net.clock.frozen, "steps": steps})
        net.move_to(when)
    return clock()


def _zone(sent: Json) -> ZoneInfo:
    name = _text(sent, "zone", "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ControlError(f"there is no time zone {name}") from error


@api.post("/clock/next")
def move_clock_to_next() -> Response:
    """Moves the clock to the next thing due, the line's or the network's own, and says which."""
    net = network()
    step = next_thing(net)
    return jsonify({"now": iso(net.clock.now()), "frozen": net.clock.frozen, "step": step})


# Phones


@api.post("/phones")
def put_phone() -> Response:
    """Adds a phone, or changes its name and kind."""
    net, sent = network(), _sent()
    number = _text(sent, "number").replace(" ", "")
    if not number:
        raise ControlError("number is needed, as text")
    kind = Kind(_text(sent, "kind", likely_kind(number).value))
    with net.lock:
        known = net.phones.get(number)
        name = _text(sent, "name", known.name if known is not None else number)
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
    net, phone, sent = network(), _phone(number), _sent()
    known = asdict(phone.behaviour)
    if unknown := sorted(set(sent) - set(known)):
        raise ControlError(f"a phone has no behaviour {', '.join(unknown)}; it has {', '.join(known)}")
    changes = {name: _text(sent, name) for name in sent}
    with net.lock:
        phone.behaviour = Behaviour(**{**known, **changes})
        net.touch()
    return jsonify(describe.phone(net, phone))


@api.post("/phones/<number>/text")
def text(number: str) -> Response:
    """The phone sends a text; what the line answered comes back with it."""
    net, phone, sent = network(), _phone(number), _sent()
    media = int(_number(sent, "media", 0))
    result = net.texts.receive(phone.number, _text(sent, "body", ""), _own(sent), media)
    replies = [describe.message(reply) for reply in result.replies]
    return jsonify({"message_sid": result.message.sid, "replies": replies, "webhook_status": result.webhook_status})


def _own(sent: Json) -> str:
    numbers = network().line.numbers
    to = _text(sent, "to", next(iter(numbers), ""))
    if to not in numbers:
        raise ControlError(f"{to} is not a number of the line")
    return to


# Calls


@api.post("/phones/<number>/ring")
def ring(number: str) -> Response:
    """The phone rings the line, showing its number, or `caller_id` instead of it."""
    net, phone, sent = network(), _phone(number), _sent()
    call = net.voice.ring(phone.number, _own(sent), _text(sent, "caller_id", ""))
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
    net, call, sent = network(), _call(sid), _sent()
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
    "say": lambda sent: Spoke(_text(sent, "text"), _confidence(sent)),
}
"""What somebody can do at a phone, and the event it makes."""


def _event(deed: str, sent: Json) -> Event:
    if deed not in DEEDS:
        raise ControlError(f"nobody can {deed} a call; they can {', '.join(DEEDS)}", 404)
    return DEEDS[deed](sent)


def _keys(sent: Json) -> str:
    keys = _text(sent, "digits")
    if not keys or set(keys) - set("0123456789*#"):
        raise ControlError("digits are 0 to 9, * and #")
    return keys


def _confidence(sent: Json) -> float | None:
    return None if sent.get("confidence", 0.9) is None else _number(sent, "confidence", 0.9)


# Faults and settings


@api.get("/faults")
def faults() -> Response:
    """The faults that are armed."""
    return jsonify({"faults": network().faults.listed()})


@api.post("/faults")
def arm_fault() -> Response:
    """Arms a fault: its name, and `times` (null: always) or `chance`, `status`, `seconds`, `only`."""
    net, sent = network(), _sent()
    times = sent.get("times", None if "chance" in sent else 1)
    net.faults.arm(
        _text(sent, "fault"),
        times=None if times is None else int(_number({"times": times}, "times")),
        chance=_number(sent, "chance", 1.0),
        status=int(_number(sent, "status", 503)),
        seconds=_number(sent, "seconds", 30.0),
        only=_text(sent, "only", ""),
    )
    net.touch()
    return faults()


@api.delete("/faults")
@api.delete("/faults/<int:rule>")
def clear_faults(rule: int | None = None) -> Response:
    """Disarms one fault, or all."""
    network().faults.clear(rule)
    network().touch()
    return faults()


@api.get("/settings")
def settings() -> Response:
    """What can be turned."""
    return jsonify(describe.settings(network()))


@api.post("/settings")
def change_settings() -> Response:
    """Turns `calls_per_second`, `rest_concurrency`, `advanced_opt_out` or `opt_out_words`."""
    net, sent = network(), _sent()
    with net.lock:
        known = net.settings
        net.settings = Settings(
            _number(sent, "calls_per_second", known.calls_per_second),
            int(_number(sent, "rest_concurrency", known.rest_concurrency)),
        )
        if "advanced_opt_out" in sent:
            if net.line.service is None:
                raise ControlError("Advanced Opt-Out needs a Messaging Service")
            net.line.service.advanced_opt_out = bool(sent["advanced_opt_out"])
        if "opt_out_words" in sent:
            words = sent["opt_out_words"]
            net.opt_outs.prune([str(word) for word in words] if isinstance(words, list) else [])
        net.touch()
    return settings()


@api.post("/reset")
def reset() -> Response:
    """Forgets phones, texts, calls, opt-outs, faults and what was due; `{"start": iso}` begins the clock anew."""
    sent = _sent()
    network().reset(parse_iso(_text(sent, "start"), _zone(sent)) if "start" in sent else None)
    return state()
