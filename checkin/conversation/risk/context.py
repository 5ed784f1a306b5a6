"""What stands around a cue, and what that does to it.

The rule is *downgrade, never silence*: a person in danger denies it, tells it as a story of last year, or puts
it in a friend's mouth, so none of the three makes a grave cue vanish. Two things do, because flagging them
would bury the rest: a weak (amber) cue that is plainly denied ("I'm not hopeless"), and danger told of people
in general ("veterans who want to die") in words that name neither the writer nor anybody near.

    cue     denied   past    he or she    people in general
    red     amber    amber   amber        none
    amber   none     amber   none         none

A cue that names the writer ("kill myself", "my life") cannot be somebody else's.
"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checkin.conversation.risk.levels import Level
from checkin.conversation.risk.plain import BREAK, spell_out

# How many words before a cue can deny it or say whose it is: farther off they belong to another clause.
_DENIAL_REACH = 4
_SUBJECT_REACH = 7
# After these a denial reaches past the writer ("not that i want to die"); else "i" begins another clause ("can not
# cope i want to die").
_REPORTS = frozenset(
    {"that", "think", "thought", "say", "said", "saying", "mean", "believe", "if", "because", "like", "feel"}
)
# How many letters of a sentence are looked at on either side of a cue. Some people never type a full stop: without
# a bound every cue of a long text would be weighed against the whole of it.
_SIDE = 240
# The word lists that let a cue of every day go.
EASE = ("outings", "trifles")
_YEAR = re.compile(r" in (?:19|20)\d\d ")


class Around(enum.Enum):
    """What the words around a cue say about it."""

    PLAIN = ""
    DENIED = " (denied)"
    PAST = " (past)"
    SOMEONE = " (someone else)"
    PEOPLE = " (people in general)"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The word lists that tell one surrounding from another; built from a data file's [context] table."""

    denies: re.Pattern[str]
    denies_not: re.Pattern[str]
    past: re.Pattern[str]
    not_past: re.Pattern[str]
    present: re.Pattern[str]
    first: frozenset[str]
    one_other: frozenset[str]
    many_others: frozenset[str]
    distress: frozenset[str]
    ease: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, table: Mapping[str, Sequence[str]]) -> "Surroundings":
        """Return the surroundings for a [context] table."""
        return cls(
            denies=_any_of(table["negators"]),
            denies_not=_any_of(table["not-negators"]),
            past=_any_of(table["past"]),
            not_past=_any_of(table["not-past"]),
            present=_any_of(table["present"]),
            first=frozenset(table["first"]),
            one_other=frozenset(table["one-other"]),
            many_others=frozenset(table["many-others"]),
            distress=frozenset(table.get("distress", ())),
            ease={name: frozenset(table.get(name, ())) for name in EASE},
        )

    def names_writer(self, words: set[str]) -> bool:
        """Whether the writer is named anywhere in a text of these words."""
        return not self.first.isdisjoint(words)

    def read(self, plain: str, start: int, end: int, stands: frozenset[str]) -> Around:
        """Say what surrounds the cue at `plain[start:end]`, leaving out the contexts it `stands` against."""
        earliest, latest = max(0, start - _SIDE), min(len(plain), end + _SIDE)
        begins = max(plain.rfind(f" {BREAK} ", earliest, start) + 1, earliest)
        stops = plain.find(f" {BREAK} ", end - 1, latest)
        before = plain[begins:start].split()
        cue = plain[start:end].split()
        if "other" not in stands and self.first.isdisjoint(cue):
            whose = self._whose(before[-_SUBJECT_REACH:])
            if whose is not Around.PLAIN:
                return whose
        if "negation" not in stands and self._denied(before):
            return Around.DENIED
        if "past" not in stands:
            sentence = plain[begins : stops + 1 if stops >= 0 else latest]
            if self._over(sentence):
                return Around.PAST
        return Around.PLAIN

    def of_every_day(self, level: Level, plain: str, start: int, end: int, ease: str) -> Level:
        """Return what is left of a cue that is also said every day: all of it where the rest of the text holds
        distress, nothing beside words of `ease` (one of `EASE`), all of it again where it ends its sentence; else
        amber at most.
        """
        rest = {*plain[:start].split(), *plain[end:].split()}
        if not self.distress.isdisjoint(rest):
            return level
        if not self.ease[ease].isdisjoint(rest):
            return Level.NONE
        closes = end >= len(plain) or plain.startswith(BREAK, end) or plain.startswith(f"{BREAK} ", end - 2)
        return level if closes else min(level, Level.AMBER)

    def _over(self, sentence: str) -> bool:
        if self.present.search(sentence):
            return False
        return bool(self.past.search(self.not_past.sub(" ", sentence)) or _YEAR.search(sentence))

    def _denied(self, before: list[str]) -> bool:
        near = before[-_DENIAL_REACH:]
        if "but" in near:
            near = near[near.index("but") + 1 :]
        if "i" in near[1:] and near[near.index("i", 1) - 1] not in _REPORTS:
            near = near[near.index("i", 1) :]
        clause = f" {' '.join(near)} "
        return bool(self.denies.search(self.denies_not.sub(" ", clause)))

    def _whose(self, before: list[str]) -> Around:
        for word in reversed(before):
            if word in self.first:
                return Around.PLAIN
            if word in self.one_other:
                return Around.SOMEONE
            if word in self.many_others:
                return Around.PEOPLE
        return Around.PLAIN


def weaken(level: Level, around: Around) -> Level:
    """Return what is left of a cue's level in its surroundings; the table is this module's docstring."""
    if around is Around.PLAIN or (around is Around.PAST and level is Level.AMBER):
        return level
    if around is Around.PEOPLE or level is Level.AMBER:
        return Level.NONE
    return Level.AMBER


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    spelt = sorted({spell_out(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"(?<= )(?:{'|'.join(map(re.escape, spelt))})(?= )")
