"""Twilio's REST API, as far as the line uses it: who may ask, the faults on the way, and the shape of every refusal."""

import base64
import binascii
import hmac
import threading
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from simulator.faults import Fault
from simulator.network import Network
from simulator.wire import API_VERSION, RestError

ROOT = f"/{API_VERSION}/Accounts/<account>"
DROP = "simulator.drop"
"""Set in the WSGI environment of a request whose connection is to be dropped instead of answered."""

PAGING = frozenset({"Page", "PageToken", "PageSize"})
Json = dict[str, object]


def network() -> Network:
    """The network this application serves."""
    return cast("Network", current_app.extensions["network"])


def blueprint(name: str) -> Blueprint:
    """A blueprint every request of which is let in, or refused, as Twilio's edge does it."""
    made = Blueprint(name, __name__)
    made.url_value_preprocessor(_take_account)
    made.before_request(_let_in)
    made.after_request(_let_out)
    made.teardown_request(_leave)
    made.register_error_handler(RestError, _refuse)
    return made


def _take_account(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """The account is checked once for every view, so no view has to take it."""
    if values is not None and "account" in values:
        g.account = values.pop("account")


def register_fallbacks(app: Flask) -> None:
    """Unknown paths and methods under the API's roots get Twilio's own kind of refusal, too."""
    app.register_error_handler(404, _not_found)


def _not_found(error: NotFound) -> tuple[Response, int] | Response:
    if request.path.startswith((f"/{API_VERSION}", "/v1/")):
        return _refuse(missing())
    return Response(error.get_body(), 404, mimetype="text/html")


def missing() -> RestError:
    """What Twilio says of something that is not there."""
    return RestError(20404, f"The requested resource {request.path} was not found", 404)


def _refuse(error: RestError) -> tuple[Response, int]:
    return jsonify(error.body()), error.status


class _Load:
    """How many REST requests are being answered."""

    def __init__(self) -> None:
        self.count, self.lock = 0, threading.Lock()

    def add(self, change: int) -> int:
        with self.lock:
            self.count += change
            return self.count


def _load() -> _Load:
    return cast("_Load", current_app.extensions.setdefault("rest_load", _Load()))


def _let_in() -> Response | tuple[Response, int] | None:
    net = network()
    running = _load().add(1)
    request.environ["simulator.counted"] = True
    about = f"{request.method} {request.path}"
    if (rule := net.faults.draw(Fault.REST_RESET, about)) is not None:
        return _drop()
    if (rule := net.faults.draw(Fault.REST_HANG, about)) is not None:
        net.closing.wait(rule.seconds)
        return _drop()
    if (rule := net.faults.draw(Fault.REST_HTML, about)) is not None:
        page = "<!doctype html><title>Gateway</title><h1>The gateway had nothing to say</h1>"
        return Response(page, rule.status, mimetype="text/html")
    if (rule := net.faults.draw(Fault.REST_STATUS, about)) is not None:
        return _status(rule.status)
    if 0 < net.settings.rest_concurrency < running:
        return _status(429)
    _authenticate(net)
    if g.get("account", net.line.account_sid) != net.line.account_sid:
        raise missing()
    return None


def _status(status: int) -> Response:
    words = {
        401: (20003, "Authenticate"),
        429: (20429, "Too Many Requests"),
        500: (20500, "An internal server error has occurred"),
        503: (20503, "Service unavailable"),
    }
    error = RestError(*words.get(status, (20000 + status, "The request failed")), status)
    response, _ = _refuse(error)
    response.status_code = status
    if status == 429:
        response.headers["Retry-After"] = "1"
    return response


def _authenticate(net: Network) -> None:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, password = "", ""
    known = net.line.secrets.get(user, "")
    if kind.lower() != "basic" or not known or not hmac.compare_digest(known.encode(), password.encode()):
        raise RestError(20003, "Authenticate", 401)


def _let_out(response: Response) -> Response:
    net = network()
    about = f"{request.method} {request.path}"
    response.headers.setdefault("Twilio-Concurrent-Requests", str(_load().count))
    if response.status_code < 400 and request.method == "POST":
        if net.faults.draw(Fault.REST_ACCEPT_THEN_RESET, about) is not None:
            return _drop()
        if (rule := net.faults.draw(Fault.REST_ACCEPT_THEN_HANG, about)) is not None:
            net.closing.wait(rule.seconds)
            return _drop()
    return response


def _leave(_error: BaseException | None) -> None:
    if request.environ.pop("simulator.counted", False):
        _load().add(-1)


def _drop() -> Response:
    request.environ[DROP] = True
    return Response("", 503)


def page_of(name: str, items: Sequence[Json]) -> Json:
    """One page of a list, with links to the next and the previous as Twilio writes them. The order is the caller's."""
    arguments = MultiDict(request.args)
    size = min(max(int(_whole(arguments, "PageSize", 50)), 1), 1000)
    page = int(_whole(arguments, "Page", 0))
    shown = items[page * size : (page + 1) * size]

    def link(number: int) -> str:
        values = [(key, value) for key, value in arguments.items(multi=True) if key not in PAGING]
        values += [("PageSize", str(size)), ("Page", str(number))]
        if number:
            values.append(("PageToken", f"PA{number:032x}"))
        return f"{request.path}?{urlencode(values)}"

    return {
        name: shown,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": link(page),
        "first_page_uri": link(0),
        "next_page_uri": link(page + 1) if len(items) > (page + 1) * size else None,
        "previous_page_uri": link(page - 1) if page else None,
    }


def _whole(arguments: Mapping[str, str], name: str, default: int) -> int:
    text = arguments.get(name, str(default))
    if not text.isdigit():
        raise RestError(20001, f"{name} must be a whole number")
    return int(text)
