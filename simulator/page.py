"""The page of phones."""

import base64

from flask import Blueprint, Response, current_app, render_template

from simulator.faults import Fault
from simulator.rest import network
from simulator.wire import API_VERSION

pages = Blueprint("page", __name__)

FAULTS = {
    Fault.REST_STATUS: "The API answers with an error, and does nothing",
    Fault.REST_HTML: "The API answers with a page of HTML",
    Fault.REST_HANG: "The API hangs, and does nothing",
    Fault.REST_RESET: "The API drops the connection, and does nothing",
    Fault.REST_ACCEPT_THEN_HANG: "The API does it, but the answer never comes",
    Fault.REST_ACCEPT_THEN_RESET: "The API does it, but drops the connection",
    Fault.CALLBACK_SHUFFLE: "Status callbacks come in the opposite order",
    Fault.CALLBACK_DUPLICATE: "Status callbacks come twice",
    Fault.CALLBACK_DROP: "Status callbacks do not come",
    Fault.CALLBACK_DELAY: "Status callbacks come late",
    Fault.CALLBACK_BEFORE_RESPONSE: "Status callbacks come before the API has answered",
    Fault.WEBHOOK_TIMEOUT: "The network waits less long for the line",
    Fault.WEBHOOK_DUPLICATE: "A text reaches the line twice",
}
"""What the page calls each fault."""

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


@pages.get("/")
def phones() -> str:
    """The phones, the clock, the faults and the debugger; a script keeps them up to date."""
    return render_template("phones.html", **current_app.config["PAGE"], line=network().line, faults=FAULTS)


@pages.get(f"/{API_VERSION}/Accounts/<account>/Messages/<message>/Media/<media>")
def picture(account: str, message: str, media: str) -> Response:  # noqa: ARG001 - every picture is the same one
    """A picture somebody sent: one grey dot. Whoever has the address may see it, as at Twilio."""
    return Response(base64.b64decode(DOT), mimetype="image/png")


@pages.after_request
def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
