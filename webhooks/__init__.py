"""The phone network's door: Twilio's webhooks in.

A view here verifies, dedupes, translates, delegates and answers; nothing else. Business lives in `checkin/`. To add a
step: a rule in `sms.py`, `voice.py` or `relay.py`, and its signature is checked for you before it runs.
"""

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from checkin.bootstrap import Bell, Line
from webhooks import footprints, probes, relay, signature, sms, through, voice

# Where the addresses of this door begin.
PATHS = ("/twilio/", "/healthz", "/readyz", "/metrics")


def create_app(line: Line, bell: Bell) -> Flask:
    """Return the door as an application of its own: what guards the console's pages would only slow a text down."""
    app = Flask("webhooks", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=256 * 1024)
    door = Blueprint("twilio", __name__, url_prefix="/twilio")
    door.before_request(signature.checker(line.settings))
    footprints.leave(door)
    sms.add_rules(door, line, bell)
    voice.add_rules(door, line, bell)
    relay.add_rules(door, line, bell)
    through.add_rules(door, line, bell)
    probes.add_mirror(door, line)
    app.register_blueprint(door)
    probes.add_rules(app, line, bell)
    app.register_error_handler(HTTPException, _in_short)
    https = line.settings.public_url.startswith("https://")
    app.after_request(lambda answer: _dressed(answer, https=https))
    return app


# No browser has any business here; one that comes all the same runs, frames and tells on nothing.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def _dressed(answer: Response, *, https: bool) -> Response:
    answer.headers.update(_HEADERS)
    if https:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer


def _in_short(error: HTTPException) -> Response:
    """Nobody reads a page here."""
    return Response(status=error.code)
