"""Meetings of groups: when the next one is, and where."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from checkin import recurrence
from checkin.people import Member
from checkin.store.models import Group, Meeting, Membership
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Next:
    """The next meeting of one of somebody's groups; `starts` is aware, in the meeting's own zone."""

    group: str
    starts: datetime
    venue: str
    directions: str


def next_for(work: Work, member: Member) -> Next | None:
    """Return the soonest meeting of somebody's groups that has not begun, or None."""
    rows = work.conn.execute(
        select(Group.name, Meeting.rule, Meeting.starts, Meeting.zone, Meeting.venue, Meeting.directions)
        .join(Meeting, Meeting.group_id == Group.id)
        .join(Membership, Membership.group_id == Group.id)
        .where(Membership.person_id == member.id)
    ).all()
    found = []
    for row in rows:
        zone = ZoneInfo(row.zone)
        moment = recurrence.next_after(row.rule, row.starts, zone, work.now)
        if moment is not None:
            found.append(Next(row.name, moment.astimezone(zone), row.venue, row.directions or ""))
    return min(found, key=lambda n: n.starts, default=None)
