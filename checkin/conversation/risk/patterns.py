"""The phrase language of the risk data, and how it becomes regular expressions.

A phrase is words with a single space between them, read against text prepared by `plain.prepare`:

    kill myself        these words, next to each other
    suicid*            a word that begins so (four letters or more before the star)
    (jump|leap off)    one of these, each any phrase
    <rope>             one of a named list from the same file
    really?            may be missing; also after a bracket or a list
    ~4                 up to four other words, never a "not", never across the end of a sentence
    %n %many           a number; a number of ten or more, or a word for many
    .                  the end of a sentence
    ^ $                the beginning and the end of the whole message

A gap is bounded and never crosses a sentence, so the work for one phrase grows with the text and no faster.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from checkin.conversation.risk.plain import BREAK, spell_out
from checkin.errors import BadInput

# A prefix this long is what wild cards are indexed by: shorter ones would make every text a candidate.
STEM = 4
_TOKEN = re.compile(r"~\d+|<[a-z-]+>\??|%[a-z]+\??|\)\?|[()|^$]|[^\s<>()|~%?^$]+\??")
_ENDS = {"^": r"(?<=\A )", "$": rf"(?=(?:{re.escape(BREAK)} )*\Z)"}
# A gap never swallows a denial: "am not suicidal" must not read as "am ~3 suicidal".
_GAP_WORD = rf"(?!not |never )[^ {re.escape(BREAK)}]+ "
_WORD = re.compile(r"[^ ]+")
_NOT_AN_ANCHOR = 10**6
_NUMBERS = {
    "%n": r"\d+",
    "%many": r"(?:[1-9]\d+|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|dozens?|loads|handfuls?)",
}
# Words so frequent that finding one says nothing: a phrase is looked up by one of its other words if it can.
_SAYS_NOTHING = """
    . a about all am an and are as at be been but by can could did do does every for from get go going
    got had has have he her him his how i if in is it just like me more much my no not now of off on one
    or out over she so some take than that the them then there they thing think this time to too took up
    us want was way we were what when will with would you your feel feeling know need anymore any
    anything myself
