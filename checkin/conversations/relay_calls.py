"""Calls between two, through the line: neither ever sees the other's number. The two of a pair, or staff and whom a
case is about.

Who rings a pair's own number, or asks for their buddy in the menu, is put through when the other may be rung at all
(`gate.py`) and both have agreed to words from each other. The one who is rung hears who it is, by first name, and takes
the call with a key; on a discreet or shared phone no name is said before that. What does not take it with a key is
nobody: an answering machine is hung up on before it records.

That a call happened is kept, when, between whom and how long; nothing of what was said, and nothing is recorded. The
caller is never told why the other does not come to the phone.

A call from a case (`ringing.py`) is the line's to both: it is staff's turn once they have pressed a key. They have been
told what stands against it, so that only what makes it impossible stops it here; how it ends goes onto the case.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import buddies, escalations, outlook, people, relays, ringing
from checkin.buddies import Other
from checkin.conversation.effects import Severity, Stream
from checkin.conversations.sentences import render
from checkin.gate import Drop, Send, may
from checkin.people import Member
from checkin.store.models import CallTurn, Message, RelayCall
from checkin.store.work import RepeatedError, Work

# A conversation ends after an hour; a forgotten receiver is dear.
LONGEST_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Through:
    """Say something; then ring `number` (E.164), showing `caller_id`, for `ring_seconds`."""

    language: str
    say: str
    number: str
    caller_id: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Say something, and hear one key at "which" (of them to be put through to), "accept" or "instead"."""

    language: str
    say: str
    at: str


@dataclass(frozen=True, slots=True)
class End:
    """Say something ("": nothing), and hang up."""

    language: str
    say: str


def begin(work: Work, call: UUID, pair_id: UUID | None, key: str = "") -> Through | Ask | End:
    """Put the caller of an inbound call through to the other of a pair, or ask which; `key` answers that. Staff whom
    the line rang are put through to whom their case is about."""
    member = _caller(work, call)
    if member is None:
        return End("en", "")
    if (asked := ringing.asked(work, call)) is not None:
        return _ring_from_case(work, member, call, asked)
    # A call to a buddy is no sign that somebody is well, however short it was.
    work.conn.execute(update(Message).where(Message.id == call).values(reached=True))
    others = buddies.others_of(work, member.id)
    place = int(key) - 1 if key.isdecimal() and key.isascii() else None
    found: Other | None = next((o for o in others if o.pair_id == pair_id), None)
    if found is None and pair_id is None and others:
        found = others[0] if len(others) == 1 else None
        found = others[place] if found is None and place is not None and 0 <= place < len(others) else found
        if found is None and not key:
            choices = [_say(work, member, "relay.choice", number=str(n), buddy=o.name) for n, o in enumerate(others, 1)]
            return Ask(member.language, " ".join(choices), "which")
    return _ring(work, member, call, found) if found else _instead(work, member)


def _ring(work: Work, member: Member, call: UUID, other: Other) -> Through | Ask | End:
    reach = outlook.reach(work, other.id, "call")
    number, caller_id = reach["number"], other.line or work.settings.number
    gate = may(outlook.request(work, reach, number, medium="call", stream=Stream.BUDDY))
    if other.resting or Stream.BUDDY.value not in member.streams or not isinstance(gate, Send) or not caller_id:
        return _instead(work, member)
    _begun(work, call, pair_id=other.pair_id, callee_id=other.id)
    say = _say(work, member, "relay.hold")
    return Through(member.language, say, number, caller_id, reach["ring_seconds"])


def _ring_from_case(work: Work, staff: Member, call: UUID, asked: ringing.Asked) -> Through | End:
    if asked.person_id is None:
        ringing.ended(work, asked.case_id, staff.id, "not_rung", "taken")
        return End(staff.language, _say(work, staff, "ring.not_there"))
    reach = outlook.reach(work, asked.person_id, "call")
    number, caller_id = reach["number"], work.settings.number
    gate = may(outlook.request(work, reach, number, medium="call", stream=Stream.SAFETY))
    if not isinstance(gate, Send) or not caller_id:
        ringing.ended(work, asked.case_id, staff.id, "not_rung", gate.why if isinstance(gate, Drop) else "no_number")
        return End(staff.language, _say(work, staff, "ring.not_there"))
    _begun(work, call, case_id=asked.case_id, callee_id=asked.person_id)
    return Through(staff.language, _say(work, staff, "relay.hold"), number, caller_id, reach["ring_seconds"])


def _begun(
    work: Work, call: UUID, *, callee_id: UUID, pair_id: UUID | None = None, case_id: UUID | None = None
) -> None:
    about = {"pair_id": pair_id, "case_id": case_id, "callee_id": callee_id}
    values = about | {"at": work.now, "outcome": "ringing", "seconds": 0}
    row = insert(RelayCall).values(message_id=call, **values)
    work.conn.execute(row.on_conflict_do_update(index_elements=["message_id"], set_=values))


