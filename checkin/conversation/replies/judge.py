"""From signs to a reading, by what was asked. Doubt is `unclear`; anything low is never `yes`."""

from collections.abc import Callable, Mapping
from typing import Final

from checkin.conversation.replies.kinds import UNCLEAR, Asked, Kind, Reading
from checkin.conversation.replies.lexicon import LETTERS, NAMES
from checkin.conversation.replies.questions import question
from checkin.conversation.replies.signs import Signs
from checkin.conversation.replies.text import BREAK

YES: Final = Reading(Kind.YES)
NO: Final = Reading(Kind.NO)
MAYBE: Final = Reading(Kind.MAYBE)
THANKS: Final = Reading(Kind.THANKS)
WORRIED: Final = Reading(Kind.CHOICE, "worried")
CANNOT: Final = Reading(Kind.CHOICE, "cannot")

# One word nobody knows beside a "yes" is a name or a slip; two may be the news. About coming, or about somebody
# else's week, people say more, and less hangs on it.
_UNKNOWN_BESIDE_FINE: Final = 1
_UNKNOWN_BESIDE_DOING: Final = 3

# Outside a menu a higher number is a score out of ten or a hundred, an age, an amount: not a key.
_HIGHEST_KEY: Final = 9


def judge(found: Signs, tokens: list[str], asked: Asked) -> Reading:
    """Return what `found` comes to as an answer to `asked`; `tokens` are the mended words it was found in."""
    if found.numbers:
        number = _number(found, tokens, asked)
        if number is not None:
            return number
    return _JUDGES[asked](found, tokens)


# Who else is spoken of beside a "fine": it may be theirs, or it may be said because they are near.
_OTHERS: Final = frozenset({"he", "hes", "him", "she", "shes", "her", "they", "theyre"})


def _has(signs: str, any_of: str) -> bool:
    return any(sign in signs for sign in any_of)


def _number(found: Signs, tokens: list[str], asked: Asked) -> Reading | None:
    """Return the key that was meant, or None when the words beside it must decide.

    1 is the answer that ends a conversation, so the least unease or doubt beside it takes it back; a number for
    "not good" beside "fine" is taken back too.
    """
    value, signs = found.numbers[0], found.signs
    if len(set(found.numbers)) > 1 or found.unknown > 1 or _has(signs, "CX?"):
        return None
    if asked is not Asked.MENU:
        if value > _HIGHEST_KEY:
            return None
        if value == 1 and (found.unknown or _has(signs, "BTMNQHZWEv") or not _OTHERS.isdisjoint(tokens)):
            return None
        if value >= 3 and _has(signs, "YGA"):
            return UNCLEAR
    return Reading(Kind.NUMBER, value)


def _feeling(found: Signs, tokens: list[str]) -> Reading:
    """Answer "are you OK?", and words that came when nothing was asked."""
    signs = found.signs
    if "T" in signs:
        return NO
    if "B" in signs:
        return MAYBE if _has(signs, "GHM") else NO
    if "N" in signs:
        return _said_no(found, tokens)
    if "M" in signs and found.unknown < 5:
        return MAYBE
    if _has(signs, "YG"):
        return _said_fine(found, tokens)
    if "X" in signs and found.unknown < 3 and not _has(signs, "QCK?"):
        return NO
    if "v" in signs and found.unknown < 3 and not _has(signs, "QCK?YG"):
        return MAYBE
    return _neither(found, tokens)


def _said_no(found: Signs, tokens: list[str]) -> Reading:
    if _has(found.signs, "YG"):
        return UNCLEAR
    if "M" in found.signs:
        return MAYBE
    return NO if found.unknown < 4 else _neither(found, tokens)


def _said_fine(found: Signs, tokens: list[str]) -> Reading:
    signs = found.signs
    if not _OTHERS.isdisjoint(tokens):
        return UNCLEAR
    if found.unknown > _UNKNOWN_BESIDE_FINE or _has(signs, "QXv?D"):
        return UNCLEAR
    # "Still in my slippers, but all good" ends well, when there is nothing in it that is not known.
    if "C" in signs and (found.unknown or signs.rstrip("K") not in ("CG", "CY")):
        return UNCLEAR
    return MAYBE if "H" in signs else YES


_FELT: Final = frozenset({"feel", "feeling", "feels", "felt"})


def _neither(found: Signs, tokens: list[str]) -> Reading:
    """Read a reply without a yes, a no or a mood."""
    signs = found.signs
    if "Q" not in signs and (asked := question(tokens, found.unknown)) is not None:
        return asked
    if "K" in signs and found.unknown < 3 and not _has(signs, "QCXD"):
        return THANKS
    if "H" in signs and found.unknown < 2 and not _has(signs, "QX"):
        return MAYBE
    # Who says how they feel in a word of their own seldom feels well.
    if 0 < found.unknown < 3 and not _FELT.isdisjoint(tokens) and not _has(signs, "QC?K"):
        return MAYBE
    return UNCLEAR


def _nothing_asked(found: Signs, tokens: list[str]) -> Reading:
    """With no question open, "OK thanks" and "lovely, thank you" are thanks."""
    if found.signs in ("GK", "KG") and _SELF.isdisjoint(tokens):
        return THANKS
    return _feeling(found, tokens)


