"""What the risk reader says: a level and its reasons."""

import enum
from dataclasses import dataclass


class Level(enum.IntEnum):
    """How soon a person must come: RED now, AMBER within the hours the organisation set."""

    NONE = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True, slots=True)
class Risk:
    """A level, and why: "<category>: <the words as the reader saw them>", the gravest first, none repeated.

    The categories are `CATEGORIES`. A reason that was weakened by its context ends in " (denied)", " (past)"
    or " (someone else)".
    """

    level: Level
    why: tuple[str, ...]


NO_RISK = Risk(Level.NONE, ())

CATEGORIES = {
    "attempt": "something has been done, or was tried before",
    "plan": "a way, a time, a note, things given away",
    "means": "a dose, a weapon, a rope, a poison, and what for",
    "place": "a height, a track, water, traffic",
    "intent": "the wish to die or not to be here",
    "farewell": "goodbye, thanks and sorry as last words",
    "burden": "others would be better off",
    "abuse": "somebody hurts, threatens or imprisons the writer; the phone may be shared",
    "cannot-talk": "the writer cannot speak or must not be rung",
    "code-word": "their code word: help is wanted, and must not be seen to be",
    "others": "the writer may hurt somebody, or hears voices",
    "someone-else": "somebody near the writer is in danger, or was lost so",
    "self-harm": "hurting oneself",
    "hopeless": "no hope, no way forward, cannot go on",
    "withdrawal": "not getting up, seeing nobody, stopping medicine",
    "slang": "words made to slip past filters",
    "emoji": "signs: pills, blades, graves, tears",
    "carrier-word": "END alone: the carrier reads an opt-out, a person may mean their life",
    "mention": "the writer and suicide in one sentence",
    "organisation": "a phrase the organisation added",
    "model": "words that weigh together; no single phrase",
}
