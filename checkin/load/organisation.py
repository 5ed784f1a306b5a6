"""What an organisation file may say, as values."""

import re
from dataclasses import dataclass, field
from datetime import date, time
from functools import partial
from zoneinfo import ZoneInfo

from checkin import checkins, joining, meetings, phone, recurrence
from checkin.conversation.agenda import STOPPABLE
from checkin.conversation.effects import Severity, Stream
from checkin.conversation.replies import Asked, Kind, read
from checkin.errors import BadInput
from checkin.escalations.policies import Policy
from checkin.load import appointments as booked
from checkin.load import outcomes as outcome_questions
from checkin.load import risks
from checkin.load import rota as rotas
from checkin.load.nodes import Node
from checkin.load.policies import check_policies, understand_policies
from checkin.wording import LANGUAGES, VARIANTS, Variant, overrides

_DAYS = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}
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
USUAL_PLAN = PlanSpec("FREQ=DAILY", 7, time(10), list(checkins.DEFAULT_LADDER), {})


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


@dataclass(frozen=True, slots=True)
class MeetingSpec:
    """A series of meetings. `fields` are columns of `meetings`."""

    ref: str
    fields: dict[str, object]
    series: meetings.Series
    cancelled: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """A group, who belongs to it and as what, and when it meets."""

    ref: str
    name: str
    area: str | None
    about: str | None
    expect: str | None
    join_code: str | None
    roles: dict[str, str]
    meetings: list[MeetingSpec]


@dataclass(frozen=True, slots=True)
class PairSpec:
    """A buddy and their person."""

    ref: str
    member: str
    buddy: str
    rank: int
    rule: str | None
    at: time | None
    ended: bool
    review: date | None
    ask: bool


@dataclass(frozen=True, slots=True)
class StaffSpec:
    """Somebody who may log in. `password` is for demos and rehearsals only; staff of a live line are invited."""

    person: str
    email: str
    role: str
    password: str | None


@dataclass(frozen=True, slots=True)
class WordingSpec:
    """A sentence in the organisation's own words: by variant, what is said."""

    key: str
    language: str
    says: dict[Variant, str]


@dataclass(slots=True)
class Organisation:
    """Everything a file says."""

    people: list[PersonSpec] = field(default_factory=list)
    groups: list[GroupSpec] = field(default_factory=list)
    pairs: list[PairSpec] = field(default_factory=list)
    rota: list[rotas.ShiftSpec] = field(default_factory=list)
    overrides: list[rotas.OverrideSpec] = field(default_factory=list)
    holidays: list[rotas.HolidaySpec] = field(default_factory=list)
    stand_ins: list[str] | None = None
    """None: those there are stay."""
    staff: list[StaffSpec] = field(default_factory=list)
    wording: list[WordingSpec] = field(default_factory=list)
    policies: dict[Severity, Policy] = field(default_factory=dict)
    pool: list[str] = field(default_factory=list)
    """Numbers of the line's own that pairs may have to themselves (E.164)."""
    risk: list[risks.RiskSpec] = field(default_factory=list)
    outcomes: list[outcome_questions.QuestionSpec] = field(default_factory=list)


def understand(root: Node, country: str, zone: str) -> Organisation:
    """Return what a file says; mistakes are left in `root.mistakes`."""
    root.only(
        "people",
        "groups",
        "pairs",
        "rota",
        "stand_ins",
        "overrides",
        "swaps",
        "holidays",
        "staff",
        "wording",
        "policies",
        "numbers",
        "risk",
        "outcomes",
        "plans",
    )
    usual = _plan(root.child("plans")) or USUAL_PLAN
    found = Organisation(
        people=[person(n, country, zone, usual) for n in root.children("people")],
        groups=[_group(n, zone) for n in root.children("groups")],
        pairs=[_pair(n) for n in root.children("pairs")],
        rota=[rotas.shift(n, zone) for n in root.children("rota")],
        overrides=[rotas.override(n, zone) for n in root.children("overrides")],
        holidays=[rotas.holiday(n, zone) for n in root.children("holidays")],
        stand_ins=root.texts("stand_ins") if root.has("stand_ins") else None,
        staff=[_staff(n) for n in root.children("staff")],
        wording=[_wording(n, country) for n in root.children("wording")],
        policies=understand_policies(root),
        pool=_pool(root.child("numbers"), country),
        risk=[risks.risk(n) for n in root.children("risk")],
        outcomes=[outcome_questions.question(n, zone) for n in root.children("outcomes")],
    )
    shifts = {spec.ref: spec for spec in found.rota}
    swaps = [rotas.swap(n, shifts) for n in root.children("swaps")]
    _check_refs(root, found)
    _check_numbers(root, found)
    _check_once(root.children("swaps"), [spec.ref if spec else "" for spec in swaps], "ref")
    rotas.check(root, found.rota, {spec.ref: _reachable(spec) for spec in found.people})
    found.overrides += [spec for spec in swaps if spec is not None]
    return found


