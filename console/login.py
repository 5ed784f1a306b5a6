"""Logging in and out, and giving the password once more. What comes after the password is in `second.py`."""

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from checkin.staff import Account
from console import forms, limits, proof, rooms
from console.desk import Desk

_WRONG = "That e-mail address and password do not belong together"
_OLD_PAGE = "This page had been open for too long. Enter your password again"
_BOTH = ("GET", "POST")


class LogIn(forms.Form):
    """Who somebody is."""

    email = forms.email("E-mail address", needed="Enter your e-mail address", autocomplete="username")
    password = forms.password("Password", needed="Enter your password")


class Again(forms.Form):
    """The password once more."""

    password = forms.password("Password", needed="Enter your password")


def room(desk: Desk, counting: limits.Limits) -> Blueprint:
    """Return the room: `/log-in`, `/log-in/again`, `/log-out`."""
    door = Blueprint("login", __name__)

    def too_often(_: TooManyRequests) -> AnyResponse:
        sentence, seconds = counting.wait()
        form = Again() if request.endpoint == "login.again" else LogIn()
        form.refuse(sentence, "password")
        answer = _page(form, 429)
        answer.headers["Retry-After"] = seconds
        return answer

    ours, whole = (limits.SAME_PERSON, limits.person), (limits.SAME_ACCOUNT, limits.account)
    here = (limits.SAME_ADDRESS, limits.address)
    entry = counting.guard("login.log_in", lambda: _log_in(desk), ours, whole, here)
    once_more = counting.guard("login.again", lambda: _again(desk), ours)
    door.add_url_rule("/log-in", "log_in", entry, methods=_BOTH)
    door.add_url_rule("/log-in/again", "again", once_more, methods=_BOTH)
    door.add_url_rule("/log-out", "log_out", lambda: _log_out(desk), methods=["POST"])
    door.register_error_handler(429, too_often)
    door.register_error_handler(CSRFError, _form_is_old)
    return door


def _log_in(desk: Desk) -> AnyResponse:
    if request.method == "GET" and g.account:
        return redirect(proof.local_path(request.values.get("next", "")) or _home(), 303)
    form = LogIn()
    if form.sent():
        account = _check(desk, form.email.data, form.password.data)
        if account:
            return proof.welcome(desk, account, rooms.home(account.role))
        form.refuse(_WRONG, "password")
    return _page(form)


def _again(desk: Desk) -> AnyResponse:
    if g.account is None:
        return redirect(url_for("login.log_in"), 303)
    form = Again()
    if form.sent():
        if _check(desk, g.account.email, form.password.data):
            with desk.work() as work:
                staff.prove(work, g.session)
            return redirect(proof.local_path(request.values.get("next", "")) or _home(), 303)
        form.refuse("That is not your password", "password")
    return _page(form)


def _log_out(desk: Desk) -> AnyResponse:
    if g.session is not None:
        with desk.work() as work:
            staff.end_session(work, g.session.account.person_id, g.session.id)
            audit.record(work, g.session.account.person_id, "log_out", "console")
    session.clear()
    return redirect(url_for("login.log_in"), 303)


def _page(form: LogIn | Again, status: int = 0) -> Response:
    """Show one of the two forms; what leads onward after it stays in it."""
    template = "again.html" if isinstance(form, Again) else "login.html"
    onward = proof.local_path(request.values.get("next", "")) or ""
    page = render_template(template, form=form, onward=onward, kept=request.args.get("kept") == "yes")
    return Response(page, status or (422 if form.wrong else 200))


def _form_is_old(_: CSRFError) -> AnyResponse:
    if request.endpoint == "login.log_out" or (request.endpoint == "login.again" and g.account is None):
        return redirect(_home() if g.account else url_for("login.log_in"), 303)
    form = Again() if request.endpoint == "login.again" else LogIn()
    form.refuse(_OLD_PAGE, "password")
    return _page(form, 400)


def _check(desk: Desk, email: str, password: str) -> Account | None:
    """Return whose password this is. No transaction is open while the hash is computed."""
    with desk.work() as work:
        found = staff.by_email(work, email)
    account, password_hash = found or (None, None)
    right = staff.is_password(password_hash, password)
    if not right:
        with desk.work() as work:
            audit.record(work, account.person_id if account else None, "log_in_refused", "console")
    return account if right else None


def _home() -> str:
    return url_for(rooms.home(g.account.role if g.account else ""))
