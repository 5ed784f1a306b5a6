"""The rota of an organisation file: shifts, stand-ins, changes and holidays, as values, and what must not be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from uuid import UUID
from zoneinfo import ZoneInfo

from checkin import recurrence
from checkin.load.nodes import YEARS, Node
from checkin.rota.policy import Shift, occurrences, overlapping
from checkin.rota.words import day_and_time

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ShiftSpec:
    """Somebody's turn on call."""

    ref: str
    person: str
    rule: str
    starts: datetime
    minutes: int
    zone: str
    rank: int
    ask: bool

    def as_shift(self) -> Shift:
        """Return it as the rota's policy has it; whose it is does not matter there."""
        return Shift(_NOBODY, self.ref, _NOBODY, self.rule, self.starts, self.minutes, ZoneInfo(self.zone), self.rank)


@dataclass(frozen=True, slots=True)
class OverrideSpec:
    """Somebody from one moment (UTC) until another: instead of somebody (`shift`: only there), or in addition."""

    ref: str
    person: str
    instead_of: str | None
    shift: str | None
    starts: datetime
    ends: datetime
    rank: int
    why: str = "override"


@dataclass(frozen=True, slots=True)
class HolidaySpec:
    """Somebody is away from one moment (UTC) until another."""

    ref: str
    person: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Reachable:
    """What of a person matters to a rota."""

    phones: int
    safe: bool
    speaks: str


def shift(n: Node, zone: str) -> ShiftSpec:
    """Return one entry of `rota`."""
    n.only("ref", "person", "rule", "starts", "ends", "minutes", "zone", "rank", "ask")
    rule = n.checked("rule", n.text("rule"), recurrence.check, "FREQ=DAILY")
    # Nobody who is on call every day wants to be asked every day.
    ask = n.flag("ask", default=not _every_day(rule))
    starts = n.moment("starts")
    if n.has("ends") and (last := _day(n, "ends")) is not None:
        if "UNTIL" in rule.upper() or "COUNT" in rule.upper():
            n.wrong("stands in the rule already", "ends")
        elif last < starts.date():
            n.wrong("must not be before starts", "ends")
        else:
            rule += f";UNTIL={last:%Y%m%d}T235959"
    return ShiftSpec(
        n.text("ref"),
        n.text("person"),
        rule,
        starts,
        n.whole("minutes", 720, 15, 10080),
        n.zone("zone", zone),
        n.whole("rank", 1, 1, 9),
        ask,
    )


def _every_day(rule: str) -> bool:
    parts = {part for part in rule.upper().split(";") if not part.startswith(("UNTIL=", "COUNT="))}
    return parts - {"INTERVAL=1"} == {"FREQ=DAILY"}


def override(n: Node, zone: str) -> OverrideSpec:
    """Return one entry of `overrides`."""
    n.only("ref", "person", "instead_of", "from", "until", "zone", "rank")
    person, instead_of = n.text("person"), n.maybe("instead_of")
    if person and person == instead_of:
        n.wrong("nobody takes over from themselves", "instead_of")
    starts, ends = _span(n, zone)
    return OverrideSpec(n.text("ref"), person, instead_of, None, starts, ends, n.whole("rank", 1, 1, 9))


def holiday(n: Node, zone: str) -> HolidaySpec:
    """Return one entry of `holidays`."""
    n.only("ref", "person", "from", "until", "zone")
    return HolidaySpec(n.text("ref"), n.text("person"), *_span(n, zone))


def swap(n: Node, shifts: Mapping[str, ShiftSpec]) -> OverrideSpec | None:
    """Return one entry of `swaps`: `person` has the shift that begins on a day. None: it was wrong."""
    n.only("ref", "shift", "on", "person")
    ref, person, name, on = n.text("ref"), n.text("person"), n.text("shift"), _day(n, "on")
    given = shifts.get(name)
    if given is None and name:
        n.wrong(f"there is no shift with the ref {name!r}", "shift")
    if given is None or on is None:
        return None
    if person == given.person:
        n.wrong(f"{person!r} has that shift already", "person")
    zone = ZoneInfo(given.zone)
    begins = datetime.combine(on, given.starts.time(), zone).astimezone(UTC)
    found = [o for o in occurrences(given.as_shift(), begins, begins + timedelta(minutes=1)) if o.starts == begins]
    if not found:
        n.wrong(f"no {name} shift begins on {on}", "on")
        return None
    return OverrideSpec(ref, person, given.person, name, found[0].starts, found[0].ends, given.rank, "swap")


def _day(n: Node, name: str) -> date | None:
    value = n.text(name)
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = date.min
    if found.year in YEARS:
        return found
    if value:
        n.wrong(f"must be a day such as 2026-12-24, not {value!r}", name)
    return None


def _span(n: Node, zone: str) -> tuple[datetime, datetime]:
    """Return `from` and `until` as moments; an `until` without a time of day is the end of that day."""
    at = ZoneInfo(n.zone("zone", zone))
    starts, ends = n.moment("from"), n.moment("until")
    if n.has("until") and ":" not in n.text("until"):
        ends += timedelta(days=1)
    if ends <= starts and n.has("from") and n.has("until"):
        n.wrong("must be after from", "until")
    return starts.replace(tzinfo=at).astimezone(UTC), ends.replace(tzinfo=at).astimezone(UTC)


def check(root: Node, shifts: Sequence[ShiftSpec], people: Mapping[str, Reachable]) -> None:
    """Report people whom no page can reach, and two who would be first at the same time with nothing to choose by."""
    for name, part in (("rota", "person"), ("overrides", "person"), ("swaps", "person")):
        for n in root.children(name):
            _check_reachable(n, part, people)
    _check_reachable(root, "stand_ins", people)
    stand_ins = root.texts("stand_ins")
    if twice := [ref for i, ref in enumerate(stand_ins) if ref in stand_ins[:i]]:
        root.wrong(f"{twice[0]!r} is given twice", "stand_ins")
    for (n, later), (_, earlier) in combinations(reversed(list(zip(root.children("rota"), shifts, strict=True))), 2):
        both = [people.get(spec.person) for spec in (later, earlier)]
        # Two who speak different languages may share a rank: the member's language says who is first.
        if later.rank != earlier.rank or None in both or (both[0] and both[1] and both[0].speaks != both[1].speaks):
            continue
        if (moment := overlapping(later.as_shift(), earlier.as_shift())) is not None:
            when = day_and_time(moment, ZoneInfo(later.zone))
            n.wrong(f"overlaps with {earlier.ref!r} of the same rank on {when}: give one of them another rank", "rank")


def _check_reachable(n: Node, part: str, people: Mapping[str, Reachable]) -> None:
    for ref in n.texts(part):
        known = people.get(ref)
        if known is not None and not known.phones:
            n.wrong(f"{ref!r} has no phone, so no page can reach them", part)
        elif known is not None and not known.safe:
            n.wrong(f"{ref!r} may be neither texted nor rung (safe_to_text, safe_to_call)", part)
