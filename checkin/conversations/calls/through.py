"""A caller is put through to a service, and comes back: what they hear before, and what becomes of them after it."""

from uuid import UUID

from sqlalchemy import select

from checkin import people, through
from checkin.conversation.events import Opened, Settled
from checkin.conversations.calls.caller import Caller, caller
from checkin.conversations.calls.spoken import Place, Spoken
from checkin.conversations.relay_calls import End, Through
from checkin.store.models import Message, Person
from checkin.store.work import Work
from checkin.through import Outcome

# A service may have a queue, or a long way to its telephone.
_RING_SECONDS = 60
_SAID = {"busy": "through.busy", "no_answer": "through.no_answer", "failed": "through.failed"}


def begin(work: Work, call: UUID, through_id: UUID) -> Through | End:
    """Put the caller through to the service that they asked for, once."""
    here, asked = caller(work, call), through.find(work, through_id)
    if here is None or asked is None or asked.person_id != here.member.id or asked.outcome != "asked":
        return End(here.member.language if here else "en", "")
    through.ended(work, asked, "ringing")
    say = here.says("through.moment")
    return Through(here.member.language, say, asked.number, _shown(here), _RING_SECONDS)


def _shown(here: Caller) -> str:
    """Return the number that the service sees: the caller's own only if they want that, and it is they who rang."""
    work = here.turn.work
    row = work.conn.execute(
        select(Message.direction, Person.show_number)
        .join(Person, Person.id == Message.person_id)
        .where(Message.id == here.call)
    ).one()
    own = {phone_id: number for phone_id, number, _ in people.numbers(work, here.member.id)}
    if row.show_number and row.direction == "in" and here.turn.phone_id in own:
        return own[here.turn.phone_id]
    return work.settings.number or ""


def over(work: Work, call: UUID, through_id: UUID, outcome: Outcome, seconds: int, *, hung_up: bool) -> Spoken:
    """The service has hung up, or never came. Who is still there is asked whether it helped, or what else they want."""
    here, asked = caller(work, call), through.find(work, through_id)
    if here is None or asked is None or asked.person_id != here.member.id:
        return Spoken(call, "en", Place("end"))
    through.ended(work, asked, outcome, seconds, ask_later=hung_up)
    if hung_up:
        return here.ends()
    turn = here.turn
    if outcome != "talked":
        # What they looked at is still open: it can be texted, tried again, or left for another.
        return here.offer((here.says(_SAID[outcome]),))
    current = turn.member.state.current
    if current is not None and current.topic == "found":
        turn.advance(Settled("found", current.subject))
    turn.advance(Opened("helped", str(asked.id), asked_for=True))
    return here.offer(tuple(turn.said))
