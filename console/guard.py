"""What stands before every room: who you are, whether the form is ours, what you may see; and the headers of every
answer, and pages for what goes wrong."""

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, redirect, render_template, request, session, url_for
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from checkin import logs, staff
from checkin.bootstrap import ClockStoppedError
from checkin.settings import Settings
from checkin.staff import Account, Session
from checkin.store.ids import new_id
from checkin.store.work import Work, as_uuid, is_away
from console import proof, rooms
from console.desk import Desk

_log = logs.get("console")

# The cookie outlives the log-in: by it what somebody was writing still finds whose it is.
_COOKIE_LASTS = timedelta(days=7)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def furniture() -> Blueprint:
    """Return the stylesheet and scripts, and the templates of every room."""
    return Blueprint(
        "console", __name__, static_folder="static", static_url_path="/console", template_folder="templates"
    )


class Guard:
    """Opens rooms: to all who come, or to staff of certain roles."""

    def __init__(self, app: Flask, desk: Desk) -> None:
        """Set up sessions, forms and error pages of the application."""
        self._app = app
        self._desk = desk
        settings = desk.line.settings
        self._https = _over_https(settings)
        app.config.update(
            # The prefix makes browsers refuse the cookie unless it is secure and this host's alone.
            SESSION_COOKIE_NAME="__Host-console" if self._https else "console",
            SESSION_COOKIE_SECURE=self._https,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_REFRESH_EACH_REQUEST=False,
            PERMANENT_SESSION_LIFETIME=_COOKIE_LASTS,
            # Rooms check their forms themselves; a form lasts as long as the log-in it was opened under.
            WTF_CSRF_CHECK_DEFAULT=False,
            WTF_CSRF_TIME_LIMIT=None,
            # The token does; a proxy that hides its host name would lock everybody out.
            WTF_CSRF_SSL_STRICT=False,
        )
        self._forms = CSRFProtect(app)
        app.teardown_request(lambda _: logs.follow(None))
        app.context_processor(lambda: {"line_name": settings.name, **_shown_everywhere()})
        app.register_error_handler(CSRFError, self._form_is_old)
        app.register_error_handler(404, self._no_such_page)
        app.register_error_handler(405, self._no_such_page)

    def open_to_all(self, room: Blueprint) -> None:
        """Hang a room that needs no log-in."""
        room.before_request(self._find_account)
        self._hang(room)

    def open_to(self, room: Blueprint, roles: frozenset[str]) -> None:
        """Hang a room for staff of these roles. Nobody else gets past: they log in, or read why they may not."""
        room.before_request(self._find_account)
        room.before_request(self._sender_away)
        room.before_request(_role_keeper(roles))
        self._hang(room)

    def _hang(self, room: Blueprint) -> None:
        room.before_request(self._forms.protect)
        room.after_request(self._furnish)
        room.register_error_handler(DBAPIError, _database_error)
        room.register_error_handler(ClockStoppedError, _clock_stopped)
        room.register_error_handler(404, _nothing_here)
        room.register_error_handler(500, _broken)
        self._app.register_blueprint(room)

    def _find_account(self) -> None:
        """Find out who this is. Only a page that a person asked for keeps the session from ending."""
        g.account = g.session = None
        g.desk = self._desk
        if request.endpoint == "console.static":
            return
        g.now = self._desk.line.clock()
        logs.follow(new_id())
        if "log-in" not in session:
            return
        with self._desk.work() as work:
            g.session = staff.find_session(work, session["log-in"])
            if g.session and not request.headers.get("X-Live"):
                staff.seen(work, g.session)
            if g.session and request.form.get("kept"):
                _drop_kept(work, g.session)
        if g.session and g.session.whole:
            g.account = g.session.account

    def _sender_away(self) -> AnyResponse | None:
        """Send whoever is not logged in to the log-in. What they were writing is kept until they are."""
        if g.account is not None:
            return None
        kept = False
        if request.method == "POST" and "log-in" in session:
            with self._desk.work() as work:
                person_id = staff.whose(work, session["log-in"])
            kept = person_id is not None and proof.keep_form(self._desk, person_id)
        return redirect(url_for("login.log_in", next=proof.back(), kept="yes" if kept else None), 303)

    def _form_is_old(self, _: CSRFError) -> AnyResponse:
        if g.account is None:
            return redirect(request.path, 303)
        title, kept = "This form was opened under another log-in", proof.keep_form(self._desk, g.account.person_id)
        why = "Nothing was changed. What you wrote is kept." if kept else "Nothing was changed. Load the page again."
        onward = (url_for("account.kept"), "See what you wrote") if kept else None
        return _problem(400, title, why, onward)

    def _furnish(self, answer: AnyResponse) -> AnyResponse:
        answer.headers.update(_HEADERS)
        if self._https:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "console.static":
            answer.headers["Cache-Control"] = "no-store"
        return answer

    def _no_such_page(self, error: HTTPException) -> AnyResponse:
        g.account = None
        return self._furnish(_problem(error.code or 404, "There is no such page", _ELSEWHERE))


def _shown_everywhere() -> dict[str, object]:
    account: Account | None = g.get("account")
    role = account.role if account else ""
    return {"account": account, "rooms": rooms.named(role), "home": rooms.home(role)}


def _drop_kept(work: Work, whose: Session) -> None:
    kept_id = as_uuid(request.form["kept"])
    if kept_id:
        staff.drop(work, whose.account.person_id, kept_id)


def _role_keeper(roles: frozenset[str]) -> Callable[[], AnyResponse | None]:
    def keep() -> AnyResponse | None:
        if g.account.role in roles:
            return None
        return _problem(403, "This page is not for your role", _NOT_FOR_YOU)

    return keep


def _over_https(settings: Settings) -> bool:
    parts = urlsplit(settings.public_url)
    if parts.scheme == "https":
        return True
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname != "localhost"


_NOT_FOR_YOU = (
    "Coordinators and safeguarding leads only read this. As a facilitator you see your own groups. If you are worried "
    "about somebody, ring whoever is on call."
)
_ELSEWHERE = "The address may be mistyped, or what was there has gone."


def _problem(status: int, title: str, why: str, onward: tuple[str, str] | None = None) -> Response:
    return Response(render_template("problem.html", title=title, why=why, onward=onward), status)


def _nothing_here(_: HTTPException) -> Response:
    return _problem(404, "There is no such page", _ELSEWHERE)


def _database_error(error: DBAPIError) -> Response:
    if not is_away(error):
        raise error
    _log.error("database_away", kind=type(error.orig).__name__)
    why = (
        "Tell whoever looks after the server, and try again in a minute. Meanwhile texts and calls are answered with "
        "the crisis numbers."
    )
    return _problem(503, "The line's database cannot be reached", why)


def _clock_stopped(_: ClockStoppedError) -> Response:
    return _problem(503, "The rehearsal's clock does not answer", "Start the rehearsal again.")


def _broken(_: HTTPException) -> Response:
    why = "The line itself goes on working. Look at the page again before you repeat what you did."
    return _problem(500, "Something broke on this page", why)
