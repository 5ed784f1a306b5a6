"""The telephones at the far end: what kind they are, and how they treat a text or a call that reaches them."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is at the end of the number."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    UNREACHABLE = "unreachable"


class OnCall(StrEnum):
    """What the phone does when it rings. RING waits for somebody to touch it."""

    RING = "ring"
    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    REJECT = "reject"


ON_TEXT = re.compile(r"deliver|sent-only|silent|(?:undelivered|failed):\d{5}")
"""What the carrier reports of a text. `sent-only`: it arrives, no receipt ever says so. `silent`: it is lost in the
network and nobody says anything. `undelivered:CODE` and `failed:CODE` end with that error code."""

ANSWERED_BY = re.compile(r"|human|machine_start|machine_end_(?:beep|silence|other)|fax|unknown")


@dataclass(slots=True)
class Behaviour:
    """How a phone behaves by itself. `answered_by`, when set, is what answering-machine detection will say."""

    calls: OnCall = OnCall.RING
    texts: str = "deliver"
    answered_by: str = ""
    voicemail_greeting: str = "Please leave a message after the tone."

    def __post_init__(self) -> None:
        """Raises ValueError for a behaviour that does not exist."""
        self.calls = OnCall(self.calls)
        if not ON_TEXT.fullmatch(self.texts):
            raise ValueError(
                f"texts cannot be {self.texts!r}: deliver, sent-only, silent, undelivered:30003 or failed:30007"
            )
        if not ANSWERED_BY.fullmatch(self.answered_by):
            raise ValueError(
                f"answered_by cannot be {self.answered_by!r}: human, machine_start, machine_end_beep, fax or unknown"
            )


@dataclass(slots=True)
class Phone:
    """One telephone. `number` is E.164 for a telephone; a short code or a raw caller ID may also send texts."""

    number: str
    name: str
    kind: Kind = Kind.MOBILE
    behaviour: Behaviour = field(default_factory=Behaviour)
    stranger: bool = False
    """True when nobody set this phone up: the line reached out to a number that was not expected."""


def likely_kind(number: str) -> Kind:
    """UK geographic numbers are landlines; everything else is taken for a mobile."""
    return Kind.LANDLINE if re.match(r"\+44[123]", number) else Kind.MOBILE


COUNTRIES = {"+44": "GB", "+353": "IE", "+48": "PL", "+33": "FR", "+49": "DE", "+1": "US"}


def geography(prefix: str, number: str) -> dict[str, str]:
    """Twilio's four geographic fields. Outside North America all but the country come blank, yet they come;
    the one thing known of a UK geographic number can turn up in its `State`.
    """
    country = next((name for code, name in COUNTRIES.items() if number.startswith(code)), "")
    state = "London" if number.startswith("+4420") and prefix in {"To", "Called"} else ""
    return {f"{prefix}City": "", f"{prefix}State": state, f"{prefix}Zip": "", f"{prefix}Country": country}
