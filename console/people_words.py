"""How what is known of somebody is said on their page."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from checkin.casebook.people import Found
from checkin.casebook.person import Other, PlanOf
from checkin.register.rows import said_number
from console import words
from console.times import Times

STREAMS: Mapping[str, str] = {
    "checkins": "Check-ins",
    "reminders": "Reminders of meetings",
    "buddy": "Words from and about their buddy",
    "caring": "A kind word now and then",
    "tips": "Tips from other members",
}
ROLES: Mapping[str, str] = {
    "member": "Member",
    "facilitator": "Runs it",
    "cover": "Covers for whoever runs it",
    "trying": "Is trying it",
}
_RUNGS: Mapping[str, str] = {
    "text": "a text",
    "call": "a call",
    "second_number": "a call to the second number",
    "buddy": "their buddy",
    "second_buddy": "their second buddy",
    "facilitator": "whoever runs their group",
    "contacts": "their own contacts, in order",
    "staff": "you",
}
_DAYS: Mapping[str, str] = {
    "MO": "Mondays", "TU": "Tuesdays", "WE": "Wednesdays", "TH": "Thursdays", "FR": "Fridays", "SA": "Saturdays",
    "SU": "Sundays",
}  # fmt: skip
WHEN_ENROLLED: Mapping[bool, str] = {
    True: "At once, or when they may be disturbed. Nothing else is sent before they say yes",
    False: "Now",
}
NOTHING_YET = "Nothing yet: they are rung when their first check-in or reminder is due."
NO_GOODBYE = "None: they have stopped all messages already."
CHANGE_IS_SILENT = "They hear nothing of a change. What is owed to them already is sent as it is set from now on."
PAUSE = "Nothing is sent until then, nobody looks for them, and danger is listened for all the same."
APPOINTMENT = (
    "While it lasts, the line does not ask how they are, or asks afterwards on the same day, and nobody else is asked "
    "to look for them."
)
FROM_FILE = "It came from the organisation file: take it out there too, or the next loading brings it back."
TOLD_BY: Mapping[str, str] = {
    "member": "they said so",
    "staff": "written down by one of you",
    "file": "from the organisation file",
}
END = (
    "Nothing more is sent to them, and whoever was asked to look for them hears that it is over. What is kept of them "
    "stays."
)
NEW_NUMBER = (
    "A code goes to the new number. They read it to you, and only then is the number used. Do this while you talk "
    "with them."
)
CODE = "It is good for an hour. If nothing has come, wait a minute, or send another."
CONTACTS = (
    "Asked one after another when they do not answer a check-in and their buddies cannot say how they are. To take "
    "somebody out, empty both fields."
)
_HOW: Mapping[str, str] = {
    "text": "by text",
    "voice": "by telephone",
    "file": "brought in from a file",
    "carrier": "by the carrier's own opt-out",
    "line": "on the line",
    "in_person": "to one of you, in person",
    "by_phone": "to one of you, by telephone",
    "on_paper": "on paper",
    "in_writing": "in a letter or an e-mail",
    "console": "written down by one of you",
}
_ROLES_OF_OTHERS: Mapping[str, str] = {
    "contact": "Their own contact",
    "contact_of": "Is a contact of",
    "buddy": "Their buddy",
    "looks_after": "Looks out for",
}


# What the long forms are about, part by part, and the fields of each; a form need not have them all.
PARTS: Sequence[tuple[str, Sequence[str]]] = (
    ("Who they are", ("name", "phone", "second_phone", "shares", "language", "area", "groups")),
    (
        "How they may be reached",
        ("prefers", "safe_to_text", "safe_to_call", "safe_from", "safe_to", "shared_phone", "discreet", "voicemail",
         "ring_seconds", "missed_call_ok", "text_relay"),
    ),
    ("What they agree to, and when they are asked", ("streams", "days", "at")),
    ("How you know", ("how", "when", "their_words")),
)  # fmt: skip


def name(written: str) -> str:
    """Return a name, or what stands for one that was not given."""
    return written or "No name yet"


def standing(found: Found, times: Times) -> str:
    """Return how somebody stands with the line, in a list."""
    if found.status == "active" and found.paused_until and found.paused_until > times.now:
        return f"Paused until {times.said(found.paused_until)}"
    return words.STATUSES.get(found.status, found.status)


def days(rule: str) -> str:
    """Return the days of a weekly rule: "Mondays, Wednesdays and Fridays"."""
    found = [_DAYS[day] for day in rule.partition("BYDAY=")[2].split(";")[0].split(",") if day in _DAYS]
    return "every day" if not found else listed(found)


def plan(of: PlanOf, times: Times) -> str:
    """Return when somebody is asked how they are."""
    due = " It rests."
    if of.next_due_at:
        late = of.next_due_at <= times.now
        due = f" Due since {times.said(of.next_due_at)}." if late else f" Next: {times.both(of.next_due_at)}."
    said = days(of.rule)
    return f"{said[0].upper()}{said[1:]} at {times.clock(of.at)}.{due}"


def ladder(of: PlanOf) -> str:
    """Return who is asked, one after another, when somebody does not answer."""
    return f"First {', then '.join(_RUNGS.get(rung, rung) for rung in of.ladder)}."


def busy(starts: datetime, ends: datetime, times: Times) -> str:
    """Return when an appointment is, `times` being on their own clocks: "Thu 10 Dec, 14:00 to 16:00"."""
    begins, over = starts.astimezone(times.zone), ends.astimezone(times.zone)
    day, to_the_end = begins.date(), over.time() == time()
    if day != (over - timedelta(minutes=1)).date():
        return f"{times.said(starts)} to {times.said(ends)}"
    if to_the_end and begins.time() == time():
        return f"{times.day(day)}, the whole day"
    return f"{times.day(day)}, {times.clock(starts)} to {'the end of the day' if to_the_end else times.clock(ends)}"


def how(code: str) -> str:
    """Return by which way somebody agreed or stopped."""
    return _HOW.get(code, code)


def other(of: Other) -> str:
    """Return how somebody is joined to another person."""
    said = _ROLES_OF_OTHERS[of.role]
    if of.rank > 1 and of.role in {"buddy", "looks_after"}:
        said += " (covers)" if of.role == "buddy" else " (covers for the buddy)"
    return said + {"ended": ", ended", "resting": ", resting"}.get(of.status, "")


def listed(said: Sequence[str]) -> str:
    """Return things with commas and an "and"."""
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else ""


def number(e164: str, country: str) -> str:
    """Return a number as people in `country` write it."""
    return said_number(e164, country)


def answer(typed: str) -> str:
    """Return what was typed as it is shown to be checked."""
    return typed if len(typed) <= 300 else f"{typed[:300]}…"
