"""Meetings as they take place: what the rule gives, less what is off, with what was moved where it is now."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select

from checkin.meetings.series import Series, read_lead
from checkin.store.ids import new_id
from checkin.store.models import Group, Meeting
from checkin.store.models import Occurrence as Stored
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting of a group. `starts` is aware, in the meeting's own zone; `was` the same, when it has been moved.

    `id` is that of its row; of one that nothing has been said of yet it is an id that no row has. `version` counts its
    changes.
    """

    id: UUID
    meeting_id: UUID
    group_id: UUID
    group: str
    day: date
    starts: datetime
    minutes: int
    venue: str
    directions: str
    access: str
    status: str
    moved: bool = False
    elsewhere: bool = False
    was: datetime | None = None
    runs: UUID | None = None
    version: int = 0
    newcomers: int = 0

    @property
    def ends(self) -> datetime:
        """When it ends, by real minutes."""
        # Added on the wall's clock, an hour that a clock change skips would count.
        return (self.starts.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(self.starts.tzinfo)


@dataclass(frozen=True, slots=True)
class Kept:
    """A series as it is stored, and its group."""

    id: UUID
    group_id: UUID
    group: str
    series: Series
    minutes: int
    venue: str
    directions: str
    access: str
    sequence: int
    changed_at: datetime
    ask: bool
    by_hand: bool

    def planned(self, starts: datetime) -> Occurrence:
        """Return the meeting that the rule has begin at `starts` (in its zone), of which nothing has been said."""
        place = (self.venue, self.directions, self.access)
        return Occurrence(
            new_id(), self.id, self.group_id, self.group, starts.date(), starts, self.minutes, *place, "planned"
        )


_SERIES = (
    Meeting.id, Meeting.group_id, Group.name, Meeting.rule, Meeting.starts, Meeting.zone, Meeting.reminders,
    Meeting.minutes, Meeting.venue, Meeting.directions, Meeting.access, Meeting.sequence, Meeting.changed_at,
    Meeting.ask, Meeting.by_hand,
)  # fmt: skip


def series_where(work: Work, *which: ColumnElement[bool], lock: bool = False) -> list[Kept]:
    """Return the series that fulfil these conditions, by group and beginning; with `lock`, their rows locked."""
    joined = select(*_SERIES).join(Group, Group.id == Meeting.group_id).where(*which)
    found = joined.order_by(Group.name, Meeting.starts, Meeting.id)
    return [_kept(tuple(row)) for row in work.conn.execute(found.with_for_update(of=Meeting) if lock else found)]


def _kept(row: Sequence[Any]) -> Kept:
    meeting_id, group_id, group, rule, starts, zone, reminders, minutes, venue, directions, access, *rest = row
    series = Series(rule, starts, ZoneInfo(zone), tuple(read_lead(one) for one in reminders))
    return Kept(meeting_id, group_id, group, series, minutes, venue, directions or "", access or "", *rest)


_COLUMNS = tuple(Stored.__table__.columns)


def _named(row: Sequence[Any]) -> dict[str, Any]:
    return {column.name: value for column, value in zip(_COLUMNS, row, strict=True)}


Exceptional = Mapping[UUID, Mapping[date, Occurrence]]


def exceptional(work: Work, kept: Sequence[Kept], since: datetime | None) -> Exceptional:
    """Return the meetings that have rows, by series and day: those that are not over before `since` (None: all)."""
    of = {one.id: one for one in kept}
    which: list[ColumnElement[bool]] = [Stored.meeting_id.in_(of)]
    if since is not None:
        # By its rule's day or by its own: either may still be to come.
        which.append(or_(Stored.day >= since.date() - timedelta(days=1), Stored.starts_at > since))
    found: defaultdict[UUID, dict[date, Occurrence]] = defaultdict(dict)
    for row in work.conn.execute(select(*_COLUMNS).where(*which)) if of else ():
        values = _named(row)
        one = _occurrence(of[values["meeting_id"]], values)
        found[one.meeting_id][one.day] = one
    return found


def _occurrence(kept: Kept, row: Mapping[str, Any]) -> Occurrence:
    zone = kept.series.zone
    elsewhere = row["venue"] is not None
    # The way to another place is not the way to the usual one.
    there = (row["venue"] or "", row["directions"] or "", row["access"] or "")
    place = there if elsewhere else (kept.venue, kept.directions, kept.access)
    return Occurrence(
        row["id"], kept.id, kept.group_id, kept.group, row["day"], row["starts_at"].astimezone(zone), kept.minutes,
        *place, row["status"], row["moved"], elsewhere, row["was_at"].astimezone(zone) if row["was_at"] else None,
        row["runs_id"], row["version"], row["newcomers"],
    )  # fmt: skip


def differing(rows: Mapping[date, Occurrence]) -> dict[date, datetime | None]:
    """Return what differs from the rule: see `series.Exceptions`."""
    return {
        day: None if one.status == "cancelled" else one.starts
        for day, one in rows.items()
        if one.moved or one.status == "cancelled"
    }


def coming(work: Work, kept: Sequence[Kept], moment: datetime) -> dict[UUID, Iterator[Occurrence]]:
    """Return, by series, the meetings that take place later than `moment`, in order; endless for most rules."""
    rows = exceptional(work, kept, moment)
    return {one.id: _coming(one, rows.get(one.id, {}), moment) for one in kept}


def _coming(kept: Kept, rows: Mapping[date, Occurrence], moment: datetime) -> Iterator[Occurrence]:
    for starts, day in kept.series.held(moment, differing(rows)):
        yield rows[day] if day in rows else kept.planned(starts)


def find(work: Work, occurrence_id: UUID) -> Occurrence:
    """Return a meeting that has a row. An unknown id raises NoResultFound."""
    both = select(*_SERIES, *_COLUMNS).join(Group, Group.id == Meeting.group_id)
    row = work.conn.execute(both.join(Stored, Stored.meeting_id == Meeting.id).where(Stored.id == occurrence_id)).one()
    return _occurrence(_kept(tuple(row)[: len(_SERIES)]), _named(tuple(row)[len(_SERIES) :]))


def look_up(work: Work, meeting_id: UUID, day: date, *, lock: bool = False) -> tuple[Kept, Occurrence] | None:
    """Return a series and the meeting that is known by this day, or None when there is none; with `lock`, the rows of
    both locked, the series' first."""
    for kept in series_where(work, Meeting.id == meeting_id, lock=lock):
        stored = select(*_COLUMNS).where(Stored.meeting_id == meeting_id, Stored.day == day)
        row = work.conn.execute(stored.with_for_update() if lock else stored).first()
        if row is not None:
            return kept, _occurrence(kept, _named(tuple(row)))
        starts = kept.series.on(day)
        if starts is not None:
            return kept, kept.planned(starts)
    return None


def beginning(work: Work, meeting_id: UUID, starts: datetime) -> Occurrence | None:
    """Return the meeting of a series that takes place and begins at this moment, or None."""
    for kept in series_where(work, Meeting.id == meeting_id):
        found = next(coming(work, [kept], starts - timedelta(seconds=1))[kept.id], None)
        if found is not None and found.starts == starts:
            return found
    return None
