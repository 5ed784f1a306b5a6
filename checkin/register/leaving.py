"""Resting and leaving, when somebody has told staff rather than the line."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from checkin import buddies, checkins, meetings, outbox, people, timers, wording
from checkin.conversation.effects import Stream
from checkin.conversation.state import Conversation
from checkin.errors import BadInput
from checkin.gate import Medium
from checkin.people import Member
from checkin.store.models import Case, Contact, Group, Membership, Message, Pair, Plan, Shift, Staff, Timer
from checkin.store.work import Work

LONGEST_PAUSE = timedelta(days=90)
_BACK_AT = time(9)


def pause_until(work: Work, member: Member, day: date) -> datetime:
    """Return when a pause ends of somebody who is back on `day`: at nine in the morning where they are. Raises BadInput
    for a day that is not within 90 from tomorrow."""
    until = datetime.combine(day, _BACK_AT, member.zone).astimezone(work.now.tzinfo)
    if not work.now < until or day <= work.now.astimezone(member.zone).date():
        raise BadInput("Choose a day from tomorrow on")
    if until > work.now + LONGEST_PAUSE:
        raise BadInput("Choose a day within 90 days: nobody is left alone for longer without having been asked again")
    return until


def pause(work: Work, member: Member, until: datetime) -> None:
    """Pause everything that is scheduled until then. What is asked just now falls silent, whoever was asked to get in
    touch hears that it is over, and they are told until when."""
    _stand_down(work, member)
    people.pause(work, member.id, until)
    timers.set_timer(work, "unpause", until, person_id=member.id)
    _tell(work, member, Stream.NOTICE, "pause.done", until=wording.day(until.astimezone(member.zone), member.language))


def unpause(work: Work, member: Member) -> None:
    """End a pause, and tell them so. Raises BadInput when there is none."""
    if member.paused_until is None or member.paused_until <= work.now:
        raise BadInput("They have no pause that could be ended.")
    people.pause(work, member.id, None)
    _tell(work, member, Stream.NOTICE, "back.done")


def cannot_leave(work: Work, person_id: UUID) -> str | None:
    """Return in one sentence what must be done before somebody can leave the line; None when nothing must."""
    red = select(Case.number).where(Case.person_id == person_id, Case.status != "closed", Case.severity == "red")
    if number := work.conn.execute(red).scalar():
        return f"Case {number} is RED and open: close it first."
    if work.conn.execute(select(Staff.person_id).where(Staff.person_id == person_id)).first():
        return "They are staff and log in here: take them off the staff first."
    if work.conn.execute(select(Shift.id).where(Shift.person_id == person_id).limit(1)).first():
        return "They are on the rota: give their shifts to somebody else first."
    runs = (
        select(Group.name)
        .join(Membership)
        .where(Membership.person_id == person_id, Membership.role.in_(meetings.HELPERS))
    )
    if name := work.conn.execute(runs.order_by(Group.name).limit(1)).scalar():
        return f"They run {name}, or cover for who does: choose somebody else on the page of that group first."
    return None


def end(work: Work, member: Member, *, words: str) -> None:
    """Have somebody leave the line, because they told staff so in `words`.

    What is asked of them falls silent and their ladder stops; buddies on either side are told softly; they hear one
    goodbye, if they still want to hear anything. Nothing else reaches them after that. Raises BadInput when something
    must be done first.
    """
    if (first := cannot_leave(work, member.id)) is not None:
        raise BadInput(first)
    _stand_down(work, member)
    mine = or_(Pair.member_id == member.id, Pair.buddy_id == member.id)
    for pair_id in work.conn.scalars(select(Pair.id).where(mine, Pair.status != "ended")).all():
        buddies.end(work, pair_id)
    _let_go_of(work, member)
    if member.streams:
        people.consent(
            work, member.id, [Stream(s) for s in sorted(member.streams)], given=False, how="console", words=words
        )
    people.pause(work, member.id, None)
    people.set_status(work, member.id, "ended")
    people.keep_state(work, member.id, replace(Conversation(), turn=member.state.turn + 1))
    if member.streams and member.status == "active":
        _tell(work, member, Stream.CONTACT, "leaving.goodbye")


def _let_go_of(work: Work, member: Member) -> None:
    """Take away what is still to come: what is owed, timers, the plan, groups, whose contact they are."""
    work.flush()
    owed = update(Message).where(Message.person_id == member.id, Message.status == "owed")
    work.conn.execute(owed.values(status="dropped", reason="left"))
    work.conn.execute(delete(Timer).where(Timer.person_id == member.id))
    work.conn.execute(delete(Plan).where(Plan.person_id == member.id))
    work.conn.execute(delete(Membership).where(Membership.person_id == member.id))
    work.conn.execute(delete(Contact).where(or_(Contact.person_id == member.id, Contact.member_id == member.id)))


def _stand_down(work: Work, member: Member) -> None:
    for check_in_id in checkins.unsettled_of(work, member.id):
        checkins.settle(work, check_in_id, "stand_down", answer=None, by=member.id)
        timers.set_timer(work, "settled", work.now, person_id=member.id, topic="checkin", subject=check_in_id)


def medium_of(member: Member) -> Medium:
    """Return how somebody is told something that staff have done for them."""
    return "call" if member.prefers == "call" else "text"


def _tell(work: Work, member: Member, stream: Stream, key: str, **values: str) -> None:
    needs = {"name": member.name} if "name" in wording.placeholders(key) else {}
    outbox.owe(work, member.id, medium_of(member), stream, key, needs | values)
