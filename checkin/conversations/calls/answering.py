"""Somebody rings the line; a call of ours is answered."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from checkin import checkins, logs, people, phone
from checkin.conversations.calls import doors, staff, strangers
from checkin.conversations.calls.caller import Caller, caller, is_for_staff, proves_number
from checkin.conversations.calls.spoken import Place, Spoken
from checkin.conversations.turn import Turn
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import Message
from checkin.store.work import RepeatedError, Work

# Whoever counts a missed call as "I'm OK" is left ringing this long, so that to hang up costs them nothing. UK phones
# ring twice in six seconds.
_RINGS = 6


def ring_in(work: Work, sid: str, caller_id: str, to: str = "") -> Spoken:
    """Somebody rings the line, at its number `to`. Raises RepeatedError when this call was answered before."""
    caller_id, by_relay = phone.without_relay_prefix(caller_id)
    if (own := _own_line(work, sid, caller_id, to)) is not None:
        return own
    found = people.behind_number(work, caller_id)
    phone_id = found[1] if found else people.phone_for(work, caller_id)
    sharing = people.sharing(work, phone_id)
    # Whoever it is of several is not known yet.
    whose = found[0].id if found and len(sharing) < 2 else None
    call = _store(work, sid, whose, phone_id)
    if found is None:
        return strangers.greet(work, call, patient=by_relay)
    member = found[0]
    here = Caller(Turn(work, member, mouth="voice", phone_id=phone_id), call)
    if len(sharing) > 1:
        return doors.tell_apart(here, sharing)
    if member.shared_phone:
        return doors.human(here)
    if member.has_pin:
        return doors.ask_pin(here)
    offered = here.offer((here.says("voice.greeting", name=member.name),))
    return _left_ringing(work, member, staff.instead_of_menu(here, offered))


def _own_line(work: Work, sid: str, caller_id: str, to: str) -> Spoken | None:
    """Return how the caller is put through when they rang the own number of one of their pairs. Whoever has a PIN goes
    through the doors first, and finds their buddy in the menu."""
    behind = people.everybody_behind(work, caller_id, to) if to not in {"", work.settings.number} else None
    users = [user for user in behind.users if user.pair_id is not None] if behind else []
    if behind is None or len(users) != 1 or users[0].member.has_pin:
        return None
    member = users[0].member
    call = _store(work, sid, member.id, behind.phone_id)
    return Spoken(call, member.language, Place("end"), through=str(users[0].pair_id))


def _store(work: Work, sid: str, person_id: UUID | None, phone_id: UUID) -> UUID:
    stored = insert(Message).values(
        id=new_id(),
        at=work.now,
        direction="in",
        medium="call",
        person_id=person_id,
        phone_id=phone_id,
        sid=sid,
        status="received",
        carrier_status="in-progress",
        trace=logs.trace(),
    )
    call: UUID | None = work.conn.execute(
        stored.on_conflict_do_nothing(index_elements=["sid"]).returning(Message.id)
    ).scalar_one_or_none()
    if call is None:
        raise RepeatedError
    return call


def _left_ringing(work: Work, member: Member, spoken: Spoken) -> Spoken:
    if not member.missed_call_ok or not checkins.unsettled_of(work, member.id):
        return spoken
    return replace(spoken, rings=_RINGS)


def picked_up(work: Work, call: UUID, answered_by: str) -> Spoken:
    """A call of ours was answered; `answered_by` is what detection made of it ("" when there was none).

    What it is not sure of is spoken to as a person: silence is worse than words wasted on a machine.
    """
    here = caller(work, call)
    if here is None:
        return Spoken(call, "en", Place("end"))
    machine = answered_by.startswith(("machine", "fax"))
    # The tones of a text phone are easily taken for a fax.
    if not machine or here.member.text_relay:
        return doors.human(here)
    key = {"neutral": "voicemail.neutral", "full": "voicemail.full"}.get(here.member.voicemail)
    # "Nothing urgent" would be a lie about a page; the next person is being rung meanwhile.
    if key is None or answered_by == "fax" or is_for_staff(work, call) or proves_number(work, call):
        return here.ends()
    return here.ends(here.says(key, name=here.member.name))