# Said alone these answer an invitation; beside other words they are among the smallest there are.
_IN_OR_OUT: Final = {"in": YES, "im in": YES, "out": NO, "im out": NO}


def _coming(found: Signs, tokens: list[str]) -> Reading:
    """Answer "will you come?". Unwell is a no here; trouble goes to a person whatever else was said."""
    signs = found.signs
    if (alone := _IN_OR_OUT.get(" ".join(token for token in tokens if token not in _POLITE))) is not None:
        return alone
    if "Z" in signs or ("N" in signs and not _has(signs, "AYGM")):
        return NO
    if (asked := question(tokens, found.unknown)) is not None:
        return asked
    if "T" in signs:
        return UNCLEAR
    if "N" in signs and _has(signs, "AYG"):
        return UNCLEAR
    if "M" in signs:
        return MAYBE
    if "B" in signs:
        return MAYBE if _has(signs, "AYG") else NO
    if _has(signs, "AYG"):
        if _has(signs, "QX") or found.unknown > _UNKNOWN_BESIDE_DOING:
            return UNCLEAR
        return YES if "A" in signs or "C" not in signs else UNCLEAR
    return _neither(found, tokens)


def _contact(found: Signs, tokens: list[str]) -> Reading:
    """Answer a buddy report: the mood in it is the other person's, and worry outweighs everything."""
    signs = found.signs
    if _has(signs, "WTB"):
        return WORRIED
    if "E" in signs and not _theirs(signs, tokens):
        return CANNOT
    if _has(signs, "ZN"):
        return UNCLEAR if "Z" not in signs and _has(signs, "AYG") else NO
    if (asked := question(tokens, found.unknown)) is not None:
        return asked
    if "M" in signs:
        return MAYBE
    if _has(signs, "AYG"):
        if _has(signs, "QCX") or found.unknown > _UNKNOWN_BESIDE_DOING:
            return UNCLEAR
        return MAYBE if "H" in signs else YES
    return _neither(found, tokens)


_LATER: Final = frozenset({
    "tomorrow", "tonight", "later", "weekend", "week", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday", "yfory", "heno", "wedyn", "jutro", "wieczorem", "pozniej",
})  # fmt: skip


# Whose news a good word is: "fine" alone may be an assent, or about whoever writes it; "she's fine", "all good" is not.
_OF_THEM: Final = frozenset({
    "all", "everything", "both", "he", "hes", "she", "shes", "they", "theyre", "her", "him", "them",
    "popeth", "pawb", "mae", "maen", "ona", "on", "jest", "wszystko", "niej", "niego", "nia", "nim",
})  # fmt: skip


def _reach(found: Signs, tokens: list[str]) -> Reading:
    """Answer a request to get in touch. Whoever says that they will (MAYBE) knows nothing yet: a yes, an ok or a "fine"
    alone is no more than that. Whoever will, but only later, cannot just now."""
    reading = _contact(found, tokens)
    if reading.kind not in {Kind.YES, Kind.NO, Kind.MAYBE}:
        return reading
    if "M" in found.signs:
        return MAYBE if _LATER.isdisjoint(tokens) else NO
    of_them = found.unknown or not (_OF_THEM | NAMES).isdisjoint(tokens)
    told = "A" in found.signs or ("G" in found.signs and of_them)
    return reading if told or reading.kind is not Kind.YES else MAYBE


_SUBJECTS: Final = frozenset({"he", "hes", "she", "shes", "they", "theyre"})


def _theirs(signs: str, tokens: list[str]) -> bool:
    """Tell whether it is the other one who is busy: "he's fine, just busy". Whoever is worn out may be either."""
    fine = _has(signs, "YG") and signs.count("E") == 1 and "N" not in signs
    return fine and "busy" in tokens and not _SUBJECTS.isdisjoint(tokens) and _SELF.isdisjoint(tokens)


_POLITE: Final = frozenset(
    {"please", "thanks", "option", "letter", "answer", "the", "one", "number", "prosze", "plis", BREAK}
)
_SELF: Final = frozenset({"i", "im", "am", "me", "my", "ive", "dont", "not", "cant", "dwi", "dw", "jestem"})


def _menu(found: Signs, tokens: list[str]) -> Reading:
    """Answer a menu: a letter, a yes or no, or the name of an option in a few words."""
    left = [token for token in tokens if token not in _POLITE]
    if len(left) == 1 and left[0] in LETTERS:
        return Reading(Kind.NUMBER, LETTERS[left[0]])
    if (
        found.signs in ("", "K")
        or _has(found.signs, "YNMX?")
        or found.signs.strip("GK") == ""
        or not _SELF.isdisjoint(tokens)
    ):
        return _feeling(found, tokens)
    if 0 < len(left) <= 4 and not found.numbers:
        return Reading(Kind.CHOICE, " ".join(left))
    return _feeling(found, tokens)


_JUDGES: Final[Mapping[Asked, Callable[[Signs, list[str]], Reading]]] = {
    Asked.OK: _feeling,
    Asked.MOOD: _feeling,
    Asked.RSVP: _coming,
    Asked.CONTACT: _contact,
    Asked.REACH: _reach,
    Asked.MENU: _menu,
    Asked.NONE: _nothing_asked,
}
