"""A key, a word, or nothing at a prompt."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update

from checkin import dangers, escalations, people
from checkin.conversation import machine
from checkin.conversation.effects import Severity
from checkin.conversation.events import Replied
from checkin.conversation.replies import Asked, Kind, Reading, read_keys, read_speech
from checkin.conversation.risk import Level, Risk, read_risk
from checkin.conversations.calls import doors, menu, staff, strangers
from checkin.conversations.calls.caller import Caller, caller, name
from checkin.conversations.calls.memory import answered_before
from checkin.conversations.calls.spoken import Given, Place, Spoken
from checkin.store.models import Message
from checkin.store.work import Work

REPEATS = 2
# A call comes to an end whatever is pressed in it. An operator who types for a caller needs many more turns, and is
# never hung up on for silence: half an hour of it.
MOST_STEPS = 40
MOST_STEPS_BY_RELAY = 60

# Keys that beginners press to end an entry, or to be let out: like 9, they have it said again.
_AGAIN = frozenset({"9", "*", "#"})


def press(work: Work, call: UUID, place: Place, given: Given, *, sid: str, step: int) -> Spoken:
    """Something came at the prompt of step `step` - 1 of the call with this sid, or nothing did."""
    here = caller(work, call, zero=place.zero) or doors.undecided(work, call, place)
    if here is None:
        return strangers.press(work, call, place, given, most=REPEATS)
    # A recogniser writes a cough as a full stop.
    given = replace(given, words=given.words if any(c.isalnum() for c in given.words) else "")
    if given.keys or given.words:
        _mark(here)
    if step >= (MOST_STEPS_BY_RELAY if here.member.text_relay else MOST_STEPS):
        return _enough(here)
    if given.keys in _AGAIN and not given.words:
        return _again(here, place, sid, step)
    if not given.keys and not given.words:
        return _nothing(here, place, sid, step)
    if place.at in doors.DOORS:
        said = doors.zero(here, place) if given.keys == "0" else doors.key(here, place, given.keys)
        return staff.instead_of_menu(here, said)
    if place.at == "case" and given.keys and given.keys != "0":
        return staff.press(here, place.about, given.keys)
    return _hear(here, place, given, sid, step)


def keep(work: Work, call: UUID, given: Given) -> None:
    """Bring a person in when handling what was said failed: nothing that was said is lost to a fault of ours."""
    row = work.conn.execute(select(Message.person_id, Message.phone_id).where(Message.id == call)).first()
    risk = read_risk(given.words)
    escalations.open_case(
        work,
        Severity.RED if risk.level is Level.RED else Severity.AMBER,
        "line_failed",
        person_id=row.person_id if row else None,
        phone_id=row.phone_id if row else None,
        words=given.words or f"[pressed {given.keys}]",
        detail="".join(f"; {w}" for w in risk.why),
    )


def _mark(here: Caller) -> None:
    """Note that this was no missed call. A call of ours has reached somebody once the doors are behind them."""
    rang_in = update(Message).where(Message.id == here.call, Message.direction == "in")
    here.turn.work.conn.execute(rang_in.values(reached=True))


def _hear(here: Caller, place: Place, given: Given, sid: str, step: int) -> Spoken:
    """Keys or words by somebody who is known, with all doors behind them."""
    turn = here.turn
    risk = _risk(here, given.words)
    asking = machine.open_step(turn.member.state) if place.at == "question" else None
    asked = asking.asked if asking else Asked.NONE
    reading = read_keys(given.keys, asked) if given.keys else read_speech(given.words, given.confidence, asked)
    turn.words = given.words or f"[pressed {given.keys}]"
    if risk.level:
        turn.why = risk.why
        return _replied(here, place, reading, risk.level)
    keys = given.keys or _as_key(reading)
    if keys in _AGAIN or reading.kind is Kind.REPEAT:
        return _again(here, place, sid, step)
    if keys == "0":
        return _person(here)
    if place.at == "question":
        if name(turn.member.state.current) != place.about:
            return here.offer((here.says("voice.moved_on"),))
        return _replied(here, place, reading)
    if keys:
        return menu.choose(here, keys, more=place.at == "more")
    if reading.kind is Kind.UNCLEAR:
        return here.menu((here.says("sorry"),), more=place.at == "more", tries=min(place.tries + 1, REPEATS))
    return _replied(here, place, reading)


def _risk(here: Caller, words: str) -> Risk:
    if not words:
        return Risk(Level.NONE, ())
    if people.says_code_word(here.turn.work, here.member, words):
        return Risk(Level.RED, (people.CODE_WORD,))
    return dangers.read(here.turn.work, words)


def _as_key(reading: Reading) -> str:
    """Return the key that a spoken number stands for, "" for none."""
    number = reading.value if reading.kind is Kind.NUMBER else None
    return str(number) if isinstance(number, int) and 0 <= number <= 9 else ""


def _replied(here: Caller, place: Place, reading: Reading, risk: Level = Level.NONE) -> Spoken:
    turn = here.turn
    before = turn.member.state.current
    turn.reading = reading
    turn.advance(Replied(reading, risk))
    said = tuple(turn.said)
    if turn.endangered and risk is Level.RED:
        # Somebody may be listening in: it sounds like the end of any call.
        return here.ends(*said, here.says("voice.goodbye"))
    if turn.dial is not None:
        return replace(here.ends(*said), dial=str(turn.dial))
    if place.at == "question" and before is not None and turn.member.state.current is None:
        # The question is answered: say so and let them go, with the menu for whoever wants more.
        return here.menu(said, tries=REPEATS)
    return here.offer(said)


def _person(here: Caller) -> Spoken:
    """0: a person is asked to ring. 0 once more: it cannot wait, and whoever is on call is paged."""
    turn, urgent = here.turn, here.zero
    turn.reading = Reading(Kind.URGENT) if urgent else Reading(Kind.HELP, "person")
    turn.advance(Replied(turn.reading))
    here.zero = True
    return here.offer((*turn.said, *(() if urgent else (here.says("voice.zero_again"),))))


def _again(here: Caller, place: Place, sid: str, step: int) -> Spoken:
    """Say what was said last, all of it, once more."""
    before = answered_before(here.turn.work, sid, step - 1)
    if before is not None and before.place.at == place.at:
        return replace(before, place=replace(place, tries=0), rings=0)
    return doors.put_again(here, place) if place.at in doors.DOORS else here.offer()


def _nothing(here: Caller, place: Place, sid: str, step: int) -> Spoken:
    if place.tries >= REPEATS and not here.member.text_relay:
        return here.ends(here.says("voice.goodbye" if place.at in {"menu", "more"} else "voice.nothing_heard"))
    before = answered_before(here.turn.work, sid, step - 1)
    if before is None or before.place.at != place.at:
        before = doors.put_again(here, place) if place.at in doors.DOORS else here.offer()
    # The prompt alone: what came before it has been heard.
    return replace(before, place=replace(before.place, tries=place.tries + 1), say=(), rings=0)


def _enough(here: Caller) -> Spoken:
    if here.member.text_relay:
        turn = here.turn
        whose = turn.member.id if here.known else None
        escalations.open_case(turn.work, Severity.TASK, "long_call", person_id=whose, phone_id=turn.phone_id)
    return here.ends(here.says("voice.goodbye"))
