"""The network as JSON, for the page and for tests. Directions are as the phone sees them: "out" from it, "in" to it."""

from dataclasses import asdict
from datetime import datetime, timedelta

from simulator.calls import Call, Wait
from simulator.messages import Direction, Message
from simulator.network import Network
from simulator.phones import Phone
from simulator.wire import iso

Json = dict[str, object]


def ahead(network: Network, seconds: float) -> datetime:
    """The moment so many seconds from now. Raises ValueError for a step back."""
    if seconds < 0:
        raise ValueError("the clock only moves forward")
    return network.clock.now() + timedelta(seconds=seconds)


def state(network: Network) -> Json:
    """Everything."""
    with network.lock:
        texts, calls = _by_phone(network)
        return {
            "version": network.version,
            "now": iso(network.clock.now()),
            "frozen": network.clock.frozen,
            "quiet": network.quiet(),
            "line": {
                "numbers": list(network.line.numbers),
                "messaging_service": network.line.service.sid if network.line.service else None,
                "app_url": network.line.app_url,
            },
            "phones": [
                _phone(each, texts.get(each.number, []), calls.get(each.number, [])) for each in network.phones.values()
            ],
            "pending": [{"due": iso(timer.due), "about": timer.about} for timer in network.timers.pending()],
            "faults": network.faults.listed(),
            "settings": settings(network),
            "debugger": [notice.listed() for notice in network.debugger],
            "opted_out": [{"scope": scope, "phone": number} for scope, number in sorted(network.opt_outs.blocked)],
        }


def settings(network: Network) -> Json:
    """What can be turned, as it stands."""
    service = network.line.service
    return {
        **asdict(network.settings),
        "advanced_opt_out": service is not None and service.advanced_opt_out,
        "opt_out_words": sorted(network.opt_outs.words),
    }


def phone(network: Network, each: Phone) -> Json:
    """One phone, its texts and its calls, the oldest first."""
    with network.lock:
        texts, calls = _by_phone(network)
        return _phone(each, texts.get(each.number, []), calls.get(each.number, []))


def _by_phone(network: Network) -> tuple[dict[str, list[Message]], dict[str, list[Call]]]:
    texts: dict[str, list[Message]] = {}
    calls: dict[str, list[Call]] = {}
    for one in network.texts.messages.values():
        texts.setdefault(one.phone, []).append(one)
    for each in network.voice.calls.values():
        calls.setdefault(each.phone, []).append(each)
    return texts, calls


def _phone(each: Phone, texts: list[Message], calls: list[Call]) -> Json:
    return {**asdict(each), "texts": [message(one) for one in texts], "calls": [call(one) for one in calls]}


def message(one: Message) -> Json:
    """One text. `arrived` is when the phone had it; for a text from the phone, when it was sent."""
    out = one.direction is Direction.INBOUND
    arrived = one.created if out else one.arrived
    return {
        "sid": one.sid,
        "direction": "out" if out else "in",
        "from": one.sender,
        "to": one.to,
        "body": one.body,
        "media": list(one.media),
        "at": iso(one.created),
        "arrived": None if arrived is None else iso(arrived),
        "status": one.status.value,
        "error_code": one.error_code,
        "history": one.history,
        "encoding": one.size.encoding.value,
        "segments": one.size.segments,
        "reply": one.direction is Direction.REPLY,
        "from_carrier": one.confirmation,
    }


def call(one: Call) -> Json:
    """One call, what has been heard on it, and what it waits for."""
    return {
        "sid": one.sid,
        "direction": "in" if one.incoming else "out",
        "from": one.sender,
        "to": one.to,
        "phone": one.phone,
        "parent": one.parent,
        "status": one.status.value,
        "at": iso(one.created),
        "answered": None if one.answered is None else iso(one.answered),
        "ended": None if one.ended is None else iso(one.ended),
        "answered_by": one.answered_by,
        "machine": one.by_machine,
        "heard": [heard.listed() for heard in one.heard],
        "waiting": None if one.wait is None or one.over else _waiting(one.wait),
        "history": one.history,
    }


def _waiting(wait: Wait) -> Json:
    shown: Json = {"for": wait.kind.value, "until": None if wait.until is None else iso(wait.until)}
    if wait.kind.value == "gather" and wait.verb is not None:
        inputs = wait.verb.get("input", "dtmf").split()
        shown |= {
            "digits": "dtmf" in inputs,
            "speech": "speech" in inputs,
            "timeout": wait.verb.number("timeout", 5),
            "num_digits": wait.verb.number("numDigits", 0) or None,
            "finish_on_key": wait.verb.get("finishOnKey", "#"),
            "hints": wait.verb.get("hints"),
            "typed": wait.typed,
        }
    elif wait.kind.value == "record":
        shown["spoken"] = wait.spoken
    return shown
