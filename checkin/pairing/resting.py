"""A buddy has a break: their reports and requests rest, somebody stands in or staff see to it, and they come back."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update

from checkin import audit, buddies, escalations, people, timers, wording
from checkin.conversation.effects import Severity
from checkin.errors import BadInput
from checkin.people import Member
from checkin.store.models import Pair, Person
from checkin.store.work import Work


def rest(work: Work, member: Member, until: datetime) -> bool:
    """Let a buddy rest until a moment (aware) and tell those concerned; False for somebody who is nobody's buddy."""
    pairs = work.conn.execute(
        update(Pair)
        .where(Pair.buddy_id == member.id, Pair.status != "ended")
        .values(status="resting", rests_until=until)
        .returning(Pair.id, Pair.member_id)
    ).all()
    if not pairs:
        return False
    timers.set_timer(work, "open", until, person_id=member.id, topic="rest_over")
    for pair in sorted(pairs, key=lambda p: p.id):
        timers.set_timer(work, "settled", work.now, person_id=member.id, topic="buddy_report", subject=pair.id)
        _cover(work, member, pair, until)
    return True


def put_to_rest(work: Work, by: UUID, buddy_id: UUID, until: datetime) -> None:
    """Let a buddy rest until a moment (aware) because staff say so, and tell them too. Raises BadInput for somebody who
    is nobody's buddy."""
    member = people.lock(work, buddy_id)
    if member is None or not rest(work, member, until):
        raise BadInput("They are nobody's buddy any more.")
    buddies.tell(work, buddy_id, "rest.done", {"until": _day(work, buddy_id, until)}, _about(buddy_id, until))
    audit.record(work, by, "gave_break", f"person {buddy_id}")


def call_back(work: Work, by: UUID, buddy_id: UUID) -> None:
    """End a buddy's break because staff say so, and tell them too. Raises BadInput when they have none."""
    member = people.lock(work, buddy_id)
    if member is None or not come_back(work, member):
        raise BadInput("They have no break that could be ended.")
    buddies.tell(work, buddy_id, "rest.over", {"name": member.name}, f"{buddy_id}:{work.now:%Y%m%d%H%M}")
    audit.record(work, by, "ended_break", f"person {buddy_id}")


def _cover(work: Work, member: Member, pair: Row[UUID, UUID], until: datetime) -> None:
    cover = buddies.cover_of(work, pair.id)
    whose = people.first_name(work, pair.member_id)
    about = _about(pair.id, until)
    if cover is None:
        escalations.open_case(work, Severity.TASK, "buddy_rests", person_id=pair.member_id, words=member.name)
        values = {"buddy": member.name, "until": _day(work, pair.member_id, until)}
        buddies.tell(work, pair.member_id, "rest.member", values, about)
        return
    taker = people.first_name(work, cover.buddy_id)
    values = {"buddy": member.name, "taker": taker, "until": _day(work, pair.member_id, until)}
    buddies.tell(work, pair.member_id, "rest.member_covered", values, about)
    values = {"buddy": member.name, "member": whose, "until": _day(work, cover.buddy_id, until)}
    buddies.tell(work, cover.buddy_id, "rest.cover", values, about)


def _about(pair_id: UUID, until: datetime) -> str:
    """Name one break of one pair: each is told of once."""
    return f"{pair_id}:{until:%Y%m%d%H}"


def _day(work: Work, reader_id: UUID, moment: datetime) -> str:
    reader = work.conn.execute(select(Person.language, Person.zone).where(Person.id == reader_id)).one()
    return wording.day(moment.astimezone(ZoneInfo(reader.zone)), reader.language)


def rest_is_over(work: Work, member: Member) -> bool:
    """End a break whose time has come; False when it has been ended or made longer meanwhile."""
    due = select(Pair.id).where(Pair.buddy_id == member.id, Pair.status == "resting", Pair.rests_until <= work.now)
    return work.conn.execute(due.limit(1)).first() is not None and come_back(work, member)


def come_back(work: Work, member: Member) -> bool:
    """Let a buddy go on; whoever they look out for hears it, and whoever stood in. False when they did not rest."""
    resting = work.conn.execute(
        select(Pair.id, Pair.member_id, Pair.rests_until)
        .where(Pair.buddy_id == member.id, Pair.status == "resting")
        .order_by(Pair.id)
        .with_for_update()
    ).all()
    for pair in resting:
        cover, about = buddies.cover_of(work, pair.id), _about(pair.id, pair.rests_until or work.now)
        buddies.tell(work, pair.member_id, "rest.back", {"buddy": member.name}, about)
        if cover is not None:
            values = {"buddy": member.name, "member": people.first_name(work, pair.member_id)}
            buddies.tell(work, cover.buddy_id, "rest.back_cover", values, about)
        work.conn.execute(update(Pair).where(Pair.id == pair.id).values(status="active", rests_until=None))
    return bool(resting)
