"""Buddies: who looks out for whom, the weekly question, and words passed on without numbers."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update

from checkin import outbox, people, recurrence, timers
from checkin.conversation.effects import Stream
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import Pair, Person, Report
from checkin.store.work import Work

_WEEKS_BEGIN = date(2024, 1, 1)


def next_report(rule: str, at: time, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return when a buddy is asked about their week next (aware, UTC); None when the rule has ended."""
    return recurrence.next_after(rule, datetime.combine(_WEEKS_BEGIN, at), zone, after)


def member_of(work: Work, pair_id: UUID) -> UUID | None:
    """Return whom a pair is about."""
    return work.conn.execute(select(Pair.member_id).where(Pair.id == pair_id)).scalar_one_or_none()


def record(work: Work, pair_id: UUID, answer: str) -> None:
    """Keep what a buddy said about their week."""
    work.add(Report, id=new_id(), pair_id=pair_id, at=work.now, answer=answer)


def claim_report(work: Work) -> bool:
    """Ask one buddy whose week is due about it, and set when they are asked next; False when none is due."""
    row = work.conn.execute(
        select(Pair.id, Pair.buddy_id, Pair.rule, Pair.at, Person.zone, Person.paused_until)
        .join(Person, Person.id == Pair.buddy_id)
        .where(Pair.next_due_at <= work.now, Pair.status == "active")
        .order_by(Pair.next_due_at)
        .limit(1)
        .with_for_update(of=Pair, skip_locked=True)
    ).first()
    if row is None:
        return False
    again = next_report(row.rule, row.at, ZoneInfo(row.zone), work.now)
    work.conn.execute(update(Pair).where(Pair.id == row.id).values(next_due_at=again))
    if row.paused_until is None or row.paused_until <= work.now:
        timers.set_timer(work, "open", work.now, person_id=row.buddy_id, topic="buddy_report", subject=row.id)
    return True


@dataclass(frozen=True, slots=True)
class Other:
    """The other one of a pair."""

    id: UUID
    name: str


def other_of(work: Work, member: Member) -> Other | None:
    """Return who hears what this person texts after BUDDY: their buddy, else the person they look out for."""
    row = work.conn.execute(
        select(Pair.member_id, Pair.buddy_id)
        .where(or_(Pair.member_id == member.id, Pair.buddy_id == member.id), Pair.status == "active")
        .order_by(Pair.buddy_id == member.id, Pair.rank)
        .limit(1)
    ).first()
    if row is None:
        return None
    other = row.buddy_id if row.member_id == member.id else row.member_id
    return Other(other, people.first_name(work, other))


def relay(work: Work, member: Member, words: str, other: Other) -> None:
    """Owe somebody's words to the other of their pair: first names only, never a number."""
    outbox.owe(work, other.id, "text", Stream.BUDDY, "relay.message", {"sender": member.name, "words": words})
