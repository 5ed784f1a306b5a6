"""The choices when nothing is asked. A key means the same on both pages; 8 turns the page."""

from collections.abc import Mapping
from dataclasses import replace

from checkin import buddies, checkins
from checkin.conversation.events import Opened, Replied
from checkin.conversation.replies import Kind, Reading
from checkin.conversations.calls.caller import Caller
from checkin.conversations.calls.spoken import Spoken

_SAYS: Mapping[str, Reading] = {
    "2": Reading(Kind.NEXT),
    "3": Reading(Kind.CALL_ME),
    "5": Reading(Kind.FIND),
    "6": Reading(Kind.PAUSE, "2 weeks"),
    "7": Reading(Kind.URGENT),
}


def choose(here: Caller, key: str, *, more: bool) -> Spoken:
    """Do what a key of the menu stands for."""
    turn = here.turn
    if key == "8":
        return here.menu(more=not more)
    if key == "1":
        return _how_you_are(here)
    reading = _SAYS.get(key)
    if key == "4" and buddies.others_of(turn.work, here.member.id):
        return replace(here.ends(here.says("relay.moment")), through="")
    if key == "4":
        # They have no buddy: a person hears that they would like one to talk to.
        reading = Reading(Kind.BUDDY, here.says("voice.wants_a_word", name=here.member.name))
    elif key == "6" and here.paused:
        reading = Reading(Kind.BACK)
    if reading is None:
        return here.menu((here.says("sorry"),), more=more)
    turn.reading = reading
    turn.advance(Replied(reading))
    return here.offer(tuple(turn.said))


def _how_you_are(here: Caller) -> Spoken:
    turn = here.turn
    current = turn.member.state.current
    if current is not None:
        # Only danger keeps a topic open that asks nothing: a person has it, and no machine asks how they are.
        turn.reading = Reading(Kind.NUMBER, 1)
        turn.advance(Replied(turn.reading))
        return here.menu((here.says("checkin.heard"),))
    open_ones = checkins.unsettled_of(turn.work, turn.member.id)
    check_in = open_ones[0] if open_ones else checkins.start(turn.work, turn.member.id)
    turn.advance(Opened("checkin", str(check_in)))
    return here.offer(tuple(turn.said))
