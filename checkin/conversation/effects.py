"""What the core orders. Effects are orders, not deeds: `checkin/conversations.py` carries them out."""

import enum
from dataclasses import dataclass
from typing import Literal


class Severity(enum.StrEnum):
    """How soon a person must look: now, within hours, or when its turn comes."""

    RED = "red"
    AMBER = "amber"
    TASK = "task"


class Stream(enum.StrEnum):
    """What somebody can consent to, and stop, by itself. CONTACT asks whether and how the line may reach them; SAFETY
    is never stopped: it is how danger is answered. NOTICE is what somebody would want to hear however often they were
    written to: a meeting is off, a person answers them."""

    CHECKINS = "checkins"
    REMINDERS = "reminders"
    BUDDY = "buddy"
    CARING = "caring"
    TIPS = "tips"
    CONTACT = "contact"
    NOTICE = "notice"
    SERVICE = "service"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Tell:
    """Say a sentence (a wording key) that asks for nothing."""

    key: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Put the open question (a wording key). At most one a turn, always the last thing said."""

    key: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Set the silence timer of this turn. `span` names a length of time; the shell knows the person's own."""

    span: str


@dataclass(frozen=True, slots=True)
class Record:
    """Keep what was answered on the topic's subject."""

    answer: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The topic's subject is settled: stop its ladder, and tell everyone who was alerted."""

    how: Literal["ok", "contact", "stand_down"]


@dataclass(frozen=True, slots=True)
class InTouch:
    """The person has been heard from: their own check-in is no longer missed, whichever topic is open."""

    how: Literal["contact", "stand_down"] = "contact"


@dataclass(frozen=True, slots=True)
class Climb:
    """Nobody answered here: go to the next rung of the subject's ladder."""


@dataclass(frozen=True, slots=True)
class Hold:
    """This person will try: nobody else is asked about the subject for a while."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """Open a case for staff, or add to the open one."""

    severity: Severity
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Put the words just heard on the timeline of the person's open case."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Write the consent ledger: the person stopped or started a stream ("value" = the one their reply named)."""

    change: Literal["stop", "start"]
    stream: str = "value"


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause until the moment the reply names; the shell reads it with the calendar."""


@dataclass(frozen=True, slots=True)
class Resume:
    """End a pause."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Pass the words on to the buddy, without numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """End the pair that the topic is about; where it is about none, find out which is meant."""


@dataclass(frozen=True, slots=True)
class Score:
    """Keep the number as the answer to the question that the topic is about; a low one is for a person."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Open another topic in this conversation, once all that was ordered is done: they asked for it."""

    topic: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Answer from what the line knows: help with a need (or others than last time), a group near by, a tip. What it
    does not know goes to a person. `about` names the need; "": their words do."""

    what: Literal[
        "need", "again", "others", "group", "another_group", "tip", "any_tip", "tip_about", "offer_tip", "bad_tip"
    ]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Browse:
    """Look on in what was found. "show": tell more of the one whose number was said; "more": the next of them; "text":
    text the one that is looked at; "do": put them through to it, or let them try the group. What it comes to comes back
    as `Checked`."""

    deed: Literal["show", "more", "text", "do"]


@dataclass(frozen=True, slots=True)
class Greet:
    """Say hello to whoever tries a group, and say so: in the words just said ("either": if they are more than a yes or
    a no), or in the line's own. Of who cannot be there a person hears."""

    how: Literal["words", "either", "line"]


@dataclass(frozen=True, slots=True)
class Pass:
    """Pass the words on to whoever runs the group that the topic is about, without numbers."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Change the person's language to this one, or ("value") to the one the reply names."""

    language: str = "value"


@dataclass(frozen=True, slots=True)
class Join:
    """A step of joining. "find": look up the group behind the code just said; "admit": they said yes; "decline": they
    said no, or nothing; "name": keep the name just said. What is looked up comes back as `Checked`."""

    deed: Literal["find", "admit", "decline", "name"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Keep one answer about how the person may be reached (`people.REACH` has them all)."""

    answer: str


@dataclass(frozen=True, slots=True)
class Suspend:
    """Stop using this number for this person until staff have looked."""


@dataclass(frozen=True, slots=True)
class Accept:
    """This person takes the case that the topic is about."""


@dataclass(frozen=True, slots=True)
class Decline:
    """This person cannot take the case: page the next."""


Effect = (
    Tell | Ask | Wait | Record | Settle | InTouch | Climb | Hold | Escalate | Note | Consent | Pause | Resume | Relay
    | Pass | Part | Score | Begin | LookUp | Browse | Greet | Speak
    | Join | Reach | Suspend | Accept | Decline
)  # fmt: skip
