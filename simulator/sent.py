"""Reads what a request to the control API sent, and says in a sentence what is wrong with it."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from simulator.journey import JourneyError
from simulator.rest import Json


class ControlError(Exception):
    """The control API cannot do that; the message is one sentence for a person."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message, self.status = message, status
        super().__init__(message)


def sent_json() -> Json:
    """The JSON object of the present request; an empty one when it has no body."""
    value = request.get_json(silent=True) if request.data else {}
    if not isinstance(value, dict):
        raise ControlError("the body must be a JSON object")
    return value


def text_in(sent: Json, name: str, default: str | None = None) -> str:
    """A field that must be text; without a default it must be there."""
    value = sent.get(name, default)
    if not isinstance(value, str):
        raise ControlError(f"{name} is needed, as text")
    return value


def number_in(sent: Json, name: str, default: float | None = None) -> float:
    """A field that must be a number; without a default it must be there."""
    value = sent.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ControlError(f"{name} must be a number")
    return float(value)


def refuse(error: Exception) -> tuple[Response, int]:
    """The answer to a request that cannot be done."""
    return jsonify({"error": str(error)}), error.status if isinstance(error, ControlError) else 400


def refuse_http(error: HTTPException) -> tuple[Response, int]:
    """The answer to a request that leads nowhere."""
    return jsonify({"error": error.description}), error.code or 500


def refuse_strangers() -> tuple[Response, int] | None:
    """Another site's page, open in the same browser, may not drive the phones."""
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc == request.host:
        return None
    return jsonify({"error": f"{origin} may not drive this network"}), 403


def blueprint(name: str) -> Blueprint:
    """A blueprint of the control API."""
    made = Blueprint(name, __name__, url_prefix="/sim")
    made.before_request(refuse_strangers)
    for kind in (ControlError, JourneyError, ValueError):
        made.register_error_handler(kind, refuse)
    made.register_error_handler(HTTPException, refuse_http)
    return made