def _reachable(spec: PersonSpec) -> rotas.Reachable:
    safe = bool(spec.fields["safe_to_text"] or spec.fields["safe_to_call"])
    return rotas.Reachable(len(spec.phones), safe, str(spec.fields["speaks"] or [spec.fields["language"]]))


def person(n: Node, country: str, zone: str, usual: PlanSpec = USUAL_PLAN) -> PersonSpec:
    """Return what a mapping says of somebody; `country` and `zone` are home. Mistakes are left in `n.mistakes`."""
    n.only(
        "ref", "name", "phones", "language", "speaks", "zone", "area", "streams", "prefers", "discreet", "safe_to_text",
        "safe_to_call", "safe_hours", "shared_phone", "pin", "code_word", "missed_call_ok", "text_relay", "voicemail",
        "show_number", "ring_seconds", "plan", "contacts", "status", "appointments",
    )  # fmt: skip
    plan = _plan(n.child("plan"), usual)
    for stream in (streams := n.texts("streams")):
        if stream not in _STREAMS:
            n.wrong(f"must be among {', '.join(_STREAMS)}, not {stream!r}", "streams")
    if plan is not None and "checkins" not in streams:
        n.wrong("a plan needs consent: add checkins to streams", "plan")
    contacts = n.texts("contacts")
    if n.has("ref") and n.text("ref") in contacts:
        n.wrong("nobody is their own contact", "contacts")
    safe_from, safe_to = _hours(n)
    status = n.one_of("status", _STATUSES, "active") if n.has("status") else None
    if status == "invited" and not streams:
        n.wrong("an invitation needs streams: what are they asked to agree to?", "status")
    written = n.texts("phones")
    phones = [n.checked("phones", text, lambda t: _phone(t, country), ("", "")) for text in written]
    landline = bool(phones) and all(line == "landline" for _, line in phones)
    texts, calls = checkins.caps(plan.ladder, plan.days, landline=landline) if plan else (None, None)
    fields: dict[str, object] = {
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
        "text_relay": n.flag("text_relay", default=False) or any(phone.without_relay_prefix(t)[1] for t in written),
        "voicemail": n.one_of("voicemail", ("none", "neutral", "full"), "none"),
        "ring_seconds": n.whole("ring_seconds", 40, 20, 120),
        "texts_a_week": texts,
        "calls_a_week": calls,
    }
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


def _weekly(n: Node) -> tuple[str, int]:
    """Return a weekly rule from a list of days ("mon, wed" or "every day"), and how many days it has."""
    days = n.texts("days")
    if days in ([], ["every day"]):
        return "FREQ=DAILY", 7
    for day in days:
        if day not in _DAYS:
            n.wrong(f"must be days such as mon, or every day, not {day!r}", "days")
    return "FREQ=WEEKLY;BYDAY=" + ",".join(_DAYS.get(d, "MO") for d in days), len(days)


def _plan(n: Node | None, usual: PlanSpec = USUAL_PLAN) -> PlanSpec | None:
    """Return a plan; what it does not say is as in `usual`."""
    if n is None:
        return None
    n.only("days", "at", "ladder", "gaps")
    rule, days = _weekly(n) if n.has("days") else (usual.rule, usual.days)
    ladder = n.texts("ladder") or usual.ladder
    for rung in ladder:
        if rung not in checkins.RUNGS:
            n.wrong(f"must be among {', '.join(checkins.RUNGS)}, not {rung!r}", "ladder")
    if ladder[0] not in {"text", "call"}:
        n.wrong("must begin with text or call: the member is asked first", "ladder")
    gaps = dict(usual.gaps)
    if (given := n.child("gaps")) is not None:
        given.only(*checkins.GAPS)
        gaps |= {
            name: given.whole(name, minutes, 1, 1440) for name, minutes in checkins.GAPS.items() if given.has(name)
        }
    return PlanSpec(rule, days, n.time("at") if n.has("at") else usual.at, ladder, gaps)


