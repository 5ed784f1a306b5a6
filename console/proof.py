"""That it is they: the session of who is logged in, whether they have just shown it again, and the way back to where
they were."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import g, redirect, request, session, url_for

from checkin.staff import Account

# How long a password that was just given counts as just given.
FRESH = timedelta(minutes=10)

View = TypeVar("View", bound=Callable[..., Any])


def welcome(account: Account) -> None:
    """Begin a session. Whatever was in it before, the form's token too, is gone."""
    session.clear()
    session.permanent = True
    session["person"] = str(account.person_id)
    session["mark"] = account.mark
    prove()


def needs_fresh_login(view: View) -> View:
    """Let a view be used only by somebody who has just given their password: for what takes data away for good, or out
    of the house. Who has not is asked for it, and comes back."""

    @wraps(view)
    def keep(*given: Any, **named: Any) -> Any:
        if g.now.timestamp() - session.get("proved", 0) <= FRESH.total_seconds():
            return view(*given, **named)
        return redirect(url_for("login.again", next=back()), 303)

    return cast("View", keep)


def prove() -> None:
    """Note that somebody has just given their password."""
    session["proved"] = g.now.timestamp()


def back() -> str | None:
    """Return where somebody is to find themselves after they have logged in: a form is not sent again, but its page is
    shown."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
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
