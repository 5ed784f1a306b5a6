"""Words upon which the carrier acts by itself: STOP, START, HELP and their like."""

from checkin import people
from checkin.conversations.turn import Turn
from checkin.store.work import Work

# Twilio's default opt-out and opt-in words: it acts on them itself and answers the first kind itself.
_STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_STARTS = frozenset({"start", "yes", "unstop"})
_MAY_BE_FAREWELLS = frozenset({"end", "quit", "cancel"})


def may_be_farewell(body: str) -> bool:
    """Tell whether a text is one of the words by which people also take leave of more than texts."""
    return body.strip(" .").casefold() in _MAY_BE_FAREWELLS


def done(work: Work, body: str, told: str | None) -> str | None:
    """Return what the carrier has done by itself upon a text: STOP, START, HELP, or None. `told` is what it says of
    that; without Advanced Opt-Out it says nothing, and acts on its own words."""
    word = body.strip().casefold()
    if told is not None or work.settings.advanced_opt_out:
        return told
    return "STOP" if word in _STOPS else "START" if word in _STARTS else None


def mind(turn: Turn, body: str, told: str | None) -> bool:
    """Note what the carrier did by itself upon a text; tell whether it will refuse an answer from us."""
    work = turn.work
    did = done(work, body, told)
    if did == "STOP" and turn.pair_id is not None:
        # The carrier lets nothing more out of that number; the line's own says what was stopped and what was not.
        turn.mouth = None
        return False
    if did == "STOP":
        people.block_texts(work, turn.member.id, blocked=True)
        return True
    if did == "START" and turn.member.text_blocked:
        people.block_texts(work, turn.member.id, blocked=False)
    return told == "HELP"