def _group(n: Node, zone: str) -> GroupSpec:
    n.only("ref", "name", "area", "about", "expect", "members", "facilitators", "cover", "meetings", "join")
    roles = dict.fromkeys(n.texts("members"), "member")
    roles |= dict.fromkeys(n.texts("cover"), "cover")
    roles |= dict.fromkeys(n.texts("facilitators"), "facilitator")
    return GroupSpec(
        n.text("ref"),
        n.text("name"),
        n.maybe("area"),
        n.maybe("about"),
        n.maybe("expect"),
        _join_code(n),
        roles,
        [_meeting(m, zone, cover="cover" in roles.values()) for m in n.children("meetings")],
    )


def _join_code(n: Node) -> str | None:
    if not n.has("join"):
        return None
    code = joining.folded(n.text("join"))
    if not joining.CODE.fullmatch(code):
        n.wrong("must be 3 to 20 letters and digits", "join")
    return code


def _meeting(n: Node, zone: str, *, cover: bool) -> MeetingSpec:
    n.only("ref", "rule", "starts", "zone", "minutes", "venue", "directions", "access", "reminders", "cancelled", "ask")
    fields: dict[str, object] = {
        "rule": n.checked("rule", n.text("rule"), recurrence.check, "FREQ=DAILY"),
        "starts": n.moment("starts"),
        "zone": n.zone("zone", zone),
        "minutes": n.whole("minutes", 90, 5, 1440),
        "venue": n.text("venue"),
        "directions": n.maybe("directions"),
        "access": n.maybe("access"),
        # Where somebody could step in, whoever runs it is asked the day before.
        "ask": n.flag("ask", default=cover),
    }
    leads = _leads(n)
    fields["reminders"] = [str(lead) for lead in leads]
    series = meetings.Series(str(fields["rule"]), n.moment("starts"), ZoneInfo(str(fields["zone"])), leads)
    return MeetingSpec(n.text("ref"), fields, series, _cancelled(n, series))


def _leads(n: Node) -> tuple[meetings.Lead, ...]:
    written = n.texts("reminders") or list(meetings.DEFAULT_REMINDERS)
    if written == ["never"]:
        return ()
    found = [n.checked("reminders", one, meetings.read_lead, None) for one in written]
    if len({lead.days for lead in found if lead}) < len(written) and all(found):
        n.wrong("has two reminders on the same day", "reminders")
    return tuple(lead for lead in found if lead)


def _cancelled(n: Node, series: meetings.Series) -> tuple[date, ...]:
    days = [n.checked("cancelled", written, booked.day_of, None) for written in n.texts("cancelled")]
    found = tuple(day for day in days if day)
    if not n.mistakes:
        for day in found:
            if not series.meets_on(day):
                n.wrong(f"it does not meet on {day} by its rule", "cancelled")
    return found


def _pair(n: Node) -> PairSpec:
    n.only("ref", "member", "buddy", "rank", "report", "review", "ask", "ended")
    rule = at = None
    if (report := n.child("report")) is not None:
        report.only("days", "at", "weeks")
        weeks = report.whole("weeks", 1, 1, 8)
        rule, at = _weekly(report)[0], report.time("at", "17:00")
        if weeks > 1:
            rule = f"{rule};INTERVAL={weeks}"
            if "BYDAY" not in rule:
                report.wrong("needs days by name: every day has no weeks in between", "weeks")
    member, buddy = n.text("member"), n.text("buddy")
    if member and member == buddy:
        n.wrong("nobody is their own buddy", "buddy")
    ended = n.flag("ended", default=False)
    ask = n.flag("ask", default=False)
    review = n.checked("review", n.text("review", ""), booked.day_of, None) if n.has("review") else None
    return PairSpec(
        n.text("ref", f"{member}+{buddy}"), member, buddy, n.whole("rank", 1, 1, 9), rule, at, ended, review, ask
    )


def _staff(n: Node) -> StaffSpec:
    n.only("person", "email", "role", "password")
    email = n.text("email").lower()
    if email and "@" not in email[1:-1]:
        n.wrong(f"must be an e-mail address, not {email!r}", "email")
    roles = ("admin", "coordinator", "safeguarding", "facilitator")
    return StaffSpec(n.text("person"), email, n.one_of("role", roles, "coordinator"), n.maybe("password"))


