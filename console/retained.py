"""Records: how long things are kept and what goes when, what went each night, the last backup, whether the audit is
whole. Nothing here is about anybody: counts and moments."""

from datetime import timedelta

from flask import Blueprint, Response, render_template

from checkin import audit, retention
from console.desk import Desk, me
from console.times import lasting

# Without a run for so long, or a backup, somebody ought to look.
_NIGHT_MISSED, _BACKUP_OLD = timedelta(days=2), timedelta(days=8)


def room(desk: Desk) -> Blueprint:
    """Return the room: `/records`."""
    door = Blueprint("retained", __name__, url_prefix="/records")

    def show() -> Response:
        with desk.work() as work:
            nights, backup = retention.nights(work), audit.last(work, "backed_up")
            page = render_template(
                "records.html",
                countdown=retention.countdown(work),
                names={rule.name: rule.about for rule in retention.RULES},
                nights=nights,
                missed=not nights or work.now - nights[0].at > _NIGHT_MISSED,
                backup=backup,
                old=backup is None or work.now - backup.at > _BACKUP_OLD,
                restored=audit.last(work, "restored"),
                checked=audit.last(work, "check_audit"),
                now=work.now,
                lasting=lasting,
                times=desk.times(work),
            )
            audit.record(work, me().person_id, "read_records", "records")
        return Response(page)

    door.add_url_rule("", "show", show)
    return door
