"""What the doctor finds, for admins: the same list as `checkin doctor`. Opened, the page asks only what is cheap; a
link asks everything, Twilio too."""

from flask import Blueprint, render_template, request

from checkin import audit
from checkin.doctor import Level, examine, worst
from console.desk import Desk, me

_SAID = {Level.OK: "All is well", Level.WARNING: "There are warnings", Level.PROBLEM: "There are problems"}


def room(desk: Desk) -> Blueprint:
    """Return the room: `/doctor`."""
    door = Blueprint("doctor", __name__, url_prefix="/doctor")

    def show() -> str:
        everything = request.args.get("all") == "yes"
        results = list(examine(desk.line.patient(), cheap=not everything))
        with desk.work() as work:
            audit.record(work, me().person_id, "ask_doctor", "line", "all" if everything else "cheap")
        # The worst first; what is well, last.
        shown = sorted(results, key=lambda one: -one.level)
        return render_template("doctor.html", results=shown, said=_SAID[worst(results)], everything=everything)

    door.add_url_rule("", "show", show)
    return door
