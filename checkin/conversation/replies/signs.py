"""A reply as a string of signs: which words mean something here, and what a negator in front does to them.

The signs are those of `lexicon.CLASSES`, and these that only this module writes: `D` a number, `U` a word nobody
knows, `X` a negator that turned nothing round, `v` something bad that was denied, `?` a question mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from checkin.conversation.replies.kinds import Asked
from checkin.conversation.replies.lexicon import BEFORE_AMOUNTS, BOOKS, FUSSY, LEADS, NAMED, NAMES, NUMBERS, UNITS, load
from checkin.conversation.replies.text import POINTS


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found, in order, and the numbers among it. `unknown` counts the words in no list."""

    signs: str
    numbers: tuple[int, ...]
    unknown: int


# How long a negator and the like reach, in words that are not in the list "between".
_REACH: Final = {"x": 4, "n": 1, "r": 4, "3": 3, "2": 3, "": 0}

# (what stands before, sign) -> (what to write, what stands before the next). "Before" is "" for nothing, "x" a
# negator, "n" the word no, "r" something unreal ("was", "wish"), "3" somebody else, "2" the one who is written to.
STEPS: Final[dict[str, tuple[str, str]]] = {
    # Nothing before: every sign speaks for itself.
    **{sign: (sign, "") for sign in "YGBTMHCKQAZWEDU?"},
    "b": ("B", ""), "f": ("", ""), "i": ("", ""), "p": ("", ""), ",": ("", ""),
    "N": ("", "n"), "x": ("", "x"), "r": ("", "r"), "3": ("", "3"), "2": ("", "2"),
    # A negator: good turns bad, "bad" turns good, trouble denied is a doubt.
    "xG": ("B", ""), "xb": ("G", ""), "xB": ("v", ""), "xT": ("Q", ""), "xY": ("Q", ""), "xM": ("M", ""),
    "xA": ("N", ""), "xZ": ("N", ""), "xW": ("v", ""), "xE": ("E", ""), "xQ": ("XQ", ""), "xK": ("XK", ""),
    "xD": ("XD", ""), "xC": ("XC", ""), "x,": ("X", ""), "x?": ("X?", ""), "xN": ("X", "n"), "xH": ("H", "x"),
    "xU": ("U", "x"), "xf": ("", "x"), "xi": ("", "x"), "xp": ("", "x"), "xx": ("", "x"), "xr": ("", "x"),
    "x3": ("", "x"), "x2": ("", "x"),
    # The word no: "no great" is not great, "no, I'm great" is a no and something else.
    "nG": ("B", ""), "nb": ("G", ""), "nB": ("NB", ""), "nT": ("NT", ""), "nY": ("NY", ""), "nM": ("NM", ""),
    "nA": ("NA", ""), "nZ": ("NZ", ""), "nW": ("NW", ""), "nE": ("NE", ""), "nQ": ("NQ", ""), "nK": ("NK", ""),
    "nD": ("ND", ""), "nC": ("NC", ""), "n,": ("N", ""), "n?": ("N?", ""), "nN": ("", "n"), "nH": ("NH", ""),
    "nU": ("NU", ""), "nf": ("N", ""), "ni": ("", "n"), "np": ("N", ""), "nx": ("N", "x"), "nr": ("N", "r"),
    "n3": ("N", "3"), "n2": ("N", "2"),
    # Unreal: "was fine", "wish I was fine", "fine if". Good there is a doubt; bad stays bad.
    "rG": ("Q", ""), "rb": ("B", ""), "rB": ("B", ""), "rT": ("T", ""), "rY": ("Q", ""), "rM": ("M", ""),
    "rA": ("M", ""), "rZ": ("Z", ""), "rW": ("W", ""), "rE": ("E", ""), "rQ": ("Q", ""), "rK": ("K", ""),
    "rD": ("D", ""), "rC": ("C", ""), "r,": ("", ""), "r?": ("?", ""), "rN": ("", "n"), "rH": ("H", "r"),
    "rU": ("U", "r"), "rf": ("", "r"), "ri": ("", "r"), "rp": ("", "r"), "rx": ("", "x"), "rr": ("", "r"),
    "r3": ("", "r"), "r2": ("", "r"),
    # Somebody else: "mum is fine" does not say how the member is.
    **{f"3{sign}": (sign, "") for sign in "TMCKQAZWEDU?"},
    "3G": ("Q", ""), "3Y": ("Y", ""), "3b": ("B", ""), "3B": ("B", ""), "3H": ("H", "3"), "3,": ("", ""),
    "3N": ("", "n"), "3f": ("", "3"), "3i": ("", "3"), "3p": ("", ""), "3x": ("", "x"), "3r": ("", "r"),
    "33": ("", "3"), "32": ("", "2"),
    # The one who is written to: "hope you are well" says nothing about the member; anything low stays low.
    **{f"2{sign}": (sign, "") for sign in "TMCKQAZWEDU"},
    "2G": ("", ""), "2Y": ("", ""), "2b": ("B", ""), "2B": ("B", ""), "2H": ("", "2"), "2,": ("", ""),
    "2N": ("", "n"), "2f": ("", "2"), "2i": ("", "2"), "2p": ("", ""), "2x": ("", "x"), "2r": ("", "r"),
    "23": ("", "3"), "22": ("", "2"),
    "2?": ("", ""),
}  # fmt: skip
# What is written when the reach ends, or the reply does.
_LEFT: Final[Mapping[str, str]] = {"x": "X", "n": "N", "r": "", "3": "", "2": "", "": ""}
_UNWORN: Final = frozenset("ipx")