def _wording(n: Node, country: str) -> WordingSpec:
    n.only("sentence", "language", *VARIANTS)
    key, language = n.text("sentence"), n.one_of("language", LANGUAGES, "en")
    says: dict[Variant, str] = {}
    for variant in VARIANTS:
        if key and n.has(variant):
            check = partial(overrides.check, key, language, variant, home=country)
            checked = n.checked(variant, n.text(variant), check, None)
            says |= {variant: checked.text} if checked else {}
    if key and not any(n.has(variant) for variant in VARIANTS):
        n.wrong(f"needs one of {', '.join(VARIANTS)}")
    return WordingSpec(key, language, says)


# Which fields of what name people.
_PEOPLE_OF = {
    "pairs": ("member", "buddy"),
    "rota": ("person",),
    "overrides": ("person", "instead_of"),
    "swaps": ("person",),
    "holidays": ("person",),
    "staff": ("person",),
}


def _pool(n: Node | None, country: str) -> list[str]:
    if n is None:
        return []
    n.only("pool")
    return [n.checked("pool", text, lambda t: phone.parse(t, country), "") for text in n.texts("pool")]


def _check_numbers(root: Node, found: Organisation) -> None:
    """A number of the line's own is nobody else's; and who shares a phone is told apart by name."""
    n = root.child("numbers")
    theirs = {number for spec in found.people for number, _ in spec.phones}
    for i, number in enumerate(found.pool):
        if n is not None and number in theirs:
            n.wrong(f"{number} is somebody's telephone in people", "pool")
        if n is not None and number in found.pool[:i]:
            n.wrong(f"{number} is given twice", "pool")
    named: set[tuple[str, str]] = set()
    for node, spec in zip(root.children("people"), found.people, strict=True):
        for number, _ in spec.phones:
            if number and (number, spec.name.casefold()) in named:
                node.wrong(f"another {spec.name!r} has the same telephone; call one of them something else", "name")
            named.add((number, spec.name.casefold()))


def _check_refs(root: Node, found: Organisation) -> None:
    """Every reference must lead to a person of the file, and every ref must be given once."""
    check_policies(root, {p.ref: len(p.phones) for p in found.people})
    known = {p.ref for p in found.people}
    for name in ("people", "groups", "pairs", "rota", "overrides", "holidays", "outcomes"):
        _check_once(root.children(name), [spec.ref for spec in getattr(found, name)], "ref")
    codes = [g.join_code or "" for g in found.groups]
    _check_once(root.children("groups"), codes, "join")
    meetings = [m for n in root.children("groups") for m in n.children("meetings")]
    _check_once(meetings, [spec.ref for group in found.groups for spec in group.meetings], "ref")
    _check_once(root.children("staff"), [spec.person for spec in found.staff], "person")
    _check_once(root.children("staff"), [spec.email for spec in found.staff], "email")
    _check_once(root.children("risk"), [spec.phrase for spec in found.risk], "phrase")
    _check_once(root.children("wording"), [f"{spec.key} in {spec.language}" for spec in found.wording], "sentence")
    ranks: set[tuple[str, int]] = set()
    for n, pair in zip(root.children("pairs"), found.pairs, strict=True):
        if pair.ended:
            continue
        if pair.member and (pair.member, pair.rank) in ranks:
            n.wrong(f"{pair.member!r} has a buddy of rank {pair.rank} already", "rank")
        ranks.add((pair.member, pair.rank))
    for n in root.children("groups"):
        for part in ("members", "facilitators", "cover"):
            _check_people(n, part, known)
    for n in root.children("people"):
        _check_people(n, "contacts", known)
    _check_people(root, "stand_ins", known)
    for name, parts in _PEOPLE_OF.items():
        for n in root.children(name):
            for part in parts:
                _check_people(n, part, known)


def _check_once(nodes: list[Node], values: list[str], name: str) -> None:
    seen: set[str] = set()
    for n, value in zip(nodes, values, strict=True):
        if value and value in seen:
            n.wrong(f"{value!r} is given twice", name)
        seen.add(value)


def _check_people(n: Node, part: str, known: set[str]) -> None:
    for ref in n.texts(part):
        if ref not in known:
            n.wrong(f"there is no person with the ref {ref!r}", part)
