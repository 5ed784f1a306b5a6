"""An invitation: a link by which somebody on the list of staff sets their password, once."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, staff
from checkin.errors import BadInput
from console import limits
from console.account import NewPassword
from console.desk import Desk
from console.paging import tell

_GONE = "Links work once, and for three days. Ask whoever sent it for a new one."


def room(desk: Desk, counting: limits.Limits) -> Blueprint:
    """Return the room: `/invitations/<secret>`, for whoever has the link."""
    door = Blueprint("invitations", __name__)

    def accept(secret: str) -> AnyResponse | tuple[str, int]:
        form = NewPassword()
        with desk.work() as work:
            found = staff.invited(work, secret)
        if found is None:
            return render_template("problem.html", title="This link is good for nothing any more", why=_GONE), 422
        who, name = found.account, desk.line.settings.name
        if form.sent():
            weak = staff.weakness(form.password.data, [who.name, who.email, name])
            if weak:
                form.refuse(weak, "password")
            else:
                try:
                    with desk.work() as work:
                        staff.accept(work, secret, form.password.data)
                        audit.record(work, who.person_id, "accepted_invitation", "console")
                except BadInput:
                    return redirect(url_for("invitations.accept", secret=secret), 303)
                tell("Your password is set. Log in with it.")
                return redirect(url_for("login.log_in"), 303)
        title = f"Welcome, {who.name}"
        return form.page("password.html", action="", title=title, email=who.email)

    # Whoever tries links at random is stopped as whoever tries passwords.
    guarded = counting.guard("invitations.accept", accept, (limits.SAME_ADDRESS, limits.address))
    door.add_url_rule("/invitations/<secret>", "accept", guarded, methods=["GET", "POST"])
    return door
