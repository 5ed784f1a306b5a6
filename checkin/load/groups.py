"""What an organisation file says of groups, their meetings, and pairs of buddies, as values."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from checkin import joining, meetings, recurrence
from checkin.load import appointments as booked
from checkin.load.nodes import Node


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


def group(n: Node, zone: str) -> GroupSpec:
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


def pair(n: Node) -> PairSpec:
    n.only("ref", "member", "buddy", "rank", "report", "review", "ask", "ended")
    rule = at = None
    if (report := n.child("report")) is not None:
        report.only("days", "at", "weeks")
        weeks = report.whole("weeks", 1, 1, 8)
        rule, at = report.weekly()[0], report.time("at", "17:00")
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
