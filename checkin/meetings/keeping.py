"""Making a series of meetings, and changing all of it: read back in words first, with the next dates and who hears.

A series that is changed takes with it what people have already been told of: whoever was reminded of a meeting that
will now be at another time, elsewhere or not at all hears that at once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, union, update

from checkin import audit, recurrence
from checkin.errors import BadInput
from checkin.meetings import telling
from checkin.meetings.changing import LONGEST, OvertakenError, Place, Planned, carry_out, touch
from checkin.meetings.held import Kept, Occurrence, coming, exceptional, series_where
from checkin.meetings.series import Series, read_lead
from checkin.rota.words import how_often
from checkin.store.ids import new_id
from checkin.store.models import Meeting, MeetingChange, Reminder, Rsvp
from checkin.store.work import Work

SHOWN = 5
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# How often, by the name that a form has for it: the rule, of which the first day says the rest.
HOW = {
    "weekly": "FREQ=WEEKLY;BYDAY={day}",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
    "three_weeks": "FREQ=WEEKLY;INTERVAL=3;BYDAY={day}",
    "four_weeks": "FREQ=WEEKLY;INTERVAL=4;BYDAY={day}",
    "monthly": "FREQ=MONTHLY;BYDAY={nth}{day}",
    "last": "FREQ=MONTHLY;BYDAY=-1{day}",
    "once": "FREQ=DAILY;COUNT=1",
}
_END = re.compile(r";?(?:UNTIL|COUNT)=[^;]*", re.IGNORECASE)
_UNTIL = re.compile(r"UNTIL=(\d{4})(\d\d)(\d\d)", re.IGNORECASE)
_COUNT = re.compile(r"COUNT=(\d+)", re.IGNORECASE)


def rule_of(how: str, first: date, until: date | None = None, *, kept: str = "") -> str:
    """Return the rule for a way of HOW, beginning with a day, or for "kept" the rule `kept`; to the end of `until`.
    Raises BadInput with one sentence."""
    nth = (first.day + 6) // 7
    if how == "monthly" and nth == 5:
        raise BadInput("Not every month has a fifth one: choose the last of each month instead.")
    rule = HOW.get(how, _endless(kept))
    rule = rule.format(day=_WEEKDAYS[first.weekday()], nth=nth)
    if until is None or how == "once":
        return rule
    if until < first:
        raise BadInput("The last day must not be before the first.")
    return f"{_END.sub('', rule)};UNTIL={until:%Y%m%d}T235959"


def how_of(rule: str, first: date) -> str:
    """Return the way of HOW that a rule is; "kept" for any other."""
    bare = _endless(rule.upper())
    ways = (way for way in HOW if not (way == "monthly" and first.day > 28))
    return next((way for way in ways if rule_of(way, first) == bare), "kept")


def _endless(rule: str) -> str:
    return ";".join(part for part in rule.split(";") if not _UNTIL.match(part))


def ends_on(rule: str) -> date | None:
    """Return the last day on which a rule may come round, where it names one."""
    found = _UNTIL.search(rule)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


@dataclass(frozen=True, slots=True)
class Draft:
    """A series as somebody wants it. `starts` is wall-clock time in `zone`: its first day, and the time of day."""

    rule: str
    starts: datetime
    zone: str
    minutes: int
    place: Place
    reminders: Sequence[str]
    ask: bool

    @property
    def series(self) -> Series:
        """When it meets, and who is reminded when."""
        return Series(self.rule, self.starts, ZoneInfo(self.zone), tuple(read_lead(one) for one in self.reminders))


def in_words(draft: Draft) -> str:
    """Return when a series meets: "Every Tuesday at 19:00, from Tuesday 12 January 2027, for 90 minutes, until …"."""
    first = draft.series.next_meeting(draft.starts.replace(tzinfo=ZoneInfo(draft.zone)) - timedelta(days=1))
    count, until = _COUNT.search(draft.rule), ends_on(draft.rule)
    once = count is not None and count[1] == "1"
    often = "Once" if once else how_often(_END.sub("", draft.rule), draft.starts)
    parts = [f"{often[0].upper()}{often[1:]} at {draft.starts:%H:%M}"]
    parts += [f"{'on' if once else 'from'} {_day(first)}"] if first else []
    parts += [f"for {draft.minutes} minutes"]
    parts += [f"until {_day(until)}"] if until else []
    parts += [f"{count[1]} times"] if count and not once else []
    return ", ".join(parts)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class Outlined:
    """A draft worked out and not yet kept: in words, the next dates, and what people who have already been told of a
    meeting hear."""

    words: str
    coming: Sequence[datetime]
    told: Sequence[Planned]


def draft_of(kept: Kept) -> Draft:
    """Return a series as a draft that changes nothing."""
    place = Place(kept.venue, kept.directions, kept.access)
    series = kept.series
    reminders = [str(lead) for lead in series.leads]
    return Draft(series.rule, series.starts, series.zone.key, kept.minutes, place, reminders, kept.ask)


def outline(work: Work, draft: Draft, meeting_id: UUID | None = None) -> Outlined:
    """Return what a draft comes to, for a new series or in place of one. Raises BadInput with one sentence."""
    _check(work, draft, new=meeting_id is None)
    if meeting_id is None:
        return Outlined(in_words(draft), list(islice(_dates(draft, work.now), SHOWN)), ())
    kept = _find(work, meeting_id)
    after = _becomes(kept, draft)
    dates = [one.starts for one in islice(coming(work, [after], work.now)[kept.id], SHOWN)]
    return Outlined(in_words(draft), dates, _announced(work, kept, after))


def _dates(draft: Draft, now: datetime) -> Iterator[datetime]:
    return (starts for starts, _ in draft.series.held(now))


def create(work: Work, group_id: UUID, draft: Draft, *, by: UUID) -> UUID:
    """Make a series of a group; return its id. Raises BadInput with one sentence."""
    _check(work, draft, new=True)
    meeting_id = new_id()
    work.conn.execute(insert(Meeting).values(id=meeting_id, group_id=group_id, **_columns(work, draft)))
    work.wake.add("fire")
    audit.record(work, by, "series_made", f"meetings {meeting_id}", in_words(draft))
    return meeting_id


def edit(work: Work, meeting_id: UUID, draft: Draft, *, by: UUID, sequence: int) -> Sequence[Planned]:
    """Change a series, and tell whoever has been told otherwise; return what they were told. `sequence` is the one
    that was looked at.

    Raises OvertakenError when somebody else was faster, BadInput with one sentence; nothing is then to be kept.
    """
    _check(work, draft, new=False)
    kept = _find(work, meeting_id, lock=True)
    if kept.sequence != sequence:
        raise OvertakenError("Somebody has changed these meetings since you opened them. See how they are now.")
    work.conn.execute(update(Meeting).where(Meeting.id == meeting_id).values(_columns(work, draft)))
    told = follow(work, kept, _becomes(kept, draft), by)
    audit.record(work, by, "series_changed", f"meetings {meeting_id}", in_words(draft))
    return told


def follow(work: Work, before: Kept, after: Kept, by: UUID | None) -> Sequence[Planned]:
    """Have single meetings follow their series, which has just been changed, by somebody or by a file (None): whoever
    was told otherwise hears it. Returns what they are told."""
    told = _announced(work, before, after)
    touch(work, after.id)
    for one in told:
        carry_out(work, after, one, by)
    return told


def _find(work: Work, meeting_id: UUID, *, lock: bool = False) -> Kept:
    found = series_where(work, Meeting.id == meeting_id, lock=lock)
    if not found:
        raise BadInput("There are no such meetings.")
    return found[0]


def _becomes(kept: Kept, draft: Draft) -> Kept:
    return replace(
        kept,
        series=draft.series,
        minutes=draft.minutes,
        ask=draft.ask,
        venue=draft.place.venue,
        directions=draft.place.directions,
        access=draft.place.access,
    )


def _columns(work: Work, draft: Draft) -> dict[str, Any]:
    return {
        "rule": draft.rule,
        "starts": draft.starts,
        "zone": draft.zone,
        "minutes": draft.minutes,
        "venue": draft.place.venue,
        "directions": draft.place.directions or None,
        "access": draft.place.access or None,
        "reminders": list(draft.reminders),
        "ask": draft.ask,
        "by_hand": True,
        "next_due_at": draft.series.told_after(work.now),
        # The next tick looks when that is.
        "ask_due_at": work.now if draft.ask else None,
    }


def _check(work: Work, draft: Draft, *, new: bool) -> None:
    recurrence.check(draft.rule)
    for name, most in LONGEST.items():
        if len(getattr(draft.place, name)) > most:
            raise BadInput(f"Shorten the {name} to {most} characters.")
    if not draft.place.venue.strip():
        raise BadInput("Say where it is.")
    if not 5 <= draft.minutes <= 1440:
        raise BadInput("A meeting lasts from 5 minutes to a day.")
    if new and next(_dates(draft, work.now), None) is None:
        raise BadInput("By this the group never meets: choose a first day that is still to come.")


def _announced(work: Work, before: Kept, after: Kept) -> list[Planned]:
    """Return how meetings change of which somebody has been told or has answered, with the series around them."""
    rows = exceptional(work, [before], work.now).get(before.id, {}).values()
    planned = [one for one in rows if one.status == "planned" and one.starts > work.now]
    ids = [one.id for one in planned]
    told = work.conn.scalars(
        union(
            select(Reminder.occurrence_id).where(Reminder.occurrence_id.in_(ids)),
            select(Rsvp.occurrence_id).where(Rsvp.occurrence_id.in_(ids)),
            select(MeetingChange.occurrence_id).where(MeetingChange.occurrence_id.in_(ids)),
        )
    ).all()
    changes = (_with_series(one, before, after) for one in sorted(planned, key=lambda one: one.starts))
    return [
        Planned(kind, one, becomes, telling.hearers(work, one, kind))
        for kind, one, becomes in filter(None, changes)
        if one.id in told
    ]


def _with_series(one: Occurrence, before: Kept, after: Kept) -> tuple[telling.Kind, Occurrence, Occurrence] | None:
    usual = (before.venue, before.directions, before.access) != (after.venue, after.directions, after.access)
    place = usual and not one.elsewhere
    becomes = replace(one, minutes=after.minutes)
    if place:
        becomes = replace(becomes, venue=after.venue, directions=after.directions, access=after.access)
    if not one.moved:
        starts = after.series.on(one.day)
        if starts is None:
            return "cancelled", one, replace(becomes, status="cancelled")
        if starts != one.starts:
            return "moved", one, replace(becomes, starts=starts, was=one.starts)
    return ("place", one, becomes) if place else None
