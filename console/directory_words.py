"""What the directory's codes mean, in words."""

from collections.abc import Mapping, Sequence

from checkin.conversation.needs import NEEDS
from checkin.directory.helplines import read_hours
from checkin.directory.keeping import One
from checkin.directory.model import Found, Hours
from checkin.directory.sources import Source

WHICH = {"all": "All", "corrected": "Corrected here", "withheld": "Kept back", "gone": "Gone from their feed"}
KINDS = {"emergency": "Emergency", "crisis": "Crisis", "helpline": "Helpline", "service": "Service"}
FIELDS = {"about": "What it does", "phone": "Telephone", "hours": "Hours"}
STATUSES = {
    "ok": "In order",
    "held": "Held",
    "failed": "Could not be read",
    "new": "Not read yet",
}
RUNS = {"ok": "Taken", "held": "Held: it had shrunk", "failed": "Could not be read"}
_DAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
_EVERY = {"DAILY": "every day", "WEEKLY": "every week", "MONTHLY": "every month", "YEARLY": "every year"}


def need(code: str) -> str:
    """Return a need as it is read."""
    return code.replace("-", " ").replace("lgbt", "LGBT")


def needs(codes: Sequence[str]) -> str:
    """Return needs as a list."""
    return ", ".join(need(code) for code in codes) or "Not known"


def every_need() -> list[tuple[str, str]]:
    """Return all needs there are, as choices."""
    return [(code, need(code).capitalize() if code != "lgbt" else "LGBT") for code in NEEDS]


def hours(schedules: Sequence[Hours]) -> list[str]:
    """Return opening hours, a line each."""
    return [_line(one) for one in schedules]


def own_hours(written: str) -> str:
    """Return hours that staff wrote as they are read."""
    return "; ".join(hours(read_hours(written)))


def _line(one: Hours) -> str:
    days = ", ".join(_DAYS.get(day[-2:], day) for day in one.get("byday", "").split(",") if day)
    when = days or one.get("description") or _EVERY.get(one.get("freq", ""), "")
    dates = " to ".join(filter(None, (one.get("valid_from") or one.get("dtstart"), one.get("valid_to"))))
    times = "–".join(filter(None, (one.get("opens_at"), one.get("closes_at"))))
    if times == "00:00–24:00":
        when, times = when.capitalize(), "at any time"
    said = " ".join(filter(None, (when, times))) or "Not said when"
    return f"Closed {dates or said}" if one.get("closed") else f"{said}{f' ({dates})' if dates and not days else ''}"


def open_now(found: Found) -> str:
    """Return whether somebody is there."""
    if found.open.now is None:
        return "Hours not known"
    return "Open now" if found.open.now else "Closed now"


def why(found: Found) -> str:
    """Return why it stands where it stands."""
    return ", ".join(f"{reason} {points:+d}" for reason, points in found.why)


def given(service: One) -> str:
    """Return whether members are given a service; else why not."""
    if service.over.withheld_at is not None:
        return "No: kept back here"
    if service.retired_at is not None:
        return "No: gone from its feed"
    return "Yes" if service.given else f"No: its source says {service.status}"


def checked(status: str, left: int | None) -> str:
    """Return how a helpline's check stands; `left` are the days until it runs out."""
    if status == "withdrawn":
        return "Withdrawn: given to nobody"
    if status == "unverified":
        return "Nobody has checked it yet"
    if status == "expired":
        return "Its check has run out"
    days = left or 0
    if days <= 30:
        return f"Checked, for {days} more {'day' if days == 1 else 'days'}"
    return "Checked"


def counted(counts: Mapping[str, int]) -> str:
    """Return what a reading came to."""
    parts = [
        f"{counts.get(name, 0):,} {said}"
        for name, said in (
            ("added", "new"), ("changed", "changed"), ("retired", "gone"), ("skipped", "skipped"),
        )
        if counts.get(name)
    ]  # fmt: skip
    return ", ".join(parts) or "Nothing changed"


def standing(feed: Source) -> str:
    """Return how a feed stands."""
    if feed.paused_at is not None:
        return "Paused"
    if feed.status == "held" and feed.kept_at is not None:
        return "Held, as somebody decided"
    return STATUSES.get(feed.status, feed.status)
