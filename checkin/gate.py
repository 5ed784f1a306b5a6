"""May this go to this person now? One pure rule, asked at the moment of sending.

The order of the checks is the order of what matters: first what must never happen, then what the person said, then
what they are protected from, then what is polite. A drop is kept with its reason and shown; nothing vanishes.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from checkin.conversation.effects import Stream

Medium = Literal["text", "call"]
Dropped = Literal[
    "no_number", "fictional_number", "number_suspended", "not_active", "not_relevant", "too_late", "not_sayable",
    "stopped", "not_safe", "no_consent", "paused", "weekly_cap",
]  # fmt: skip
Held = Literal["on_call", "hours"]
Hours = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Send:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now: ask again at `until` (aware, UTC)."""

    until: datetime
    why: Held


@dataclass(frozen=True, slots=True)
class Drop:
    """Never."""

    why: Dropped


Verdict = Send | Defer | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything the rule looks at. Moments are aware; hours are wall-clock times in the person's zone."""

    now: datetime
    medium: Medium
    stream: Stream
    expires_at: datetime | None
    relevant: bool
    """False when it was superseded, already answered or already accepted."""
    sayable: bool
    """It can be said in the person's language, in the variant that their profile asks for."""
    number: str | None
    fictional: bool
    """The number is reserved for fiction and the carrier is a real one."""
    number_suspended: bool
    status: str
    streams: frozenset[str]
    text_blocked: bool
    paused_until: datetime | None
    safe_to_text: bool
    safe_to_call: bool
    safe_hours: Hours | None
    quiet_hours: Hours
    zone: ZoneInfo
    on_call: bool
    """They are on the phone with the line just now."""
    sent_this_week: int
    weekly_cap: int


# What each stream is let through: SAFETY is how danger is answered and staff are paged; SERVICE answers what the
# person began, or tells somebody who was alerted that it is over; NOTICE keeps the hours; CONTACT asks for the consent.
_PASSES_CONSENT = frozenset({Stream.SAFETY, Stream.SERVICE, Stream.NOTICE, Stream.CONTACT})
_PASSES_PAUSE = frozenset({Stream.SAFETY, Stream.SERVICE, Stream.NOTICE})
_PASSES_HOURS = frozenset({Stream.SAFETY, Stream.SERVICE})
CAPPED = frozenset({Stream.CHECKINS, Stream.REMINDERS, Stream.CARING, Stream.TIPS})


# To ring somebody who is talking with us would give them the engaged tone for a reason, and count as a miss.
_CALL_ENDS = timedelta(minutes=1)


_ONE_WORD = frozenset({"invited", "ended"})


def may(request: Request) -> Verdict:
    """Return Send, Defer until, or Drop because."""
    reason = _never(request) or _not_wanted(request)
    if reason:
        return Drop(reason)
    if request.medium == "call" and request.on_call:
        return Defer(request.now + _CALL_ENDS, "on_call")
    if request.stream not in _PASSES_HOURS:
        opens = opens_at(request.now, request.safe_hours, request.quiet_hours, request.zone)
        if opens > request.now:
            if request.expires_at is not None and opens >= request.expires_at:
                return Drop("too_late")
            return Defer(opens, "hours")
    if request.stream in CAPPED and request.sent_this_week >= request.weekly_cap:
        return Drop("weekly_cap")
    return Send()


def _never(request: Request) -> Dropped | None:
    if request.number is None:
        return "no_number"
    if request.fictional:
        return "fictional_number"
    if request.number_suspended:
        return "number_suspended"
    # Somebody who has not said yes yet is asked that one question, whoever has left hears one goodbye: nothing else
    # reaches them.
    if request.status != "active" and not (request.status in _ONE_WORD and request.stream is Stream.CONTACT):
        return "not_active"
    if not request.relevant:
        return "not_relevant"
    if request.expires_at is not None and request.now >= request.expires_at:
        return "too_late"
    # In danger English is better than nothing.
    if not request.sayable and request.stream is not Stream.SAFETY:
        return "not_sayable"
    return None


def _not_wanted(request: Request) -> Dropped | None:
    if request.medium == "text" and request.text_blocked:
        return "stopped"
    safe = request.safe_to_text if request.medium == "text" else request.safe_to_call
    if not safe and request.stream is not Stream.SAFETY:
        return "not_safe"
    if request.stream not in _PASSES_CONSENT and request.stream.value not in request.streams:
        return "no_consent"
    if request.paused_until and request.now < request.paused_until and request.stream not in _PASSES_PAUSE:
        return "paused"
    return None


def opens_at(now: datetime, safe_hours: Hours | None, quiet_hours: Hours, zone: ZoneInfo) -> datetime:
    """Return the first moment from now at which somebody in `zone` may be disturbed.

    Somebody's own safe hours replace the quiet hours: a night worker may have said "22:00 to 23:00 is safe".
    """
    if safe_hours is None:
        return _leave(now, quiet_hours, zone)
    start, end = safe_hours
    return _leave(now, (end, start), zone)


def _leave(moment: datetime, closed: Hours, zone: ZoneInfo) -> datetime:
    """Return `moment`, or the end of the closed span that it lies in. Spans may cross midnight."""
    local = moment.astimezone(zone)
    start, end = closed
    if start == end:
        return moment
    inside = start <= local.time() < end if start < end else local.time() >= start or local.time() < end
    if not inside:
        return moment
    day = local.date() if local.time() < end else local.date() + timedelta(days=1)
    opens = datetime.combine(day, end, zone).astimezone(moment.tzinfo)
    # A clock change can skip all the hours that are open: then it is the next day's.
    return _leave(opens, closed, zone) if opens > moment else opens
