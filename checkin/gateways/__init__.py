"""The way out: what the line asks of a carrier, and the carriers that answer.

A gateway does one thing at a time and says honestly how it went: a receipt, or a CarrierError that says whether the
carrier may have acted all the same. Only `twilio.py` knows Twilio.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

Machines = Literal["hang_up", "leave_word", "ignore"]


class Fault(enum.Enum):
    """What a refusal means for what happens next, whatever carrier it came from."""

    TRANSIENT = "try again soon, a few times"
    TOMORROW = "a daily cap: try again in a day"
    UNREACHABLE = "the handset is off or out of reach: try again over hours, then by voice"
    UNSUBSCRIBED = "the carrier holds an opt-out: no text arrives until the person texts START"
    NOT_MOBILE = "this number takes calls only"
    NO_SUCH_NUMBER = "nobody is there"
    BLOCKED = "the person or their carrier refuses us: do not hammer"
    FILTERED = "a carrier takes the words for spam: never the same words again, a person must look"
    CONFIG = "our account or number is not set up for this: a person must mend it"
    BUG = "we asked for something impossible"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The carrier has it: its id, its word on the status, and how far along that is; with an error code (`fault` knows
    them) when it has failed there."""

    sid: str
    status: str
    rank: int
    code: int | None = None


class Gateway(Protocol):
    """One carrier. Safe to use from many threads. Every method may raise CarrierError."""

    def text(self, message_id: UUID, to: str, body: str, *, sender: str | None = None) -> Receipt:
        """Send a text, from the line's number or service, or from `sender`, another number of ours."""
        ...

    def call(
        self, message_id: UUID, to: str, *, ring_seconds: int, machines: Machines, sender: str | None = None
    ) -> Receipt:
        """Ring somebody, showing the line's number or `sender`. `machines` is what is done about answering machines:
        notice them at once, wait for their tone to leave word, or not look for any (an operator's text phone sounds
        like one)."""
        ...

    def hang_up(self, sid: str) -> None:
        """End a call that is under way."""
        ...

    def find_text(self, to: str, body: str, since: datetime) -> Receipt | None:
        """Look for a text that may have been sent since a moment (aware)."""
        ...

    def find_call(self, to: str, since: datetime) -> Receipt | None:
        """Look for a call that may have been made since a moment (aware)."""
        ...

    def fault(self, code: int) -> Fault:
        """Return what one of the carrier's error codes means. Unknown ones are TRANSIENT, which is limited."""
        ...
