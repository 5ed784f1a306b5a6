"""Signposting: what is said to somebody who looks for help and for whom there is nothing in the directory, or who is
better answered by a person than by a list. Pure.

Of numbers only those of the country are named here, which are protected (`wording.country`): nobody is left with
nothing.
"""

from dataclasses import dataclass

from checkin.conversation.effects import Severity

# What the country's line for a listening ear is there for.
_TO_TALK = frozenset({"crisis", "mental-health", "bereavement", "loneliness"})

# What is never answered with a list: in a crisis there is one number to ring, and who is hurt at home may not be the
# only one to read it.
FIXED = frozenset({"crisis", "abuse"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to somebody who looks for help with `need`, and how soon a person goes on from there."""

    need: str
    key: str
    severity: Severity


def answer(need: str) -> Answer:
    """Return what there is to say about a need."""
    if need == "abuse":
        # Whoever hurts them may read along: the answer names nothing, and a person is quick.
        return Answer(need, "signpost.careful", Severity.AMBER)
    severity = Severity.AMBER if need == "crisis" else Severity.TASK
    return Answer(need, "signpost.talk" if need in _TO_TALK else "signpost.person", severity)
