"""The closed sets of the reply reader: what can be asked, what a reply can mean, and one reading."""

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What a reply means, whatever was asked; `checkin read` prints these names."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    NUMBER = "number"
    CHOICE = "choice"
    THANKS = "thanks"
    STOP = "stop"
    START = "start"
    HELP = "help"
    URGENT = "urgent"
    PAUSE = "pause"
    BACK = "back"
    CALL_ME = "call_me"
    NEXT = "next"
    FIND = "find"
    GROUP = "group"
    BUDDY = "buddy"
    TIP = "tip"
    JOIN = "join"
    LANGUAGE = "language"
    WHO = "who"
    WRONG_NUMBER = "wrong_number"
    REPEAT = "repeat"
    MORE = "more"
    QUESTION = "question"
    UNCLEAR = "unclear"


class Asked(enum.StrEnum):
    """The kind of question that is open; `NONE` when none is."""

    OK = "ok"
    MOOD = "mood"
    RSVP = "rsvp"
    CONTACT = "contact"
    REACH = "reach"
    MENU = "menu"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one reply. What `value` holds depends on `kind`; the package docstring lists it."""

    kind: Kind
    value: str | int | None = None


UNCLEAR = Reading(Kind.UNCLEAR)