def scan(tokens: list[str], asked: Asked) -> Signs:
    """Read mended tokens as signs, by the word lists that hold for what was asked."""
    book = BOOKS[asked]
    lengths, signs = book.lengths, book.signs
    out: list[str] = []
    numbers: list[int] = []
    before, reach, unknown, at, end = "", 0, 0, 0, len(tokens)
    while at < end:
        token = tokens[at]
        sign, width = None, 1
        for width in lengths.get(token, ()):
            sign = signs.get(token if width == 1 else " ".join(tokens[at : at + width]))
            if sign is not None:
                break
        if sign is None:
            sign, width = _unlisted(tokens, at, numbers), 1
            unknown += sign == "U"
        at += width
        written, after = STEPS[before + sign]
        if written:
            out.append(written)
        if after != before:
            reach = _REACH[after]
        elif after and sign not in _UNWORN:
            reach -= 1
            if reach <= 0:
                out.append(_LEFT[after])
                after = ""
        before = after
    out.append(_LEFT[before])
    return Signs("".join(out), tuple(numbers), unknown)


def _unlisted(tokens: list[str], at: int, numbers: list[int]) -> str:
    """Return the sign of a word in no list, and note the number if it is one that could answer a menu."""
    word = tokens[at]
    if word in POINTS:
        return word
    value = NUMBERS.get(word)
    if value is None:
        if not word[0].isalnum() or _signed(tokens, at) or _amount(tokens, at):
            return "f"
        return _named(tokens, at) or _stemmed(word)
    if _amount(tokens, at):
        return "f"
    if word in FUSSY and not LEADS.issuperset(other for other in tokens if other not in NUMBERS):
        return "f"
    if word == "one" and at > 0 and tokens[at - 1] in NUMBERS:
        return "f"
    numbers.append(value)
    return "D"


def _amount(tokens: list[str], at: int) -> bool:
    """Tell whether the word at `at` is part of "3 days", "at 2", "half past" or the unit itself."""
    word = tokens[at]
    if word in UNITS:
        return True
    if not word[0].isdigit() and word not in NUMBERS:
        return False
    if at + 1 < len(tokens) and tokens[at + 1] in UNITS:
        return True
    return at > 0 and tokens[at - 1] in BEFORE_AMOUNTS and (at < 2 or tokens[at - 2] not in NAMED)


# What follows the one a sentence is about.
_TELLS: Final = frozenset(load("names")["tells"].split())


def _named(tokens: list[str], at: int) -> str | None:
    """Return the sign of somebody spoken of ("Tom is fine"), of a name that only signs or greets, else None."""
    if at + 1 < len(tokens) and tokens[at + 1] in _TELLS:
        return "3"
    if tokens[at] not in NAMES and tokens[at].removesuffix("s") not in NAMES:
        return None
    return "3" if at == 0 and len(tokens) > 1 and tokens[1] != "here" else "f"


_ENDINGS: Final = (("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("s", ""), ("in", ""), ("er", ""), ("ly", ""))


def _stemmed(token: str) -> str:
    """Return the sign of a bad word in another form ("overdosing"), else `U`. Good words are not guessed at."""
    signs = BOOKS[Asked.OK].signs
    for ending, instead in _ENDINGS:
        if token.endswith(ending) and len(token) > len(ending) + 2:
            sign = signs.get(token[: -len(ending)] + instead)
            if sign in ("T", "B", "Q"):
                return sign
    return "U"


_SIGNING: Final = frozenset({"from", "its", "love", "regards", "wishes", "mrs", "mr", "miss", "ms", "xx", "dear"})


def _signed(tokens: list[str], at: int) -> bool:
    """Tell whether an unknown word is a name under a message: among the last two, after "love from" and the like."""
    return at >= len(tokens) - 4 and any(word in _SIGNING for word in tokens[max(0, at - 2) : at])
