"""What may be said of one person, in an organisation file, a row of a list or a form of the console, as values."""

import re
from dataclasses import dataclass
from datetime import time

from checkin import phone, rungs
from checkin.conversation.agenda import STOPPABLE
from checkin.conversation.effects import Stream
from checkin.conversation.replies import Asked, Kind, read
from checkin.errors import BadInput
from checkin.load import appointments as booked
from checkin.load.nodes import Node
from checkin.wording import LANGUAGES

_STATUSES = ("invited", "active", "suspended", "ended")


_STREAMS = tuple(s.value for s in Stream if s in STOPPABLE)


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """A check-in plan."""

    rule: str
    days: int
    at: time
    ladder: list[str]
    gaps: dict[str, int]


# What a plan says that says nothing.
USUAL_PLAN = PlanSpec("FREQ=DAILY", 7, time(10), list(rungs.DEFAULT_LADDER), {})


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """A person. `fields` are columns of `people`; `secrets` those to be sealed (None: taken away; not in it: stays)."""

    ref: str
    name: str
    phones: list[tuple[str, str]]
    streams: list[str]
    fields: dict[str, object]
    secrets: dict[str, str | None]
    plan: PlanSpec | None
    contacts: list[str]
    status: str | None
    written: frozenset[str]
    """The fields that the file names."""
    appointments: list[booked.Spec]


def person(n: Node, country: str, zone: str, usual: PlanSpec = USUAL_PLAN) -> PersonSpec:
    """Return what a mapping says of somebody; `country` and `zone` are home. Mistakes are left in `n.mistakes`."""
    n.only(
        "ref", "name", "phones", "language", "speaks", "zone", "area", "streams", "prefers", "discreet", "safe_to_text",
        "safe_to_call", "safe_hours", "shared_phone", "pin", "code_word", "missed_call_ok", "text_relay", "voicemail",
        "show_number", "ring_seconds", "plan", "contacts", "status", "appointments",
    )  # fmt: skip
    plan = plan_of(n.child("plan"), usual)
    for stream in (streams := n.texts("streams")):
        if stream not in _STREAMS:
            n.wrong(f"must be among {', '.join(_STREAMS)}, not {stream!r}", "streams")
    if plan is not None and "checkins" not in streams:
        n.wrong("a plan needs consent: add checkins to streams", "plan")
    contacts = n.texts("contacts")
    if n.has("ref") and n.text("ref") in contacts:
        n.wrong("nobody is their own contact", "contacts")
    status = n.one_of("status", _STATUSES, "active") if n.has("status") else None
    if status == "invited" and not streams:
        n.wrong("an invitation needs streams: what are they asked to agree to?", "status")
    phones = [n.checked("phones", text, lambda t: _phone(t, country), ("", "")) for text in n.texts("phones")]
    landline = bool(phones) and all(line == "landline" for _, line in phones)
    texts, calls = rungs.caps(plan.ladder, plan.days, landline=landline) if plan else (None, None)
    fields = _columns(n, zone) | {"texts_a_week": texts, "calls_a_week": calls}
    busy = [booked.appointment(m, str(fields["zone"])) for m in n.children("appointments")]
    return PersonSpec(
        n.text("ref"),
        n.text("name"),
        phones,
        streams,
        fields,
        _secrets(n),
        plan,
        contacts,
        status,
        n.names(),
        [one for one in busy if one is not None],
    )


def plan_of(n: Node | None, usual: PlanSpec = USUAL_PLAN) -> PlanSpec | None:
    """Return a plan; what it does not say is as in `usual`."""
    if n is None:
        return None
    n.only("days", "at", "ladder", "gaps")
    rule, days = n.weekly() if n.has("days") else (usual.rule, usual.days)
    ladder = n.texts("ladder") or usual.ladder
    for rung in ladder:
        if rung not in rungs.RUNGS:
            n.wrong(f"must be among {', '.join(rungs.RUNGS)}, not {rung!r}", "ladder")
    if ladder[0] not in {"text", "call"}:
        n.wrong("must begin with text or call: the member is asked first", "ladder")
    gaps = dict(usual.gaps)
    if (given := n.child("gaps")) is not None:
        given.only(*rungs.GAPS)
        gaps |= {name: given.whole(name, minutes, 1, 1440) for name, minutes in rungs.GAPS.items() if given.has(name)}
    return PlanSpec(rule, days, n.time("at") if n.has("at") else usual.at, ladder, gaps)


def _columns(n: Node, zone: str) -> dict[str, object]:
    safe_from, safe_to = _hours(n)
    relayed = any(phone.without_relay_prefix(text)[1] for text in n.texts("phones"))
    return {
        "language": n.one_of("language", LANGUAGES, "en"),
        "speaks": _speaks(n),
        "zone": n.zone("zone", zone),
        "area": n.maybe("area"),
        "prefers": n.one_of("prefers", ("text", "call"), "text"),
        "discreet": n.flag("discreet", default=False),
        "safe_to_text": n.flag("safe_to_text", default=True),
        "safe_to_call": n.flag("safe_to_call", default=True),
        "safe_from": safe_from,
        "safe_to": safe_to,
        "shared_phone": n.flag("shared_phone", default=False),
        "missed_call_ok": n.flag("missed_call_ok", default=False),
        "show_number": n.flag("show_number", default=False),
        "text_relay": n.flag("text_relay", default=False) or relayed,
        "voicemail": n.one_of("voicemail", ("none", "neutral", "full"), "none"),
        "ring_seconds": n.whole("ring_seconds", 40, 20, 120),
    }


def _secrets(n: Node) -> dict[str, str | None]:
    checks = {"pin": _pin, "code_word": _code_word}
    given = {name: n.text(name) for name in checks if n.has(name)}
    return {name: None if text == "none" else n.checked(name, text, checks[name], "") for name, text in given.items()}


def _pin(text: str) -> str:
    if not re.fullmatch("[0-9]{4,6}", text):
        # What stands there is not repeated: it may be a PIN with a slip of the pen.
        raise BadInput("must be 4 to 6 digits, or none")
    return text


def _speaks(n: Node) -> list[str]:
    for language in (found := n.texts("speaks")):
        if language not in LANGUAGES:
            n.wrong(f"must be among {', '.join(LANGUAGES)}, not {language!r}", "speaks")
    return sorted(set(found))


def _code_word(text: str) -> str:
    if not 3 <= len(text) <= 40 or sum(c.isalpha() for c in text) < 3:
        raise BadInput("must be a word or two of 3 to 40 letters, or none")
    if any(read(text, asked).kind is not Kind.UNCLEAR for asked in Asked):
        raise BadInput("must be a word that is not said every day: the line gives this one another meaning")
    return text


def _phone(text: str, country: str) -> tuple[str, str]:
    number = phone.parse(phone.without_relay_prefix(text)[0], country)
    return number, "landline" if phone.is_landline(number) else "mobile"


def _hours(n: Node) -> tuple[time | None, time | None]:
    hours = n.child("safe_hours")
    if hours is None:
        return None, None
    hours.only("from", "to")
    return hours.time("from"), hours.time("to")
