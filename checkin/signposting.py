"""Signposting: what somebody is looking for, and what the line can say about it. Pure.

There is no directory here: of numbers the line knows only those of the country that are protected (`wording.country`).
Whatever else is asked for goes to a person, so that nobody is left with nothing.
"""

from dataclasses import dataclass

from checkin.conversation.effects import Severity
from checkin.conversation.needs import read_needs

# What the country's line for a listening ear is there for.
_TO_TALK = frozenset({"crisis", "mental-health", "bereavement", "loneliness"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to somebody who looks for help with `need`, and how soon a person goes on from there."""

    need: str
    key: str
    severity: Severity


def need_of(asked: str) -> str:
    """Return the need that words speak of ("debt LS6" -> "debt"), or "other"."""
    return read_needs(asked).first or "other"


def answer(need: str) -> Answer:
    """Return what there is to say about a need."""
    if need == "abuse":
        # Whoever hurts them may read along: the answer names nothing, and a person is quick.
        return Answer(need, "signpost.careful", Severity.AMBER)
    return Answer(need, "signpost.talk" if need in _TO_TALK else "signpost.person", Severity.TASK)
