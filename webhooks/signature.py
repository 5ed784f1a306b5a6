"""Is it Twilio? `X-Twilio-Signature` over the public address as Twilio was given it, and the form as it came.

The address is made of PUBLIC_URL and the raw target of the request: what proxies and frameworks say about host, scheme
or decoded paths is not what was signed.
"""

from collections.abc import Callable

from flask import Response, request
from twilio.request_validator import RequestValidator

from checkin.settings import Settings
from webhooks.metrics import REFUSED


def checker(settings: Settings) -> Callable[[], Response | None]:
    """Return what every request of the door must pass: None lets it through, 403 leaves no trace but a count.

    While the auth token is being rotated the secondary one is good as well.
    """
    validators = [RequestValidator(token) for token in settings.auth_tokens]

    def check() -> Response | None:
        signature = request.headers.get("X-Twilio-Signature", "")
        # gunicorn and Werkzeug both keep the target undecoded.
        target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
        url = settings.public_url + target
        if signature and any(v.validate(url, request.form, signature) for v in validators):
            return None
        REFUSED.inc()
        return Response(status=403)

    return check
