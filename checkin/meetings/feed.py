"""Meetings as a calendar program reads them (RFC 5545): one feed for a group, or for all that somebody runs.

A series is one event with its rule; what is off is left out of it (EXDATE), what was moved or is elsewhere stands
beside it (RECURRENCE-ID). No person is in it: no name, no number, not even whoever runs it. The same meetings give the
same bytes, so that a program is told "not modified".

An address is an id and a signature: whoever does not have it cannot guess it, a new one is a new id, and one that was
taken away is gone.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vRecur
from sqlalchemy import delete, select

from checkin import audit
from checkin.meetings.coming import HELPERS, way_there
from checkin.meetings.held import Kept, Occurrence, exceptional, series_where
from checkin.store.ids import new_id
from checkin.store.models import Calendar as Stored
from checkin.store.models import Group, Meeting, Membership, Person
from checkin.store.work import Work

# What a program is told of a zone reaches this far; it asks again long before.
_FAR = timedelta(days=10 * 366)
_UNTIL = re.compile(r"UNTIL=(\d{8})(T\d{6})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar program gets: `body` is the file, `etag` changes with it."""

    body: bytes
    etag: str


def address(work: Work, *, person_id: UUID | None = None, group_id: UUID | None = None) -> str | None:
    """Return the path at which the calendar of somebody, or of a group, is read; None: it has no address."""
    mine = Stored.person_id == person_id if person_id else Stored.group_id == group_id
    found = work.conn.execute(select(Stored.id).where(mine)).scalar_one_or_none()
    return f"/calendars/{found}/{_signature(work, found)}.ics" if found else None


def make_address(work: Work, by: UUID, *, person_id: UUID | None = None, group_id: UUID | None = None) -> None:
    """Give the calendar of somebody, or of a group, a new address; the one before, if any, is gone."""
    _drop(work, person_id, group_id)
    work.add(Stored, id=new_id(), person_id=person_id, group_id=group_id, made_at=work.now, made_by=by)
    audit.record(work, by, "calendar_address_made", _whose(person_id, group_id))


def drop_address(work: Work, by: UUID, *, person_id: UUID | None = None, group_id: UUID | None = None) -> None:
    """Take the address of a calendar away: nobody reads it any more."""
    _drop(work, person_id, group_id)
    audit.record(work, by, "calendar_address_dropped", _whose(person_id, group_id))


def _drop(work: Work, person_id: UUID | None, group_id: UUID | None) -> None:
    mine = Stored.person_id == person_id if person_id else Stored.group_id == group_id
    work.conn.execute(delete(Stored).where(mine))


def _whose(person_id: UUID | None, group_id: UUID | None) -> str:
    return f"person {person_id}" if person_id else f"group {group_id}"


def _signature(work: Work, calendar_id: UUID) -> str:
    key = f"calendar address {work.settings.secret}".encode()
    return hmac.new(key, calendar_id.bytes, hashlib.sha256).hexdigest()[:40]


def read(work: Work, calendar_id: UUID, signature: str) -> Feed | None:
    """Return the calendar at an address; None when there is none there, or whose it is has left the line."""
    if not hmac.compare_digest(signature.encode(), _signature(work, calendar_id).encode()):
        return None
    row = work.conn.execute(select(Stored.person_id, Stored.group_id).where(Stored.id == calendar_id)).first()
    if row is None:
        return None
    if row.group_id is not None:
        name = work.conn.execute(select(Group.name).where(Group.id == row.group_id)).scalar_one()
        return _feed(work, name, series_where(work, Meeting.group_id == row.group_id))
    if work.conn.execute(select(Person.status).where(Person.id == row.person_id)).scalar_one() != "active":
        return None
    runs = select(Membership.group_id).where(Membership.person_id == row.person_id, Membership.role.in_(HELPERS))
    return _feed(work, work.settings.name, series_where(work, Meeting.group_id.in_(runs)))


def _feed(work: Work, name: str, kept: Sequence[Kept]) -> Feed:
    calendar = Calendar()
    calendar.add("prodid", "-//Check-in line//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    host = urlsplit(work.settings.public_url).hostname or "line"
    rows = exceptional(work, kept, None)
    events = [event for one in kept for event in _events(one, list(rows.get(one.id, {}).values()), host)]
    for zone in sorted({one.series.zone for one in kept}, key=str):
        first = min(one.series.starts for one in kept if one.series.zone == zone).date()
        # To a day that moves once a year, so that the file does not change by itself every day.
        last = date(work.now.year, 1, 1) + _FAR
        calendar.add_component(Timezone.from_tzid(zone.key, first_date=first - timedelta(days=366), last_date=last))
    for event in events:
        calendar.add_component(event)
    body = calendar.to_ical()
    return Feed(body, hashlib.sha256(body).hexdigest()[:32])


def _events(kept: Kept, rows: Sequence[Occurrence], host: str) -> list[Event]:
    series = kept.series
    # RFC 5545 wants the event to begin with a meeting that its rule gives.
    before = series.starts.replace(tzinfo=series.zone) - timedelta(days=1)
    first = next((starts for starts in series.after(before) if starts.date() >= series.starts.date()), None)
    if first is None:
        return []
    wall = datetime.combine(first.date(), series.starts.time())
    uid = f"{kept.id}@{host}"
    plain = kept.planned(first)
    master = _event(kept, plain, uid, _wall(wall, series.zone))
    master.add("rrule", vRecur.from_ical(_rule(series.rule, series.zone)))
    events = [master]
    for one in sorted(rows, key=lambda row: row.day):
        usual = _wall(datetime.combine(one.day, series.starts.time()), series.zone)
        if series.on(one.day) is None:
            # The rule was changed under it: what stands beside the series stands alone.
            if one.status == "planned" and one.moved:
                events.append(_event(kept, one, f"{one.id}@{host}", one.starts))
        elif one.status == "cancelled":
            master.add("exdate", usual)
        elif one.moved or one.elsewhere:
            event = _event(kept, one, uid, one.starts)
            event.add("recurrence-id", usual)
            events.append(event)
    return events


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone)


def _event(kept: Kept, one: Occurrence, uid: str, starts: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", kept.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", kept.changed_at.astimezone(UTC).replace(microsecond=0))
    # One number for all of a series: what changed later is never lower than what it stands beside.
    event.add("sequence", kept.sequence)
    event.add("dtstart", starts)
    event.add("duration", timedelta(minutes=one.minutes))
    event.add("summary", one.group)
    event.add("location", one.venue)
    if way_there(one):
        event.add("description", way_there(one))
    return event


def _rule(rule: str, zone: ZoneInfo) -> str:
    """Return a rule as RFC 5545 wants it beside a beginning in a zone: with its end in UTC."""

    def in_utc(found: re.Match[str]) -> str:
        wall = datetime.strptime(found[1] + (found[2] or "T000000"), "%Y%m%dT%H%M%S").replace(tzinfo=zone)
        return f"UNTIL={wall.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    return _UNTIL.sub(in_utc, rule.upper())
