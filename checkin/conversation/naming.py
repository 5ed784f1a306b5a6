"""Who of a few people a text says it is from. Pure.

Only what can hardly be anything else counts: "Bill here", "its Bill", "Bill: I'm fine", the name alone. "Bill is not
well" is said about Bill, by somebody else.
"""

import re
from collections.abc import Sequence

_GREETING = r"(?:hi|hiya|hello|hey|helo|czesc|cześć|morning|evening)[\s,.]+"
_IT_IS = r"(?:it'?s|it is|its|this is|i'?m|i am|im|tu|to ja|mówi|mowi|dyma|yma)\s+"
_HERE = r"(?:\s+(?:here|speaking|yma|sy'?ma|tutaj|tu))"


def signed(text: str, names: Sequence[str]) -> tuple[int, str] | None:
    """Return which of `names` a text says it is from (by index), and its other words; None when it does not say."""
    for i, name in enumerate(names):
        for pattern in _patterns(re.escape(name)):
            found = re.match(pattern, text.strip(), re.IGNORECASE)
            if found is not None:
                return i, text.strip()[found.end() :].strip(" \t\n,.:;-")
    return None


def _patterns(name: str) -> tuple[str, ...]:
    return (
        rf"(?:{_GREETING})?(?:{_IT_IS})?{name}{_HERE}\b",
        rf"(?:{_GREETING})?{_IT_IS}{name}(?=[\s,.:;-]*$|[,.:;-])",
        rf"(?:{_GREETING})?{name}\s*(?:[:;]|-\s|,)",
        # A name and a key: "Ann 1".
        rf"(?:{_GREETING})?{name}\s+(?=\d\W*$)",
        rf"(?:{_GREETING})?{name}[\s.]*$",
    )


def answer(text: str, names: Sequence[str], *, numbered: bool) -> tuple[int, str] | None:
    """Return which of `names` answers "who is this?", and what else was said. A number counts where the question gave
    numbers; a first letter counts when only one name begins with it."""
    alone = re.sub(r"\W", "", text).casefold()
    if numbered and alone.isdecimal() and 1 <= int(alone) <= len(names):
        return int(alone) - 1, ""
    by_letter = [i for i, name in enumerate(names) if name[:1].casefold() == alone]
    if len(by_letter) == 1:
        return by_letter[0], ""
    return signed(text, names)
