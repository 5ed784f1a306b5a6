"""What an organisation file may say of somebody's appointments."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from checkin import appointments
from checkin.errors import BadInput
from checkin.load.nodes import YEARS, Node

# When somebody is busy (UTC), and what for.
Spec = tuple[tuple[datetime, datetime], str]


def appointment(n: Node, zone: str) -> Spec | None:
    """Return what one entry says; mistakes are left in the node."""
    n.only("day", "from", "to", "what")
    day = n.checked("day", n.text("day"), day_of, None)
    begins = n.time("from") if n.has("from") else None
    ends = n.time("to") if n.has("to") else None
    if day is None or n.mistakes:
        return None
    try:
        return appointments.span(day, ZoneInfo(zone), begins, ends), n.maybe("what") or ""
    except BadInput:
        n.wrong("must be later than from", "to")
        return None


def day_of(written: str) -> date:
    """Return a day such as 2026-12-24. Raises BadInput."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise BadInput(f"{written!r} is not a day such as 2026-12-24")
    return day
