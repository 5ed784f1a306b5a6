"""Sample conversations, made by the core that talks to people: what somebody texts, what they hear, what is kept.

There is nobody in them: the core is asked as it is for everybody, and what its orders would do to a person is only
told. So they are true of the line as it stands, with an organisation's own words in their place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from checkin.conversation.effects import Ask, Consent, Effect, Escalate, Join, Tell
from checkin.conversation.events import Checked, Event, Opened, Replied
from checkin.conversation.machine import advance, open_step
from checkin.conversation.replies import Asked, Kind, read
from checkin.conversation.state import Conversation
from checkin.conversations.carrier_words import may_be_farewell

Say = Callable[[str], str]
"""From a wording key to the sentence as it reaches somebody."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing in a sample: what the member texted, what the line answered, or what was done behind it (`note`)."""

    who: Literal["member", "line", "note"]
    words: str


@dataclass(frozen=True, slots=True)
class Script:
    """What somebody texts, one after the other; `title` says what it shows."""

    title: str
    texts: Sequence[str]


SCRIPTS = (
    Script("Opting in: somebody texts the code of a group", ("JOIN HARBOUR7", "1", "Ann", "1", "2", "2", "1")),
    Script("Saying no", ("JOIN HARBOUR7", "2")),
    Script("Opting out", ("STOP",)),
    Script("Opting out in their own words", ("please stop texting me",)),
    Script("Stopping one kind of message", ("STOP CHECKINS",)),
    Script("A word of the carrier that may be a farewell", ("END",)),
    Script("Opting in again", ("START",)),
    Script("Asking for help", ("HELP",)),
)

_STOP_WORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "ARRET")
_LEDGER = "Kept in the ledger: what was {}, when, that it was by text, under which sentence, and the words themselves."
_TOLD = "A person on the team is told."


def stop_words() -> list[str]:
    """Return the opt-out words of carriers that the line itself takes for one, whatever the carrier does."""
    return [word for word in _STOP_WORDS if read(word).kind is Kind.STOP]


def play(script: Script, say: Say) -> list[Said]:
    """Return how a conversation goes."""
    state, heard = Conversation(), list[Said]()
    for words in script.texts:
        heard.append(Said("member", words))
        step = open_step(state)
        reading = read(words, step.asked if step else Asked.NONE)
        farewell = may_be_farewell(words)
        events: list[Event] = [Replied(reading, farewell=farewell)]
        answer: list[str] = []
        notes: list[str] = []
        while events:
            state, effects = advance(state, events.pop(0))
            for effect in effects:
                if isinstance(effect, Tell | Ask):
                    answer.append(say(effect.key))
                notes += _done(effect)
                events += _following(effect)
        heard.append(Said("line", " ".join(answer)))
        heard += [Said("note", note) for note in dict.fromkeys(notes)]
    return heard


def _done(effect: Effect) -> list[str]:
    """Return what an order does that is not said to them."""
    match effect:
        case Join(deed="decline"):
            return [_LEDGER.format("declined")]
        case Consent(change="stop"):
            return [_LEDGER.format("stopped")]
        case Consent() | Join(deed="admit"):
            return [_LEDGER.format("agreed to")]
        case Escalate():
            return [_TOLD]
        case _:
            return []


def _following(effect: Effect) -> list[Event]:
    """Return what the shell would answer: the code is a group's, and their name is not known yet."""
    match effect:
        case Join(deed="find"):
            return [Opened("joining", "", asked_for=True)]
        case Join(deed="admit"):
            return [Checked("nameless")]
        case _:
            return []
