"""A call to the line is over. For whoever chose it, one that was not even answered says "I am OK"."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from checkin import checkins, escalations, outbox, people
from checkin.conversation.effects import Stream
from checkin.conversation.events import Settled
from checkin.conversations.turn import Turn
from checkin.store.models import Message
from checkin.store.work import Work

# Whoever stayed longer has listened, and may have wanted something else.
_MISSED = timedelta(seconds=10)


def over(work: Work, sid: str, lasted: timedelta | None) -> None:
    """A caller has hung up, or was. `lasted` is the carrier's word; None: it is counted from when they rang."""
    row = work.conn.execute(
        select(Message.id, Message.at, Message.person_id, Message.phone_id, Message.reached).where(
            Message.sid == sid, Message.direction == "in"
        )
    ).first()
    if row is None:
        return
    member = people.lock(work, row.person_id) if row.person_id else None
    work.conn.execute(update(Message).where(Message.id == row.id).values(carrier_status="completed"))
    if member is None or row.reached or (work.now - row.at if lasted is None else lasted) > _MISSED:
        return
    if not member.missed_call_ok or member.shared_phone or member.has_pin or _shared(work, row.phone_id):
        return
    _is_ok(work, Turn(work, member, phone_id=row.phone_id), row.id)


def _shared(work: Work, phone_id: UUID | None) -> bool:
    return phone_id is None or len(people.sharing(work, phone_id)) > 1


def _is_ok(work: Work, turn: Turn, call: UUID) -> None:
    member = turn.member
    open_ones = checkins.unsettled_of(work, member.id)
    for check_in_id in open_ones:
        settled = checkins.settle(work, check_in_id, "ok", answer="missed_call", by=member.id)
        if settled and settled.unconfirmed:
            escalations.answered_late(work, member.id, well=True)
        turn.advance(Settled("checkin", str(check_in_id)))
    if not open_ones:
        return
    body = work.vault.seal("[missed call]", "messages.body")
    work.conn.execute(update(Message).where(Message.id == call).values(body=body))
    # It is said that it counted, where that can be read: to ring somebody who has just rung off would be odd.
    lines = {line for _, _, line in people.numbers(work, member.id)}
    if member.prefers == "text" and lines != {"landline"}:
        outbox.owe(work, member.id, "text", Stream.SERVICE, "missed_call.ok", {"name": member.name})
