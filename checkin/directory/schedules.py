"""Opening hours as sources write them, read into ours (`model.Hours`)."""

import re
from typing import get_args

from checkin.directory.model import Hours
from checkin.directory.node import Node
from checkin.directory.zones import read_zone

_TIME = re.compile(
    r"(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(am|pm)?\s*(?:Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
_DAY = re.compile(r"([+-]?\d{1,2})?\s*(MO|TU|WE|TH|FR|SA|SU)[A-Z]*", re.IGNORECASE)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQ = get_args(Hours.__annotations__["freq"])
_SAID = {"notes": "notes", "attending": "attending_type", "link": "schedule_link", "id": "id"}


def read_schedules(node: Node, home: str) -> list[Hours]:
    """Return the schedules of a service, a location or both together; `home` is the zone of those that name none."""
    found = [hours for one in node.each("schedules", "regular_schedules") if (hours := _regular(one, home))]
    found += [hours for one in node.each("holiday_schedules") if (hours := _holiday(one))]
    return found


def _regular(node: Node, home: str) -> Hours | None:
    hours = Hours()
    freq = (node.text("freq") or "").upper()
    if freq and freq not in _FREQ:
        node.problem("freq", freq, "how often something comes round")
    elif freq:
        hours["freq"] = freq  # type: ignore[typeddict-item]  # one of the four
    for name in ("interval", "count"):
        value = node.number(name)
        if value is not None and 1 <= value < 1000:
            hours[name] = int(value)
    if byday := _weekdays(node):
        hours["byday"] = byday
    for name in ("bymonthday", "byyearday", "byweekno"):
        numbers = [n for n in node.words(name) if re.fullmatch(r"-?\d{1,3}", n)]
        if numbers:
            hours[name] = ",".join(numbers)  # type: ignore[literal-required]  # a name of Hours
    if (week := (node.text("wkst") or "").upper()) in _WEEKDAYS:
        hours["wkst"] = week
    for name in ("dtstart", "until", "valid_from", "valid_to"):
        if day := node.day(name):
            hours[name] = day.isoformat()  # type: ignore[literal-required]  # a name of Hours
    _times(node, hours)
    _zone(node, hours, home)
    _notes(node, hours)
    return hours or None


def _holiday(node: Node) -> Hours | None:
    """A holiday of HSDS 1 and 2: closed from a day to a day, or open at other times."""
    first, last = node.day("start_at", "start_date"), node.day("end_at", "end_date")
    closed = str(node.value("closed")).lower() in {"true", "1", "yes"}
    if first is None:
        return None
    hours = Hours(freq="DAILY", valid_from=first.isoformat(), valid_to=(last or first).isoformat())
    if closed:
        hours["closed"] = True
    _times(node, hours)
    return hours


def _weekdays(node: Node) -> str:
    days = []
    for written in node.words("byday"):
        match = _DAY.fullmatch(written)
        if match is None:
            node.problem("byday", written, "a day of the week")
        else:
            days.append(f"{int(match[1]) if match[1] else ''}{match[2].upper()}")
    return ",".join(days)


def _times(node: Node, hours: Hours) -> None:
    opens, closes = _time(node, "opens_at"), _time(node, "closes_at")
    if opens is not None and closes is not None:
        hours["opens_at"], hours["closes_at"] = opens, "24:00" if closes in {"23:59", "00:00"} else closes


def _time(node: Node, name: str) -> str | None:
    written = node.text(name)
    if written is None:
        return None
    match = _TIME.fullmatch(written)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if match and match[3]:
        hour = hour % 12 + (12 if match[3].lower() == "pm" else 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        node.problem(name, written, "a time of day")
        return None
    return f"{hour:02}:{minute:02}"


def _zone(node: Node, hours: Hours, home: str) -> None:
    written = node.text("timezone")
    zone = read_zone(written, home) if written else home
    if zone is None:
        node.problem("timezone", written, "a time zone")
    hours["zone"] = zone or home


def _notes(node: Node, hours: Hours) -> None:
    description = node.text("description")
    if description:
        hours["description"] = description
    for ours, theirs in _SAID.items():
        if said := node.text(theirs):
            hours[ours] = said  # type: ignore[literal-required]  # a name of Hours
    # HSDS 3 has no closed days of its own: a schedule with days, no times and the word says so.
    if "opens_at" not in hours and re.search(r"\bclosed\b", f"{description} {hours.get('notes')}", re.IGNORECASE):
        hours["closed"] = True
