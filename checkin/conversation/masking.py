"""What is left out of words that are passed on between two people who do not have each other's numbers.

Numbers are never shown to each other: not by the line, and not by a member who writes theirs into a text, on a bad day,
to somebody they have not met. To swap numbers is for the two of them to do when they meet. Pure.
"""

import re
from dataclasses import dataclass

# Seven digits are the shortest number that can be rung; dates ("14.02.2027"), times and prices are shorter or begin
# otherwise. Between digits people write spaces, dots, dashes and brackets.
_LEAST_DIGITS = 7
_GAP = r"[\s.\-()/]{0,3}"
_DIGITS = re.compile(rf"\+?\(?\d(?:{_GAP}\d){{{_LEAST_DIGITS - 1},}}")
_DATE = re.compile(r"\d{1,2}[\s.\-/]{1,2}\d{1,2}[\s.\-/]{1,2}(?:19|20)\d\d")
_NAMES = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|(?:double|triple|treble)\s+\w+|\d)"
_SPELT = re.compile(rf"\b{_NAMES}(?:[\s,.\-]+{_NAMES}){{{_LEAST_DIGITS - 1},}}\b", re.IGNORECASE)
_EMAIL = re.compile(
    r"[\w.+\-]+\s?(?:@|\(at\)|\[at\]| at )\s?[\w\-]+(?:\s?(?:\.|\(dot\)| dot )\s?[a-z]{2,})+", re.IGNORECASE
)
_MASK = "[...]"


@dataclass(frozen=True, slots=True)
class Masked:
    """Words as they may be passed on; `hidden` and `cut` say that something was left out, or did not fit."""

    words: str
    hidden: bool
    cut: bool


def mask(words: str, longest: int) -> Masked:
    """Return `words` without telephone numbers and e-mail addresses, and no longer than `longest` characters."""
    shown = _EMAIL.sub(_MASK, words.strip())
    shown = _SPELT.sub(_MASK, _DIGITS.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else _MASK, shown))
    short = shown if len(shown) <= longest else shown[:longest].rsplit(" ", 1)[0].rstrip() + "..."
    return Masked(short, hidden=_MASK in shown and _MASK not in words, cut=short != shown)
