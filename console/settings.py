"""How the line is set: what the environment says, which the server's keeper changes, and where to change the rest."""

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, render_template

from checkin import audit
from checkin.settings import Settings
from checkin.staff import ROLES
from console.desk import Desk, me
from console.times import kept_for, lasting

_Said = Callable[[Settings], object]

# What each setting is called, how its value is said, and its name in the environment; secrets only as being there.
_SETTINGS: Mapping[str, Mapping[str, tuple[str, _Said]]] = {
    "The line": {
        "CHECKIN_NAME": ("What it calls itself", lambda s: s.name),
        "CHECKIN_COUNTRY": ("Country", lambda s: s.country),
        "CHECKIN_TIMEZONE": ("Time zone", lambda s: s.zone.key),
        "CHECKIN_QUIET_HOURS": ("Quiet hours", lambda s: f"{s.quiet_hours[0]:%H:%M} to {s.quiet_hours[1]:%H:%M}"),
        "CHECKIN_DUTY_TIME": ("Duties are asked about at", lambda s: f"{s.duty_time:%H:%M}"),
        "CHECKIN_REVIEW_WEEKS": ("A number is asked about again after", lambda s: lasting(s.review_every)),
        "CHECKIN_SPEECH": ("Spoken answers in calls", lambda s: _yes(on=s.speech)),
        "CHECKIN_BUDDY_MOST": ("People one buddy looks out for, at most", lambda s: s.buddy_most),
        "CHECKIN_CARING_WEEKS": ("Kind words, in weeks from the beginning", lambda s: _listed(s.caring_weeks)),
        "CHECKIN_CARING_THEN_WEEKS": ("Weeks between kind words after that", lambda s: s.caring_after),
        "CHECKIN_OUTAGE_MISSES": ("Missed check-ins of one area that make an outage", lambda s: s.outage_misses),
        "CHECKIN_OUTAGE_SHARE": ("And how many in a hundred of those there", lambda s: s.outage_share),
        "CHECKIN_SMALL_NUMBERS": ("Reports leave out fewer people than", lambda s: s.small_numbers),
    },
    "How much": {
        "CHECKIN_TEXTS_A_WEEK": ("Texts a week to one person, at most", lambda s: s.texts_a_week),
        "CHECKIN_CALLS_A_WEEK": ("Calls a week to one person, at most", lambda s: s.calls_a_week),
        "CHECKIN_PUT_THROUGH_A_DAY": ("Calls put through to services a day, each", lambda s: s.put_through_a_day),
        "CHECKIN_PUT_THROUGH_MINUTES": ("Minutes that such a call may last", lambda s: s.put_through_minutes),
        "CHECKIN_STRANGERS_A_DAY": ("Texts from unknown numbers answered in a day", lambda s: s.strangers_a_day),
        "CHECKIN_ANSWERS_MOST": ("Answers that one number gets in a short time", lambda s: s.answers_most),
        "CHECKIN_ANSWERS_MINUTES": ("That time, in minutes", lambda s: s.answers_minutes),
        "CHECKIN_SEGMENT_PRICE": ("What one segment of a text costs", lambda s: s.segment_price or "not set"),
    },
    "How long things are kept": {
        "CHECKIN_KEEP_WORDS_DAYS": ("Words of texts and calls", lambda s: kept_for(s.keep.words)),
        "CHECKIN_KEEP_RECORDS_DAYS": ("What happened", lambda s: kept_for(s.keep.records)),
        "CHECKIN_KEEP_RED_DAYS": ("RED cases", lambda s: kept_for(s.keep.red)),
        "CHECKIN_HISTORY_DAYS": ("Messages move to the past after", lambda s: lasting(s.history_after)),
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
        "TWILIO_API_KEY": ("API key", lambda s: "set" if s.api_key else "none: the auth token is used"),
        "TWILIO_FALLBACK_SMS_URL": ("When the line cannot answer a text", lambda s: s.fallback_sms_url or "not set"),
        "TWILIO_FALLBACK_VOICE_URL": ("When it cannot answer a call", lambda s: s.fallback_voice_url or "not set"),
        "CHECKIN_ADVANCED_OPT_OUT": ("Advanced Opt-Out", lambda s: _yes(on=s.advanced_opt_out)),
        "CHECKIN_TEXTS_A_SECOND": ("Texts a second", lambda s: f"{s.texts_a_second:g}"),
        "CHECKIN_URGENT_TEXTS_A_SECOND": ("Urgent texts a second", lambda s: f"{s.urgent_texts_a_second:g}"),
        "CHECKIN_CALLS_A_SECOND": ("Calls a second", lambda s: f"{s.calls_a_second:g}"),
        "CHECKIN_CARRIER_SECONDS": ("Seconds that one request may take", lambda s: f"{s.carrier_seconds:g}"),
        "TWILIO_API_URL": ("A rehearsal, without a carrier", lambda s: _yes(on=s.simulated)),
    },
    "The server": {
        "CHECKIN_KEYS": ("Keys that seal names, numbers and words", lambda s: f"{s.keys.count(':')} set"),
        "CHECKIN_SECRET": ("Secret of the console", lambda _: "set"),
        "CHECKIN_BEHIND_PROXY": ("Behind a proxy", lambda s: _yes(on=s.behind_proxy)),
        "CHECKIN_HEARTBEAT_URL": ("Heartbeat to a watcher outside", lambda s: "set" if s.heartbeat_url else "not set"),
        "CHECKIN_DIRECTORY_MB": ("Megabytes that a directory feed may have", lambda s: f"{s.directory_mb:,}"),
        "CHECKIN_DIRECTORY_SECONDS": ("Seconds that fetching one may take", lambda s: f"{s.directory_seconds:,}"),
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


def _listed(weeks: Sequence[int]) -> str:
    return ", ".join(map(str, weeks))


def _yes(*, on: bool) -> str:
    return "yes" if on else "no"
