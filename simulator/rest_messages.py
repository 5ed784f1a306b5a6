"""/Messages of the REST API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Response, jsonify, request

from simulator.messages import Message
from simulator.orders import read_order
from simulator.rest import ROOT, Json, blueprint, missing, network, page_of
from simulator.wire import RestError, parse_iso

api = blueprint("messages")
ONE = f"{ROOT}/Messages/<sid>.json"


def _find(sid: str) -> Message:
    message = network().texts.messages.get(sid)
    if message is None:
        raise missing()
    return message


@api.post(f"{ROOT}/Messages.json")
def create() -> tuple[Response, int]:
    """Accepts a text."""
    net = network()
    order = read_order(net, request.form, request.form.getlist("MediaUrl"))
    message = net.texts.create(order)
    resource = message.resource()
    net.texts.dispatch(message)
    return jsonify(resource), 201


@api.get(f"{ROOT}/Messages.json")
def listed() -> Response:
    """Texts, the newest first, by To, From and the day or moment they were sent."""
    net = network()
    with net.lock:
        messages = [message for message in net.texts.messages.values() if _wanted(message)]
        messages.sort(key=lambda message: message.created, reverse=True)
        items: list[Json] = [message.resource() for message in messages]
    return jsonify(page_of("messages", items))


def _wanted(message: Message) -> bool:
    arguments = request.args
    if arguments.get("To", message.to) != message.to or arguments.get("From", message.sender) != message.sender:
        return False
    return in_time(message.sent or message.created, "DateSent")


def in_time(when: datetime | None, name: str) -> bool:
    """Whether a moment passes the filters `name`, `name<` and `name>` of the present request.

    A day means that whole day; `<` is at or before, `>` at or after, as Twilio has them.
    """
    tests: dict[str, Callable[[datetime, datetime, datetime], bool]] = {
        name: lambda when, start, end: start <= when < end,
        f"{name}<": lambda when, _start, end: when < end,
        f"{name}>": lambda when, start, _end: when >= start,
    }
    for key, test in tests.items():
        text = request.args.get(key)
        if text and (when is None or not test(when, *_span(text))):
            return False
    return True


def _span(text: str) -> tuple[datetime, datetime]:
    try:
        start = parse_iso(text)
    except ValueError as error:
        raise RestError(20001, f"{text!r} is not a date") from error
    # Twilio's SDK writes a bare date as that day's midnight, so an exact midnight must mean the day.
    whole_day = len(text) <= len("2026-01-01") or text.endswith("T00:00:00Z")
    return start.astimezone(UTC), start + (timedelta(days=1) if whole_day else timedelta(seconds=1))


@api.get(ONE)
def fetch(sid: str) -> Response:
    """One text."""
    return jsonify(_find(sid).resource())


@api.post(ONE)
def update(sid: str) -> Response:
    """Calls a scheduled text off, or empties one that is done with."""
    message, texts = _find(sid), network().texts
    if "Status" in request.form:
        if request.form["Status"] != "canceled":
            raise RestError(20001, "Status can only be set to canceled")
        texts.cancel(message)
    elif "Body" in request.form:
        if request.form["Body"]:
            raise RestError(20001, "Body can only be set to the empty string")
        texts.redact(message)
    return jsonify(message.resource())


@api.delete(ONE)
def delete(sid: str) -> tuple[str, int]:
    """Forgets a text."""
    network().texts.delete(_find(sid))
    return "", 204
