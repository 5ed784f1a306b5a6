"""Records: how long things are kept and what goes when, what went each night, the last backup, whether the audit is
whole. Nothing here is about anybody: counts and moments."""

from datetime import timedelta

from flask import Blueprint, Response, render_template

from checkin import audit, retention
from checkin.records import consent_pack as packing
from console import audit_words
from console.desk import Desk, me
from console.times import kept_for

# Without a run for so long, or a backup, somebody ought to look.
_NIGHT_MISSED, _BACKUP_OLD = timedelta(days=2), timedelta(days=8)


def room(desk: Desk) -> Blueprint:
    """Return the room: `/records`."""
    door = Blueprint("retained", __name__, url_prefix="/records")

    def show() -> Response:
        with desk.work() as work:
            nights, times = retention.nights(work), desk.times(work)
            backup, restored = audit.last(work, "backed_up"), audit.last(work, "restored")
            page = render_template(
                "records.html",
                countdown=retention.countdown(work),
                names={rule.name: rule.about for rule in retention.RULES},
                nights=nights,
                missed=not nights or work.now - nights[0].at > _NIGHT_MISSED,
                backup=backup,
                old=backup is None or work.now - backup.at > _BACKUP_OLD,
                restored=restored,
                told=audit_words.teller(work, filter(None, (backup, restored)), times),
                checked=audit.last(work, "check_audit"),
                now=work.now,
                kept=kept_for,
                times=times,
            )
            audit.record(work, me().person_id, "read_records", "records")
        return Response(page)

    def consent_pack() -> Response:
        with desk.work() as work:
            packed = packing.zipped(work)
            audit.record(work, me().person_id, "exported_consent_pack", "consent pack")
        named = 'attachment; filename="consent-pack.zip"'
        return Response(packed, mimetype="application/zip", headers={"Content-Disposition": named})

    door.add_url_rule("", "show", show)
    door.add_url_rule("/consent-pack.zip", "consent_pack", consent_pack, methods=["POST"])
    return door
