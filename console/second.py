"""The second step of a log-in: the code from an app, a recovery code instead, and setting it up the first time."""

import io

import segno
from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from console import forms, limits, proof, rooms
from console.desk import Desk

_BOTH = ("GET", "POST")


class Code(forms.Form):
    """A code from an app, or a recovery code."""

    code = forms.line(
        "Code",
        hint="The six digits that the app on your telephone shows now; without it, one of your recovery codes",
        needed="Enter the code",
        longest=40,
        autocomplete="one-time-code",
        spellcheck="false",
    )


class Proof(forms.Form):
    """The first code of a new app."""

    code = forms.line(
        "Code",
        hint="The six digits that the app shows for this line now",
        needed="Enter the code",
        longest=40,
        autocomplete="one-time-code",
        inputmode="numeric",
    )


def room(desk: Desk, counting: limits.Limits) -> Blueprint:
    """Return the room: `/log-in/code`, `/log-in/second-factor` and the picture that an app reads."""
    door = Blueprint("second", __name__, url_prefix="/log-in")

    def picture() -> AnyResponse:
        refused = _may_not_set_up(desk)
        if refused:
            return refused
        with desk.work() as work:
            link = staff.propose(work, g.session.account).link
        drawn = io.BytesIO()
        segno.make(link, error="m").save(drawn, kind="png", scale=6, border=4)
        return Response(drawn.getvalue(), mimetype="image/png")

    def too_often(_: TooManyRequests) -> AnyResponse:
        sentence, seconds = counting.wait()
        form = Code()
        form.refuse(sentence, "code")
        answer = Response(render_template("code.html", form=form, onward=_onward()), 429)
        answer.headers["Retry-After"] = seconds
        return answer

    ours = (limits.SAME_PERSON, limits.person)
    door.add_url_rule("/code", "code", counting.guard("second.code", lambda: _code(desk), ours), methods=_BOTH)
    door.add_url_rule(
        "/second-factor", "set_up", counting.guard("second.set_up", lambda: _set_up(desk), ours), methods=_BOTH
    )
    door.add_url_rule("/second-factor.png", "picture", picture)
    door.register_error_handler(429, too_often)
    return door


def _code(desk: Desk) -> AnyResponse:
    if g.session is None or g.session.whole:
        return redirect(url_for("login.log_in"), 303)
    who, form = g.session.account, Code()
    if form.sent():
        given = form.code.data
        with desk.work() as work:
            # First what needs no key: after a lost one it is the only way in.
            saved = staff.use_recovery_code(work, who.person_id, given)
            right = not saved and staff.check_code(work, who.person_id, given)
            what = "log_in_recovery_code" if saved else "log_in_code" if right else "log_in_code_refused"
            audit.record(work, who.person_id, what, "console")
        if right or saved:
            return proof.let_in(desk, who, rooms.home(who.role))
        form.refuse("That is not the code. Codes change every half minute, and each is taken once", "code")
    return form.page("code.html", onward=_onward())


def _set_up(desk: Desk) -> AnyResponse:
    refused = _may_not_set_up(desk)
    if refused:
        return refused
    who, form = g.session.account, Proof()
    codes: list[str] | None = None
    with desk.work() as work:
        if form.sent():
            codes = staff.confirm(work, who, form.code.data)
            if codes:
                audit.record(work, who.person_id, "set_up_second_factor", "console")
            else:
                form.refuse("That is not the code. Is the telephone's clock right?", "code")
        if not codes:
            return form.page("second_factor.html", secret=staff.propose(work, who), onward=_onward())
    onward = url_for("account.show") if g.session.whole else proof.let_in(desk, who, rooms.home(who.role)).location
    return Response(render_template("recovery_codes.html", codes=codes, onward=onward))


def _may_not_set_up(desk: Desk) -> AnyResponse | None:
    """Let in who is at this step of their log-in, or is logged in and has just given their password; but nobody whose
    log-in waits for the factor they have."""
    if g.session is None:
        return redirect(url_for("login.log_in"), 303)
    if g.session.whole:
        return None if proof.is_fresh() else redirect(url_for("login.again", next=url_for("second.set_up")), 303)
    with desk.work() as work:
        has = staff.has_factor(work, g.session.account.person_id)
    return redirect(url_for("second.code"), 303) if has else None


def _onward() -> str:
    return proof.local_path(request.values.get("next", "")) or ""
