"""The page of phones."""

from flask import Blueprint, Response, current_app, render_template

from simulator.rest import network

pages = Blueprint("page", __name__)


@pages.get("/")
def phones() -> str:
    """The phones, the clock, the faults and the debugger; a script keeps them up to date."""
    return render_template("phones.html", console_url=current_app.config["CONSOLE_URL"], line=network().line)


@pages.after_request
def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
