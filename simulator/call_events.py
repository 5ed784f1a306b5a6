"""What can happen to a call, and what it may then want to ask of the line."""

from dataclasses import dataclass, field

from simulator.calls import Status, Wait
from simulator.documents import Target
from simulator.webhook import Parameters


@dataclass(frozen=True, slots=True)
class Begun:
    """The network starts on the call: it asks the line what to do, or rings the phone."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The phone is picked up, by a person or by its voicemail."""

    machine: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The phone is not picked up, and why: busy, no-answer or failed."""

    status: Status


@dataclass(frozen=True, slots=True)
class HungUp:
    """The person at the phone hangs up."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The network ends the call: the line asked for it, or its time is up."""

    status: Status = Status.COMPLETED


@dataclass(frozen=True, slots=True)
class Redirected:
    """The line gives a live call another document."""

    target: Target
    twiml: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys are pressed, one after another."""

    keys: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """Words are said. `confidence` None: the recogniser gives none."""

    text: str
    confidence: float | None = 0.9


@dataclass(frozen=True, slots=True)
class Silent:
    """Whatever the call waits for does not come; its time is up at once."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A wait's time is up. Means nothing when the call no longer waits for that."""

    wait: Wait


@dataclass(frozen=True, slots=True)
class LegReady:
    """A dialled phone can be connected."""

    sid: str


@dataclass(frozen=True, slots=True)
class LegEnded:
    """A dialled phone's leg is over."""

    sid: str


Event = (
    Begun
    | Answered
    | Refused
    | HungUp
    | Stopped
    | Redirected
    | Pressed
    | Spoke
    | Silent
    | TimedOut
    | LegReady
    | LegEnded
)


@dataclass(frozen=True, slots=True)
class Fetch:
    """A document the call needs. `discard`: the call is over; the line is told, what it answers is not played."""

    url: str
    method: str = "POST"
    extra: Parameters = field(default_factory=tuple)
    discard: bool = False
