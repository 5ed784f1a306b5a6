"""A call as the network keeps it: where it stands, what is heard on it, what it waits for, and its REST form."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from simulator.clock import Timer
from simulator.documents import Target
from simulator.phones import geography
from simulator.twiml import Verb
from simulator.webhook import Jar
from simulator.wire import API_VERSION, iso, rfc2822


class Status(StrEnum):
    """How far a call has come."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


ENDED = frozenset({Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.FAILED, Status.CANCELED})

SIP = {Status.BUSY: "486", Status.NO_ANSWER: "487", Status.FAILED: "404", Status.CANCELED: "487"}


class Direction(StrEnum):
    """Twilio's word for who began."""

    INBOUND = "inbound"
    API = "outbound-api"
    DIAL = "outbound-dial"


class Waiting(StrEnum):
    """What a call can be waiting for."""

    RING = "ring"
    """Somebody to pick the phone up."""
    PICK_UP = "pick-up"
    """The line to pick up: it lets a caller ring for a while."""
    DETECTION = "detection"
    """Answering-machine detection to make up its mind."""
    SPEECH = "speech"
    """Something to be said to its end."""
    GATHER = "gather"
    RECORD = "record"
    DIAL = "dial"
    """A dialled phone to answer, or its whisper to end."""
    BRIDGE = "bridge"
    """Two people, talking."""


@dataclass(slots=True)
class Wait:
    """What the call waits for, until when, and what has been keyed or said so far."""

    kind: Waiting
    until: datetime | None = None
    verb: Verb | None = None
    typed: str = ""
    spoken: str = ""
    timer: Timer | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing on the line. `who` is "line" or "phone"; `kind` say, play, pause, beep, keys, speech, ring or note."""

    at: datetime
    who: str
    kind: str
    text: str = ""
    voice: str = ""
    language: str = ""

    def listed(self) -> dict[str, str]:
        """As JSON."""
        return {
            "at": iso(self.at),
            "who": self.who,
            "kind": self.kind,
            "text": self.text,
            "voice": self.voice,
            "language": self.language,
        }


@dataclass(frozen=True, slots=True)
class Detection:
    """Answering-machine detection as asked for; `mode` empty when it was not."""

    mode: str = ""
    asynchronous: bool = False
    callback: Target = field(default_factory=Target)


@dataclass(slots=True)
class Play:
    """The document a call is playing: what is left of it, and where it came from."""

    verbs: deque[Verb] = field(default_factory=deque)
    url: str = ""
    method: str = "POST"


@dataclass(slots=True)
class Call:
    """One leg between the network and a phone. `phone` is the simulated telephone at its far end."""

    sid: str
    account_sid: str
    sender: str
    to: str
    direction: Direction
    phone: str
    created: datetime
    status: Status = Status.QUEUED
    target: Target = field(default_factory=Target)
    fallback: Target = field(default_factory=Target)
    twiml: str = ""
    callback: Target = field(default_factory=Target)
    callback_events: frozenset[str] = frozenset({"completed"})
    timeout: int = 60
    time_limit: int = 14_400
    detection: Detection = field(default_factory=Detection)
    parent: str | None = None
    number_sid: str | None = None
    queue_ms: int = 0
    fetched: bool = False
    answered: datetime | None = None
    ended: datetime | None = None
    answered_by: str = ""
    by_machine: bool = False
    whisper: bool = False
    sequence: int = 0
    play: Play = field(default_factory=Play)
    wait: Wait | None = None
    dial: "Dialling | None" = None
    heard: list[Heard] = field(default_factory=list)
    jar: Jar = field(default_factory=Jar)
    limit: Timer | None = None
    redirects: int = 0
    history: list[tuple[str, str]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.status in ENDED

    @property
    def incoming(self) -> bool:
        """Whether the phone is the one that is rung."""
        return self.direction is not Direction.INBOUND

    def move(self, status: Status, now: datetime) -> None:
        """The call has come to `status`."""
        self.status = status
        self.history.append((status.value, iso(now)))

    def seconds(self) -> int:
        """How long it was connected, in whole seconds."""
        if self.answered is None or self.ended is None:
            return 0
        return int((self.ended - self.answered).total_seconds())

    def parameters(self, status: str = "") -> list[tuple[str, str]]:
        """What every request about this call says; `status` stands in for the present one."""
        told = [
            ("CallSid", self.sid),
            ("AccountSid", self.account_sid),
            ("From", self.sender),
            ("To", self.to),
            ("Caller", self.sender),
            ("Called", self.to),
            ("CallStatus", status or self.status.value),
            ("ApiVersion", API_VERSION),
            ("Direction", self.direction.value),
        ]
        for prefix, number in (("From", self.sender), ("To", self.to), ("Caller", self.sender), ("Called", self.to)):
            told += geography(prefix, number).items()
        if self.parent is not None:
            told.append(("ParentCallSid", self.parent))
        return told

    def resource(self) -> dict[str, object]:
        """The JSON of the REST API."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"
        parts = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "parent_call_sid": self.parent,
            "from": self.sender,
            "from_formatted": self.sender,
            "to": self.to,
            "to_formatted": self.to,
            "phone_number_sid": self.number_sid,
            "status": self.status.value,
            "direction": self.direction.value,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.ended or self.answered or self.created),
            "start_time": rfc2822(self.answered),
            "end_time": rfc2822(self.ended),
            "duration": str(self.seconds()) if self.ended is not None else None,
            "price": None,
            "price_unit": "USD",
            "answered_by": self.answered_by or None,
            "api_version": API_VERSION,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": None,
            "queue_time": str(self.queue_ms),
            "trunk_sid": None,
            "uri": f"{uri}.json",
            "subresource_uris": {part: f"{uri}/{part.title()}.json" for part in parts},
        }


@dataclass(slots=True)
class Dialling:
    """A <Dial> under way: its verb, the legs it rings, and the one that was connected."""

    verb: Verb
    legs: list[str]
    began: datetime
    bridged: str = ""
    whispered: bool = False
    recording: str = ""
