"""Browsers in which somebody has logged in before. Wrong tries there are counted apart from everybody else's, so that
nobody who guesses somebody's password elsewhere can keep them out of the browser they always use.

The mark is a signed cookie: a number of the browser's own, and which accounts have logged in there, as hashes. It opens
nothing. Whoever takes it gets no more tries than anybody, and none at another's account.
"""

import hashlib
import secrets
from datetime import timedelta

from flask import Flask, Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

_LASTS = timedelta(days=180)
# On a machine that many share.
_MOST = 8


def account(email: str) -> str:
    """Return what an account is counted and remembered as: not its address."""
    return hashlib.sha256(email.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()[:32]


def remember(email: str) -> None:
    """Have the answer leave the mark in this browser: the account has just shown everything it takes to log in."""
    number, accounts = _read()
    others = [one for one in accounts if one != account(email)]
    value = _signer(current_app).dumps([number or secrets.token_urlsafe(12), [account(email), *others][:_MOST]])

    @after_this_request
    def leave(answer: Response) -> Response:
        answer.set_cookie(
            _name(),
            value,
            max_age=_LASTS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return answer


def browser(of: str) -> str | None:
    """Return this browser's number when the account `of` has logged in here before, else None."""
    number, accounts = _read()
    return number if of in accounts else None


def _read() -> tuple[str, list[str]]:
    try:
        number, accounts = _signer(current_app).loads(
            request.cookies.get(_name(), ""), max_age=int(_LASTS.total_seconds())
        )
    except BadSignature:
        return "", []
    return number, accounts


def _signer(app: Flask) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(app.secret_key or "", salt="known-browser")


def _name() -> str:
    return "__Host-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"
