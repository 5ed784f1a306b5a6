"""How the line is set: what the environment says, which the server's keeper changes, and where to change the rest."""

from collections.abc import Callable, Mapping

from flask import Blueprint, render_template

from checkin import audit
from checkin.settings import Settings
from checkin.staff import ROLES
from console.desk import Desk, me
from console.times import lasting

_Said = Callable[[Settings], object]

# What each setting is called, how its value is said, and its name in the environment; secrets only as being there.
_SETTINGS: Mapping[str, Mapping[str, tuple[str, _Said]]] = {
    "The line": {
        "CHECKIN_NAME": ("What it calls itself", lambda s: s.name),
        "CHECKIN_COUNTRY": ("Country", lambda s: s.country),
        "CHECKIN_TIMEZONE": ("Time zone", lambda s: s.zone.key),
        "CHECKIN_QUIET_HOURS": ("Quiet hours", lambda s: f"{s.quiet_hours[0]:%H:%M} to {s.quiet_hours[1]:%H:%M}"),
        "CHECKIN_DUTY_TIME": ("Duties are asked about at", lambda s: f"{s.duty_time:%H:%M}"),
        "CHECKIN_TEXTS_A_WEEK": ("Texts a week to one person, at most", lambda s: s.texts_a_week),
        "CHECKIN_CALLS_A_WEEK": ("Calls a week to one person, at most", lambda s: s.calls_a_week),
        "CHECKIN_REVIEW_WEEKS": ("A number is asked about again after", lambda s: lasting(s.review_every)),
        "CHECKIN_SPEECH": ("Spoken answers in calls", lambda s: _yes(on=s.speech)),
    },
    "Logging in": {
        "CHECKIN_SECOND_FACTOR": (
            "Second step needed by",
            lambda s: ", ".join(ROLES[role] for role in ROLES if role in s.second_factor) or "nobody",
        ),
        "CHECKIN_SESSION_IDLE_HOURS": ("Logged out when nothing is asked for", lambda s: lasting(s.session_idle)),
        "CHECKIN_SESSION_LONGEST_HOURS": ("Logged out in any case after", lambda s: lasting(s.session_longest)),
    },
    "The carrier": {
        "PUBLIC_URL": ("The line's own address", lambda s: s.public_url),
        "TWILIO_NUMBER": ("Number", lambda s: s.number or "none"),
        "TWILIO_MESSAGING_SERVICE_SID": ("Messaging service", lambda s: s.messaging_service_sid or "none"),
        "TWILIO_AUTH_TOKEN": ("Auth token", lambda s: "two are set" if s.auth_tokens[1:] else "set"),
        "CHECKIN_ADVANCED_OPT_OUT": ("Advanced Opt-Out", lambda s: _yes(on=s.advanced_opt_out)),
        "CHECKIN_TEXTS_A_SECOND": ("Texts a second", lambda s: f"{s.texts_a_second:g}"),
        "CHECKIN_URGENT_TEXTS_A_SECOND": ("Urgent texts a second", lambda s: f"{s.urgent_texts_a_second:g}"),
        "TWILIO_API_URL": ("A rehearsal, without a carrier", lambda s: _yes(on=s.simulated)),
    },
    "The server": {
        "CHECKIN_KEYS": ("Keys that seal names, numbers and words", lambda s: f"{s.keys.count(':')} set"),
        "CHECKIN_SECRET": ("Secret of the console", lambda _: "set"),
        "CHECKIN_BEHIND_PROXY": ("Behind a proxy", lambda s: _yes(on=s.behind_proxy)),
        "CHECKIN_HEARTBEAT_URL": ("Heartbeat to a watcher outside", lambda s: "set" if s.heartbeat_url else "not set"),
    },
}  # fmt: skip


def room(desk: Desk) -> Blueprint:
    """Return the room: `/settings`."""
    door = Blueprint("settings", __name__, url_prefix="/settings")

    def show() -> str:
        settings = desk.line.settings
        tables = {
            title: [(label, said(settings), name) for name, (label, said) in rows.items()]
            for title, rows in _SETTINGS.items()
        }
        with desk.work() as work:
            audit.record(work, me().person_id, "read_settings", "settings")
        return render_template("settings.html", tables=tables)

    door.add_url_rule("", "show", show)
    return door


def _yes(*, on: bool) -> str:
    return "yes" if on else "no"
