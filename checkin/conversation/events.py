"""What can happen to a conversation. The shell turns texts, key presses, timers and callbacks into these."""

from dataclasses import dataclass
from typing import Literal

from checkin.conversation.replies import Reading
from checkin.conversation.risk import Level

Missed = Literal["busy", "no_answer", "voicemail", "failed"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The line wants to raise a topic. `subject` is the id of what it is about (a check-in, a pair, a case)."""

    topic: str
    subject: str
    asked_for: bool = False
    """The person has asked for it just now: it goes before whatever else is open, but for safety."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The person said something, by any medium: what it was read as, what danger was heard in it, and whether they
    sound low, whatever they were asked. `farewell`: an opt-out word that is also how people take leave of everything
    (END, QUIT, CANCEL). `greeting`: a hello and nothing else."""

    reading: Reading
    risk: Level = Level.NONE
    farewell: bool = False
    low: bool = False
    greeting: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """The wait that was set in turn `turn` ran out. A stale one does nothing."""

    turn: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """A call made about `subject` reached nobody. Only a key or a word from a person counts as reached."""

    subject: str
    why: Missed


@dataclass(frozen=True, slots=True)
class Exhausted:
    """Everybody on the ladder has been tried."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What `topic` asked about `subject` has been settled elsewhere; the question no longer stands."""

    topic: str
    subject: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the open step ordered to be looked up has come to."""

    result: str


Event = Checked | Opened | Replied | Silent | Unreached | Exhausted | Settled
