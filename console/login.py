"""Logging in and out."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, g, redirect, render_template, request, session, url_for
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFError
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from checkin.staff import Account
from console import forms, proof, rooms
from console.desk import Desk

# Only wrong tries count. One address guessing one account is stopped soon; a whole account is closed to all who guess
# for ten minutes at most, so that nobody can be kept out for long by others' guessing.
_SAME_PERSON = "5 per 5 minutes"
_SAME_ACCOUNT = "20 per 10 minutes"
_SAME_ADDRESS = "40 per 10 minutes"

_WRONG = "That e-mail address and password do not belong together"
_TOO_OFTEN = "That was wrong too many times. Wait ten minutes, then try again"

_OLD_PAGE = "This page had been open for too long. Enter your password again"


_BOTH = ("GET", "POST")


class Again(forms.Form):
    """The password once more."""

    password = forms.password("Password", needed="Enter your password")


def room(app: Flask, desk: Desk) -> Blueprint:
    """Return the room: `/log-in`, `/log-in/again`, `/log-out`."""
    door = Blueprint("login", __name__)
    limiter = _limiter(app, desk.line.settings.redis_url)

    def log_in() -> AnyResponse:
        onward = proof.local_path(request.values.get("next", "")) or _home()
        if request.method == "GET":
            return redirect(onward, 303) if g.account else _form(onward)
        email, password = _email(), request.form.get("password", "")
        errors = _missing(email, password)
        if errors:
            return _form(onward, errors, status=422)
        account = _check(desk, email, password)
        if account is None:
            return _form(onward, {"password": _WRONG}, status=422)
        proof.welcome(account)
        return redirect(proof.local_path(request.form.get("next", "")) or url_for(rooms.home(account.role)), 303)

    def log_out() -> AnyResponse:
        if g.account is not None:
            with desk.work() as work:
                audit.record(work, g.account.person_id, "log_out", "console")
        session.clear()
        return redirect(url_for("login.log_in"), 303)

    view = log_in
    wrong: dict[str, Any] = {"methods": ["POST"], "deduct_when": _was_wrong}
    for limit, key in ((_SAME_PERSON, _person), (_SAME_ACCOUNT, _account), (_SAME_ADDRESS, _address)):
        view = limiter.limit(limit, key_func=key, **wrong)(view)
    door.add_url_rule("/log-in", "log_in", view, methods=_BOTH)
    door.add_url_rule(
        "/log-in/again", "again", limiter.limit(_SAME_PERSON, key_func=_me, **wrong)(_again(desk)), methods=_BOTH
    )
    door.add_url_rule("/log-out", "log_out", log_out, methods=["POST"])
    door.register_error_handler(429, _too_often)
    door.register_error_handler(CSRFError, _form_is_old)
    return door


def _again(desk: Desk) -> Callable[[], AnyResponse]:
    def again() -> AnyResponse:
        if g.account is None:
            return redirect(url_for("login.log_in"), 303)
        onward = proof.local_path(request.values.get("next", "")) or _home()
        form = Again()
        if form.sent():
            if _check(desk, g.account.email, form.password.data):
                proof.prove()
                return redirect(onward, 303)
            form.refuse("That is not your password", "password")
        return form.page("again.html", onward=onward)

    return again


def _too_often(_: TooManyRequests) -> AnyResponse:
    if g.account is not None:
        return Response(render_template("problem.html", title="Too many wrong passwords", why=_TOO_OFTEN), 429)
    answer = _form(proof.local_path(request.values.get("next", "")) or "/", {"password": _TOO_OFTEN}, status=429)
    answer.headers["Retry-After"] = "600"
    return answer


def _form_is_old(_: CSRFError) -> AnyResponse:
    if request.endpoint == "login.again" and g.account:
        form = Again()
        form.refuse(_OLD_PAGE, "password")
        return Response(render_template("again.html", form=form, onward=_home()), 400)
    if request.endpoint != "login.log_in":
        return redirect(_home() if g.account else url_for("login.log_in"), 303)
    return _form(proof.local_path(request.values.get("next", "")) or "/", {"password": _OLD_PAGE}, status=400)


def _home() -> str:
    return url_for(rooms.home(g.account.role if g.account else ""))


def _me() -> str:
    return str(g.account.person_id) if g.account else _address()


def _check(desk: Desk, email: str, password: str) -> Account | None:
    """Return whose password this is. No transaction is open while the hash is computed."""
    with desk.work() as work:
        found = staff.by_email(work, email)
    account, password_hash = found or (None, None)
    right = staff.is_password(password_hash, password)
    with desk.work() as work:
        actor = account.person_id if account else None
        audit.record(work, actor, "log_in" if right else "log_in_refused", "console")
    return account if right else None


def _email() -> str:
    # What cannot stand in an address cannot be looked up either.
    return "".join(c for c in request.form.get("email", "") if c.isprintable()).strip()[:254]


def _missing(email: str, password: str) -> dict[str, str]:
    errors = {}
    if not email:
        errors["email"] = "Enter your e-mail address"
    elif "@" not in email[1:-1]:
        errors["email"] = "Enter an e-mail address such as name@example.org"
    if not password:
        errors["password"] = "Enter your password"  # noqa: S105  # a sentence about one
    return errors


def _form(onward: str, errors: dict[str, str] | None = None, *, status: int = 200) -> Response:
    page = render_template("login.html", errors=errors or {}, email=_email(), onward=onward)
    return Response(page, status)


def _limiter(app: Flask, redis_url: str) -> Limiter:
    """Count in Redis, for all web processes together; while it is away, in each by itself: staff still get in."""
    # One second, once: nobody is kept waiting for a Redis that is away.
    patience: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)}
    limiter = Limiter(
        _address,
        storage_uri=redis_url,
        storage_options=patience,
        in_memory_fallback_enabled=True,
        key_prefix="console",
    )
    # Nothing else is limited, and no webhook waits for Redis on our account.
    limiter.request_filter(lambda: request.endpoint not in {"login.log_in", "login.again"})
    limiter.init_app(app)
    return limiter


def _was_wrong(answer: Response) -> bool:
    return answer.status_code == 422


def _address() -> str:
    return request.remote_addr or "nowhere"


def _account() -> str:
    return hashlib.sha256(_email().lower().encode()).hexdigest()[:32]


def _person() -> str:
    return f"{_account()}@{_address()}"
