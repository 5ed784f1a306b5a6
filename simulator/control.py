"""The control API under /sim, in JSON: looking on, the clock, faults and settings. Phones are in `control_phones`."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Response, jsonify, request

from simulator import describe
from simulator.exchange import Settings
from simulator.journey import next_thing, stepwise
from simulator.rest import Json, network
from simulator.sent import ControlError, blueprint, number_in, sent_json, text_in
from simulator.wire import iso, parse_iso

api = blueprint("control")


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
    net, sent = network(), sent_json()
    if "frozen" in sent:
        net.freeze(frozen=bool(sent["frozen"]))
    if "advance" in sent or "to" in sent:
        to = parse_iso(text_in(sent, "to"), _zone(sent)) if "to" in sent else None
        when = describe.ahead(net, number_in(sent, "advance")) if to is None else to
        if when < net.clock.now():
            raise ControlError("the clock only moves forward")
        if sent.get("stepwise"):
            steps = stepwise(net, when, patience=number_in(sent, "patience", 15))
            return jsonify({"now": iso(net.clock.now()), "frozen": net.clock.frozen, "steps": steps})
        net.move_to(when)
    return clock()


def _zone(sent: Json) -> ZoneInfo:
    name = text_in(sent, "zone", "UTC")
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


# Faults and settings


@api.get("/faults")
def faults() -> Response:
    """The faults that are armed."""
    return jsonify({"faults": network().faults.listed()})


@api.post("/faults")
def arm_fault() -> Response:
    """Arms a fault: its name, and `times` (null: always) or `chance`, `status`, `seconds`, `only`."""
    net, sent = network(), sent_json()
    times = sent.get("times", None if "chance" in sent else 1)
    net.faults.arm(
        text_in(sent, "fault"),
        times=None if times is None else int(number_in({"times": times}, "times")),
        chance=number_in(sent, "chance", 1.0),
        status=int(number_in(sent, "status", 503)),
        seconds=number_in(sent, "seconds", 30.0),
        only=text_in(sent, "only", ""),
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
    net, sent = network(), sent_json()
    with net.lock:
        known = net.settings
        net.settings = Settings(
            number_in(sent, "calls_per_second", known.calls_per_second),
            int(number_in(sent, "rest_concurrency", known.rest_concurrency)),
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
    sent = sent_json()
    network().reset(parse_iso(text_in(sent, "start"), _zone(sent)) if "start" in sent else None)
    return state()
