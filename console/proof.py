"""That it is they: the session of who is logged in, whether they have just shown it again, and the way back to where
they were."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from checkin.staff import Account
from checkin.store.work import Work
from console import known
from console.desk import Desk

# How long a password that was just given counts as just given.
FRESH = timedelta(minutes=10)

View = TypeVar("View", bound=Callable[..., Any])

# What is never kept: it is for one moment and one pair of eyes.
_SECRET = ("password", "code", "pin")


def welcome(desk: Desk, account: Account, home: str) -> AnyResponse:
    """Go on with somebody whose password was right: to their second factor, to setting one up, or in."""
    with desk.work() as work:
        has = staff.has_factor(work, account.person_id)
        if has or account.role in desk.line.settings.second_factor:
            _begin(work, account, whole=False)
            onward = local_path(request.values.get("next", ""))
            return redirect(url_for("second.code" if has else "second.set_up", next=onward), 303)
    return let_in(desk, account, home)


def let_in(desk: Desk, account: Account, home: str) -> AnyResponse:
    """Begin a whole session, and lead to what was being written when the one before ran out, or where they meant to go;
    without either, to the endpoint `home`.

    Whatever was in the browser's session before, the form's token too, is gone.
    """
    onward = local_path(request.values.get("next", "")) or url_for(home)
    with desk.work() as work:
        if g.session is not None:
            staff.end_session(work, g.session.account.person_id, g.session.id)
        _begin(work, account, whole=True)
        kept = staff.kept(work, account.person_id)
        audit.record(work, account.person_id, "log_in", "console")
    return redirect(url_for("account.kept", next=onward) if kept else onward, 303)


def stay(desk: Desk, account: Account) -> AnyResponse:
    """Go on in this browser, in a new session, after everything that was logged in has ended."""
    with desk.work() as work:
        told = session.get("_flashes")
        _begin(work, account, whole=True)
        session["_flashes"] = told
    return redirect(url_for("account.show"), 303)


def _begin(work: Work, account: Account, *, whole: bool) -> None:
    agent, address = request.user_agent.string, request.remote_addr or ""
    secret = staff.begin(work, account, whole=whole, agent=agent, address=address)
    session.clear()
    session.permanent = True
    session["log-in"] = secret
    if whole:
        known.remember(account.email)


def is_fresh() -> bool:
    """Tell whether whoever is logged in has just given their password."""
    return bool(g.now - g.session.proved_at <= FRESH)


def needs_fresh_login(view: View) -> View:
    """Let a view be used only by somebody who has just given their password: for what takes data away for good, or out
    of the house. Who has not is asked for it, and comes back; a form that was sent is kept and shown to them."""

    @wraps(view)
    def guarded(*given: Any, **named: Any) -> Any:
        if is_fresh():
            return view(*given, **named)
        onward = back()
        if request.method == "POST" and keep_form(g.desk, g.account.person_id):
            onward = url_for("account.kept", next=onward)
        return redirect(url_for("login.again", next=onward), 303)

    return cast("View", guarded)


def keep_form(desk: Desk, person_id: UUID) -> bool:
    """Keep the form that was sent, for the one who wrote it; tell whether there was anything to keep."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and not any(part in name for part in _SECRET)
    ]
    if not any(value.strip() for _, value in fields):
        return False
    with desk.work() as work:
        return staff.keep(work, person_id, request.full_path.rstrip("?"), fields)


def back() -> str | None:
    """Return where somebody is to find themselves after they have logged in: a form is not sent again, but its page is
    shown."""
    if request.method == "GET":
        # The bare address means wherever they begin, and not everybody begins at the queue.
        return request.full_path.rstrip("?") if request.path != "/" else None
    if request.blueprint == "cases" and request.view_args:
        return url_for("cases.show", number=request.view_args["number"])
    came_from = urlsplit(request.referrer or "")
    return local_path(came_from.path) if came_from.netloc == request.host else None


def local_path(address: str) -> str | None:
    """Return `address` when it is a path of this site and nothing else, so that a log-in never leads elsewhere."""
    parts = urlsplit(address)
    if not address.startswith("/") or address.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
        return None
    return address if address.isprintable() and "\\" not in address else None