def whisper(work: Work, call: UUID) -> Ask:
    """Return what the one who is rung hears before they have taken the call."""
    row = _relayed(work, call)
    callee = people.lock(work, row.callee_id) if row else None
    caller_id = work.conn.execute(select(Message.person_id).where(Message.id == call)).scalar_one_or_none()
    if callee is None or caller_id is None:
        return Ask("en", "", "accept")
    key = "relay.whisper_quiet" if callee.discreet or callee.shared_phone else "relay.whisper"
    return Ask(callee.language, _say(work, callee, key, sender=people.first_name(work, caller_id)), "accept")


def taken(work: Work, call: UUID, key: str) -> bool:
    """The one who is rung pressed a key, or none: tell whether they take the call."""
    if key != "1":
        return False
    _outcome(work, call, "accepted", 0)
    return True


def is_ringing(work: Work, call: UUID) -> bool:
    """Tell whether nobody has taken the call yet."""
    row = _relayed(work, call)
    return row is not None and row.outcome == "ringing"


def over(work: Work, call: UUID, seconds: int, *, bridged: bool, hung_up: bool) -> Ask | End:
    """The other has hung up, or never came. `seconds` is how long the two were connected, if they were."""
    member = _caller(work, call)
    _outcome(work, call, "talked" if bridged else "not_taken", seconds if bridged else 0)
    row = _relayed(work, call)
    if row is not None and row.case_id is not None:
        return _over_from_case(work, row, member, seconds, bridged=bridged)
    if member is None or hung_up:
        return End("en", "")
    return End(member.language, _say(work, member, "voice.goodbye")) if bridged else _instead(work, member)


def _over_from_case(work: Work, row: "_Relayed", staff: Member | None, seconds: int, *, bridged: bool) -> End:
    if staff is None or row.case_id is None:
        return End("en", "")
    ringing.ended(work, row.case_id, staff.id, "talked" if bridged else "not_taken", str(seconds) if bridged else "")
    return End(staff.language, _say(work, staff, "voice.goodbye" if bridged else "ring.not_there"))


def instead(work: Work, call: UUID, key: str) -> End:
    """What the caller wants when the other does not come to the phone: 1 leaves word, 0 is a person."""
    member = _caller(work, call)
    if member is None:
        return End("en", "")
    row = _relayed(work, call)
    if key == "0":
        escalations.open_case(work, Severity.TASK, "rang_buddy", person_id=member.id)
        return End(member.language, _say(work, member, "passed_on"))
    if key == "1":
        words = _say(work, member, "voice.wants_a_word", name=member.name)
        outcome = relays.relay(work, member, words, pair_id=row.pair_id if row else None)
        return End(member.language, " ".join(_say(work, member, k, **values) for k, values in outcome.say))
    return End(member.language, _say(work, member, "voice.goodbye"))


def _instead(work: Work, member: Member) -> Ask:
    return Ask(member.language, _say(work, member, "relay.not_there"), "instead")


def _say(work: Work, member: Member, key: str, **values: str) -> str:
    return render(work, key, member.language, "voice", values)


def _caller(work: Work, call: UUID) -> Member | None:
    may_ring = or_(Message.direction == "in", Message.wording.in_(ringing.WORDINGS))
    person_id = work.conn.execute(select(Message.person_id).where(Message.id == call, may_ring)).scalar_one_or_none()
    return people.lock(work, person_id) if person_id else None


@dataclass(frozen=True, slots=True)
class _Relayed:
    """A call between two: of which pair, or from which case, and who is rung."""

    pair_id: UUID | None
    case_id: UUID | None
    callee_id: UUID
    outcome: str


def _relayed(work: Work, call: UUID) -> _Relayed | None:
    found = select(RelayCall.pair_id, RelayCall.case_id, RelayCall.callee_id, RelayCall.outcome)
    row = work.conn.execute(found.where(RelayCall.message_id == call)).first()
    return _Relayed(*row) if row else None


def _outcome(work: Work, call: UUID, outcome: str, seconds: int) -> None:
    changed = update(RelayCall).where(RelayCall.message_id == call).values(outcome=outcome, seconds=seconds)
    work.conn.execute(changed)


def answered_before(work: Work, key: str) -> str | None:
    """Return the document that a step was answered with before, or None."""
    sealed = work.conn.execute(select(CallTurn.answer).where(CallTurn.key == key)).scalar_one_or_none()
    return work.vault.open(sealed, "call_turns.answer") if sealed else None


def keep_answer(work: Work, key: str, document: str) -> None:
    """Keep what a step was answered with. Raises RepeatedError when another copy of the request was faster."""
    row = insert(CallTurn).values(key=key, at=work.now, answer=work.vault.seal(document, "call_turns.answer"))
    if work.conn.execute(row.on_conflict_do_nothing().returning(CallTurn.key)).first() is None:
        raise RepeatedError
