"""Your own log-in: where you are logged in, your password, your second step; and what you were writing when a log-in
ran out."""

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from console import forms, proof
from console.desk import Desk, me
from console.paging import tell


class NewPassword(forms.Form):
    """A new password."""

    password = forms.password(
        "New password",
        hint="At least 12 characters. Four words that do not belong together are easy to remember",
        needed="Enter a new password",
        new=True,
    )


# Which browser it is tells the first of these that it names itself by: most of them claim to be others as well.
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
_MACHINES = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "an Android telephone or tablet", "CrOS": "a Chromebook",
    "Windows": "Windows", "Mac OS": "a Mac", "Linux": "Linux",
}  # fmt: skip


def browser(agent: str) -> str:
    """Return what a browser says of itself as people say it: "Firefox on Windows"."""
    name = next((said for mark, said in _BROWSERS.items() if mark in agent), "A browser that does not say what it is")
    machine = next((said for mark, said in _MACHINES.items() if mark in agent), "")
    return f"{name} on {machine}" if machine else name


def room(desk: Desk) -> Blueprint:
    """Return the room: `/account` and what can be done there."""
    door = Blueprint("account", __name__, url_prefix="/account")

    def end(session: UUID) -> AnyResponse:
        with desk.work() as work:
            ended = staff.end_session(work, me().person_id, session)
            audit.record(work, me().person_id, "end_session", "own")
        tell("That browser is logged out." if ended else "That browser had been logged out already.")
        return redirect(url_for("account.show"), 303)

    def end_others() -> AnyResponse:
        with desk.work() as work:
            staff.end_sessions(work, me().person_id, but=g.session.id)
            audit.record(work, me().person_id, "end_session", "own, all but this")
        tell("Every other browser is logged out.")
        return redirect(url_for("account.show"), 303)

    def codes() -> str:
        with desk.work() as work:
            made = staff.new_recovery_codes(work, me().person_id)
            audit.record(work, me().person_id, "new_recovery_codes", "own")
        return render_template("recovery_codes.html", codes=made, onward=url_for("account.show"))

    def drop(kept: UUID) -> AnyResponse:
        with desk.work() as work:
            staff.drop(work, me().person_id, kept)
        return redirect(url_for("account.kept"), 303)

    door.add_url_rule("", "show", lambda: _show(desk))
    door.add_url_rule("/sessions/<uuid:session>/end", "end", end, methods=["POST"])
    door.add_url_rule("/sessions/end", "end_others", end_others, methods=["POST"])
    door.add_url_rule("/recovery-codes", "codes", proof.needs_fresh_login(codes), methods=["POST"])
    fresh = proof.needs_fresh_login(lambda: _password(desk))
    door.add_url_rule("/password", "password", fresh, methods=["GET", "POST"])
    door.add_url_rule("/kept", "kept", lambda: _kept(desk))
    door.add_url_rule("/kept/<uuid:kept>/drop", "drop", drop, methods=["POST"])
    return door


def _show(desk: Desk) -> str:
    with desk.work() as work:
        return render_template(
            "account.html",
            sessions=staff.sessions(work, me()),
            here=g.session.id,
            browser=browser,
            factor=staff.has_factor(work, me().person_id),
            needed=me().role in desk.line.settings.second_factor,
            left=staff.recovery_codes_left(work, me().person_id),
            kept=len(staff.kept(work, me().person_id)),
            times=desk.times(work),
        )


def _kept(desk: Desk) -> AnyResponse | str:
    onward = proof.local_path(request.args.get("next", "")) or url_for("login.log_in")
    with desk.work() as work:
        found = staff.kept(work, me().person_id)
        times = desk.times(work)
    return render_template("kept.html", kept=found, times=times, onward=onward) if found else redirect(onward, 303)


def _password(desk: Desk) -> AnyResponse:
    form = NewPassword()
    if form.sent():
        weak = staff.weakness(form.password.data, [me().name, me().email, desk.line.settings.name])
        if weak:
            form.refuse(weak, "password")
        else:
            with desk.work() as work:
                staff.set_password(work, me().person_id, form.password.data)
                staff.end_sessions(work, me().person_id)
                audit.record(work, me().person_id, "new_password", "own")
                account = staff.find(work, me().person_id)
            if account:
                tell("Your new password counts from now on. Every other browser is logged out.")
                return proof.stay(desk, account)
    return form.page("password.html", action=url_for("account.password"), title="A new password")