"""
_COMMON = frozenset(re.findall(r"\S+", _SAYS_NOTHING))

Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Phrase:
    """One phrase of the data, with the words by which texts that may hold it are found.

    `anchors` are whole words, `stems` the first four letters of wild cards: a text with none of either
    cannot match. Nor can one with no word of `also`, unless that is empty.
    """

    source: str
    pattern: str
    anchors: frozenset[str]
    stems: frozenset[str]
    also: frozenset[str]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression; built when a text first needs it, for start-up stays quick."""
        return re.compile(self.pattern)

    @property
    def telling(self) -> bool:
        """Whether a text must hold a word that is not said in every other one."""
        return bool(self.stems) or self.anchors.isdisjoint(_COMMON) or bool(self.also and self.also.isdisjoint(_COMMON))

    def tellings(self, plain: str, start: int, end: int) -> tuple[list[int], list[int]]:
        """Return where a match's telling words stand: those it was found by, and those that are not common.

        Who covers all of either has covered what the match is about. Where there is none, its last word.
        """
        words = list(_WORD.finditer(plain, start, end))
        found_by = [word.start() for word in words if word[0] in self.anchors or word[0][:STEM] in self.stems]
        uncommon = [word.start() for word in words if word[0] not in _COMMON]
        last = [words[-1].start()]
        return found_by or last, uncommon or last


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of expression, and the words one of which must be in a text that matches it (none: no such)."""

    pattern: str
    keys: frozenset[str]  # a star at the end marks a stem
    also: frozenset[str] = frozenset()  # whole words, one of which must be there too (none: no such)

    @property
    def cost(self) -> int:
        return sum(100 if key in _COMMON else 1 for key in self.keys) if self.keys else _NOT_AN_ANCHOR


def compile_phrase(source: str, lists: Lists) -> Phrase:
    """Return the compiled form of `source`. Raises BadInput, naming the phrase, when it cannot be read."""
    if not _TOKEN.findall(source) or _TOKEN.sub("", source).strip():
        raise BadInput(f"The risk phrase {source!r} cannot be read.")
    whole = _Parser(source, lists).whole()
    if not whole.keys:
        raise BadInput(f"The risk phrase {source!r} has no word that must be there.")
    return Phrase(
        source=source,
        pattern=f"(?<= ){whole.pattern}",
        anchors=frozenset(key for key in whole.keys if not key.endswith("*")),
        stems=frozenset(key[:STEM] for key in whole.keys if key.endswith("*")),
        also=whole.also,
    )


class _Parser:
    """Reads one phrase, brackets within brackets included. The grammar is this module's docstring."""

    def __init__(self, source: str, lists: Lists) -> None:
        self._source = source
        self._lists = lists
        self._tokens = _TOKEN.findall(source)
        self._at = 0

    def whole(self) -> _Piece:
        piece = self._sequence()
        if self._at < len(self._tokens):
            raise self._error("has a bracket too many")
        return piece

    def _error(self, what: str) -> BadInput:
        return BadInput(f"The risk phrase {self._source!r} {what}.")

    def _sequence(self) -> _Piece:
        pieces = []
        while self._at < len(self._tokens) and self._tokens[self._at] not in {"|", ")", ")?"}:
            pieces.append(self._piece())
        if not pieces:
            raise self._error("has an empty choice")
        return _chain(pieces)

    def _piece(self) -> _Piece:
        sign = self._tokens[self._at]
        self._at += 1
        if sign == "(":
            return self._group()
        if sign.startswith("~"):
            return _Piece(rf"(?:{_GAP_WORD}){{0,{int(sign[1:])}}}?", frozenset())
        if sign in _ENDS:
            return _Piece(_ENDS[sign], frozenset())
        name = sign.removesuffix("?")
        piece = self._named(name)
        return piece if name == sign else _Piece(f"(?:{piece.pattern})?", frozenset())

    def _named(self, name: str) -> _Piece:
        if name in _NUMBERS:
            return _Piece(f"{_NUMBERS[name]} ", frozenset())
        if name.startswith("<"):
            if name[1:-1] not in self._lists:
                raise self._error(f"names {name}, which is not a list")
            return _either(_Parser(entry, self._lists).whole() for entry in self._lists[name[1:-1]])
        return self._words(spell_out(name))

    def _group(self) -> _Piece:
        choices = [self._sequence()]
        while self._at < len(self._tokens) and self._tokens[self._at] == "|":
            self._at += 1
            choices.append(self._sequence())
        if self._at == len(self._tokens):
            raise self._error("has a bracket that is not closed")
        closing = self._tokens[self._at]
        self._at += 1
        piece = _either(choices)
        return piece if closing == ")" else _Piece(f"(?:{piece.pattern})?", frozenset())

    def _words(self, words: str) -> _Piece:
        pieces = []
        for word in words.split():
            stem = word.removesuffix("*")
            if word != stem and len(stem) < STEM:
                raise self._error(f"has a star after fewer than {STEM} letters")
            pieces.append(_Piece(re.escape(stem) + (r"\w* " if word != stem else " "), frozenset({word})))
        return _chain(pieces)


def _chain(pieces: Sequence[_Piece]) -> _Piece:
    """Return the pieces one after the other, to be found by the rarest and the next rarest of them."""
    best, *rest = sorted(pieces, key=lambda piece: piece.cost)
    wholes = [piece.keys for piece in rest if piece.keys and not any(key.endswith("*") for key in piece.keys)]
    also = best.also or (wholes[0] if wholes else frozenset())
    return _Piece("".join(piece.pattern for piece in pieces), best.keys, also)


def _either(choices: Iterable[_Piece]) -> _Piece:
    # The longest first, so that what is quoted as the reason is as full as it can be.
    pieces = sorted(set(choices), key=lambda piece: (-len(piece.pattern), piece.pattern))
    keys = [piece.keys for piece in pieces]
    pattern = "|".join(dict.fromkeys(piece.pattern for piece in pieces))
    return _Piece(f"(?:{pattern})", frozenset().union(*keys) if all(keys) else frozenset())
