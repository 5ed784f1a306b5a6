"""One meeting: what members say about coming, and words for whoever runs it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from checkin import outbox, people
from checkin.conversation.effects import Stream
from checkin.meetings.held import Occurrence, coming, find, series_where
from checkin.people import Member
from checkin.store.models import Duty, Meeting, Membership, Rsvp
from checkin.store.models import Occurrence as OccurrenceRow
from checkin.store.work import Work

# Who runs a group, and who covers: not whoever belongs to it, or is trying it.
HELPERS = ("facilitator", "cover")


@dataclass(frozen=True, slots=True)
class Next:
    """The next meeting of a group; `starts` is aware, in the meeting's own zone."""

    group: str
    starts: datetime
    venue: str
    directions: str


def next_for(work: Work, member: Member) -> Next | None:
    """Return the soonest meeting of somebody's groups that has not begun and is not cancelled, or None."""
    mine = select(Membership.group_id).where(Membership.person_id == member.id)
    return min(_next_of(work, Meeting.group_id.in_(mine)), key=lambda n: n.starts, default=None)


def _next_of(work: Work, which: ColumnElement[bool]) -> list[Next]:
    coming_up = coming(work, series_where(work, which), work.now)
    soonest = [one for found in coming_up.values() if (one := next(found, None)) is not None]
    return [Next(one.group, one.starts, one.venue, way_there(one)) for one in soonest]


def way_there(occurrence: Occurrence) -> str:
    """Return how to get to a meeting and into it, in one breath."""
    return " ".join(part for part in (occurrence.directions, occurrence.access) if part)


def stands(work: Work, occurrence_id: UUID) -> bool:
    """Tell whether a meeting is still to come, and not cancelled."""
    row = work.conn.execute(
        select(OccurrenceRow.status, OccurrenceRow.starts_at).where(OccurrenceRow.id == occurrence_id)
    ).first()
    return row is not None and row.status == "planned" and row.starts_at > work.now


def is_coming(work: Work, occurrence_id: UUID, person_id: UUID) -> bool:
    """Tell whether somebody has said that they come."""
    mine = Rsvp.occurrence_id == occurrence_id, Rsvp.person_id == person_id
    return work.conn.execute(select(Rsvp.answer).where(*mine)).scalar_one_or_none() == "yes"


def record(work: Work, occurrence_id: UUID, person_id: UUID, answer: str) -> None:
    """Keep what somebody said about coming: "yes", "no" or "maybe". What they say last counts."""
    statement = insert(Rsvp).values(occurrence_id=occurrence_id, person_id=person_id, answer=answer, at=work.now)
    work.conn.execute(
        statement.on_conflict_do_update(
            index_elements=["occurrence_id", "person_id"], set_={"answer": answer, "at": work.now}
        )
    )


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many have said what about coming, and how many messages they sent whoever runs it."""

    yes: int
    no: int
    maybe: int
    messages: int


def headcount(work: Work, occurrence_id: UUID) -> Headcount:
    """Return how many have said what about a meeting."""
    row = work.conn.execute(
        select(
            func.count().filter(Rsvp.answer == "yes").label("yes"),
            func.count().filter(Rsvp.answer == "no").label("no"),
            func.count().filter(Rsvp.answer == "maybe").label("maybe"),
            func.coalesce(func.sum(Rsvp.messages), 0).label("messages"),
        ).where(Rsvp.occurrence_id == occurrence_id)
    ).one()
    return Headcount(row.yes, row.no, row.maybe, row.messages)


def facilitators_of(work: Work, occurrence: Occurrence) -> list[UUID]:
    """Return who runs a meeting, in a fixed order: who was named for this one; else whoever runs the group, or has
    stepped in for them this time; who covers, when nobody does."""
    if occurrence.runs is not None:
        return [occurrence.runs]
    rows = work.conn.execute(
        select(Membership.person_id, Membership.role)
        .where(Membership.group_id == occurrence.group_id, Membership.role.in_(HELPERS))
        .order_by(Membership.person_id)
    ).all()
    stepped_in = work.conn.execute(
        select(Duty.person_id, Duty.covered_by).where(
            Duty.subject == occurrence.meeting_id, Duty.starts == occurrence.starts, Duty.status == "covered"
        )
    ).all()
    instead = {row.person_id: row.covered_by for row in stepped_in}
    runs = [r.person_id for r in rows if r.role == "facilitator"] or [r.person_id for r in rows]
    return list(dict.fromkeys(instead.get(person_id) or person_id for person_id in runs))


def facilitator_of(work: Work, occurrence_id: UUID) -> str | None:
    """Return the first name of whoever words about a meeting go to; None when nobody runs the group."""
    found = facilitators_of(work, find(work, occurrence_id))
    return people.first_name(work, found[0]) if found else None


def pass_on(work: Work, occurrence_id: UUID, member: Member, words: str) -> None:
    """Owe somebody's words about a meeting to whoever runs the group: first names only, never a number."""
    occurrence = find(work, occurrence_id)
    for person_id in facilitators_of(work, occurrence):
        values = {"sender": member.name, "group": occurrence.group, "words": words}
        outbox.owe(work, person_id, "text", Stream.BUDDY, "meeting.message", values, subject=occurrence_id)
    statement = insert(Rsvp).values(occurrence_id=occurrence_id, person_id=member.id, messages=1, at=work.now)
    work.conn.execute(
        statement.on_conflict_do_update(
            index_elements=["occurrence_id", "person_id"], set_={"messages": Rsvp.messages + 1}
        )
    )
