"""What comes before anything private is said: that a person listens, who it is, and the PIN where there is one.

The doors are keyed and never spoken: a recording can speak too. Whoever presses 0 here gets a person all the same,
and is told nothing.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from checkin import escalations, people
from checkin.conversation.effects import Severity
from checkin.conversations.calls import strangers
from checkin.conversations.calls.caller import Caller, proves_number
from checkin.conversations.calls.spoken import Place, Spoken
from checkin.conversations.turn import Turn
from checkin.store.models import Message
from checkin.store.work import Work

DOORS = frozenset({"human", "who", "pin"})
PIN_TRIES = 3
NOT_ME = "8"
# One digit each: 8 is somebody else, 9 and 0 are taken.
_MOST = 7


def human(here: Caller, say: tuple[str, ...] = (), *, tries: int = 0) -> Spoken:
    """Ask whoever is there for a key."""
    return here.spoken("human", say, (here.says("voice.human"),), tries=tries)


def ask_pin(here: Caller, say: tuple[str, ...] = (), *, tries: int = 0, wrong: str = "0") -> Spoken:
    """Ask for the PIN. `wrong` is how often in this call it has been: nothing keyed is no guess, and not counted."""
    return here.spoken("pin", say, (here.says("voice.pin"),), tries=tries, about=wrong)


def tell_apart(here: Caller, who: Sequence[UUID], *, tries: int = 0) -> Spoken:
    """Ask which of these it is, by name; or by PIN, when each has one: then no name is said to the others.

    Of several, whoever is discreet is not named either: "somebody else" is asked for a PIN where one may be known, and
    else is treated like anybody, with a person on 0.
    """
    work = here.turn.work
    named = _named(work, who) if len(who) > 1 else who
    if len(who) > 1 and people.all_have_pins(work, who):
        return ask_pin(here, tries=tries)
    if not named:
        return _somebody_else(here, who)
    asked = tuple(
        here.says("voice.who_is", name=people.first_name(work, person_id), key=str(i))
        for i, person_id in enumerate(named, 1)
    )
    return here.spoken("who", (), (*asked, here.says("voice.who_else")), tries=tries)


def _somebody_else(here: Caller, unnamed: Sequence[UUID]) -> Spoken:
    work = here.turn.work
    if any(people.all_have_pins(work, [person_id]) for person_id in unnamed):
        return ask_pin(here)
    return strangers.greet(work, here.call, patient=False)


def _named(work: Work, who: Sequence[UUID]) -> list[UUID]:
    open_about_it = people.not_discreet(work, who)
    return [person_id for person_id in who if person_id in open_about_it][:_MOST]


def key(here: Caller, place: Place, keys: str) -> Spoken:
    """A key at a door."""
    if not here.known:
        return _one_of_several(here, place, keys)
    if place.at == "pin":
        return here.begin() if people.check_pin(here.turn.work, here.member.id, keys) else _wrong_pin(here, place)
    if place.at == "who" and keys == NOT_ME:
        return here.ends(here.says("voice.goodbye"))
    if keys != "1":
        return put_again(here, place)
    if proves_number(here.turn.work, here.call):
        return here.begin()
    if here.member.has_pin:
        return ask_pin(here)
    if place.at == "human" and _we_rang(here) and (here.member.shared_phone or len(_sharing(here)) > 1):
        return tell_apart(here, [here.member.id])
    return here.begin()


def put_again(here: Caller, place: Place, *, tries: int = 0) -> Spoken:
    """Put what is asked at this door once more."""
    if place.at == "human":
        return human(here, tries=tries)
    if place.at == "pin":
        return ask_pin(here, tries=tries, wrong=place.about)
    return tell_apart(here, [here.member.id] if here.known else _sharing(here), tries=tries)


def zero(here: Caller, place: Place) -> Spoken:
    """0 at a door: a person is asked for, and what is said tells nobody anything."""
    turn, urgent = here.turn, here.zero
    escalations.open_case(
        turn.work,
        Severity.RED if urgent else Severity.TASK,
        "urgent" if urgent else "asked_for_help",
        person_id=turn.member.id if here.known else None,
        phone_id=turn.phone_id,
        words="[pressed 0 before saying who it is]",
    )
    said = here.says("voice.door_urgent" if urgent else "voice.door_person")
    here.zero = True
    asked = put_again(here, place)
    return here.spoken(asked.place.at, (said,), asked.prompt, about=asked.place.about)


def undecided(work: Work, call: UUID, place: Place) -> Caller | None:
    """Return somebody, locked, in whose name the people who share the caller's phone are told apart; None when
    nobody known has it."""
    phone_id = work.conn.execute(select(Message.phone_id).where(Message.id == call)).scalar_one_or_none()
    sharing = people.sharing(work, phone_id) if phone_id else []
    member = people.lock(work, sharing[0]) if len(sharing) > 1 and place.at in DOORS else None
    if member is None:
        return None
    return Caller(Turn(work, member, mouth="voice", phone_id=phone_id), call, place.zero, known=False)


def _one_of_several(here: Caller, place: Place, keys: str) -> Spoken:
    work, sharing = here.turn.work, _sharing(here)
    if place.at == "pin":
        person_id = people.whose_pin(work, sharing, keys)
        if person_id is None:
            return _wrong_pin(here, place)
    elif keys == NOT_ME:
        named = _named(work, sharing)
        return _somebody_else(here, [person_id for person_id in sharing if person_id not in named])
    else:
        named = _named(work, sharing)
        chosen = int(keys) if keys.isascii() and keys.isdigit() else 0
        person_id = named[chosen - 1] if 1 <= chosen <= len(named) else None
    member = people.lock(work, person_id) if person_id else None
    if member is None:
        return put_again(here, place)
    work.conn.execute(update(Message).where(Message.id == here.call).values(person_id=member.id))
    found = Caller(Turn(work, member, mouth="voice", phone_id=here.turn.phone_id), here.call, place.zero)
    return ask_pin(found) if member.has_pin and place.at == "who" else found.begin()


def _wrong_pin(here: Caller, place: Place) -> Spoken:
    """Ask again, and in the end softly stop; a person looks at it."""
    wrong = int(place.about) + 1 if place.about.isdigit() else 1
    if wrong < PIN_TRIES:
        return ask_pin(here, (here.says("voice.pin_again"),), wrong=str(wrong))
    turn = here.turn
    whose = turn.member.id if here.known else None
    escalations.open_case(turn.work, Severity.TASK, "pin_wrong", person_id=whose, phone_id=turn.phone_id)
    return here.ends(here.says("voice.pin_end"))


def _sharing(here: Caller) -> Sequence[UUID]:
    return people.sharing(here.turn.work, here.turn.phone_id) if here.turn.phone_id else []


def _we_rang(here: Caller) -> bool:
    direction = here.turn.work.conn.execute(select(Message.direction).where(Message.id == here.call)).scalar_one()
    return str(direction) == "out"
