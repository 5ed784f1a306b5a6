"""What a topic is: a table of steps, and for each step what every reading of a reply, and silence, leads to.

A table holds no code. It can be enumerated in tests, drawn (`checkin topics --diagram`) and read by somebody who
does not program. Whatever depends on *words* is a reading and belongs in `replies.py`.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from checkin.conversation.effects import Effect
from checkin.conversation.replies import Asked, Kind, Reading

END = "end"
STAY = "stay"
AGAIN = "again"


class Heard(enum.StrEnum):
    """What a step can hear. Keys are what a table is written in; `heard` finds the most exact one for a reading."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"
    SEVEN = "7"
    OTHER_NUMBER = "number"
    WORRIED = "worried"
    CANNOT = "cannot"
    OTHER_CHOICE = "choice"
    THANKS = "thanks"
    QUESTION = "question"
    MORE = "more"
    CALL_ME = "call_me"
    UNCLEAR = "unclear"
    LOW = "low"
    """Words that do not sound well, where something else was asked: "no, feeling low" to an invitation."""
    FLAGGED = "flagged"
    """Words with AMBER danger in them, whatever else they say: never a reassurance."""


_EXACT: Mapping[tuple[Kind, str | int | None], Heard] = {
    **{(Kind.NUMBER, n): Heard(str(n)) for n in range(1, 8)},
    **{(Kind.CHOICE, c): Heard(c) for c in ("worried", "cannot")},
}
_GENERAL: Mapping[Kind, Heard] = {
    Kind.NUMBER: Heard.OTHER_NUMBER,
    Kind.CHOICE: Heard.OTHER_CHOICE,
    **{k: Heard(k.value) for k in (Kind.YES, Kind.MAYBE, Kind.NO, Kind.THANKS, Kind.QUESTION, Kind.MORE, Kind.CALL_ME)},
}


def heard(reading: Reading) -> Heard:
    """Return what a step hears in a reading. Anything a table has no word for is UNCLEAR."""
    return _EXACT.get((reading.kind, reading.value)) or _GENERAL.get(reading.kind, Heard.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Go:
    """Where an answer leads: a step's name, or END, STAY (the question stands), AGAIN (it is put once more)."""

    to: str
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """What silence means at a step: after the named span, go. Every step has one; no step waits for ever."""

    after: str
    go: Go


@dataclass(frozen=True, slots=True)
class Step:
    """One open question.

    `ask` is its wording key (None: nothing is asked, the step only listens); `again` is a shorter way of putting the
    question a second time; `aloud` is how it is put in a call, where it is not `ask`: it names the keys that count.
    `asked` tells the reader of replies what "no" means here. What is not in `hears` is handled by the machine: the
    words heard everywhere, then "sorry, I did not follow". `unreached` is what a call that found nobody means, by
    why; `checked` what a look-up that was ordered comes to; `answered_by` names the words heard everywhere that answer
    this question too: whether it then ends or stays, and what is ordered before what they do everywhere; `exhausted`
    is what the end of the ladder means.
    """

    ask: str | None
    asked: Asked
    hears: Mapping[Heard, Go]
    silence: Silence
    again: str | None = None
    aloud: str | None = None
    unreached: Mapping[str, Go] = field(default_factory=dict)
    checked: Mapping[str, Go] = field(default_factory=dict)
    answered_by: Mapping[Kind, Go] = field(default_factory=dict)
    exhausted: Go | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A table: its name, the step it opens at, what is ordered on opening, and its steps.

    `news` is what is ordered at once when another question is open (see `agenda.Rule.NEWS`).
    """

    name: str
    opens_at: str
    steps: Mapping[str, Step]
    on_open: tuple[Effect, ...] = field(default=())
    news: tuple[Effect, ...] = field(default=())
