"""What staff text about a case: a word and the case's short code. A table of its own, for staff only.

Nothing in it is a reading of a member's words: a text that is none of these is read like everybody's.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Deed(enum.StrEnum):
    """What staff can do from a telephone."""

    TAKE = "take"
    MORE = "more"
    NOTE = "note"
    PASS = "pass"  # noqa: S105  # to pass a case on
    SAFE = "safe"
    CLOSE = "close"
    CASES = "cases"
    UNKNOWN = "unknown"


_WORDS: Final[Mapping[str, Deed]] = {
    **dict.fromkeys(("ok", "okay", "yes", "take", "mine", "iawn", "biorę", "biore"), Deed.TAKE),
    **dict.fromkeys(("more", "words", "read", "mwy", "więcej", "wiecej"), Deed.MORE),
    **dict.fromkeys(("note", "nodyn", "notatka"), Deed.NOTE),
    **dict.fromkeys(("pass", "pass on", "hand over", "pasio", "przekaż", "przekaz"), Deed.PASS),
    **dict.fromkeys(("safe", "help arrived", "arrived", "diogel", "bezpiecznie", "pomoc dotarła"), Deed.SAFE),
    **dict.fromkeys(("close", "cau", "zamknij"), Deed.CLOSE),
}
_LISTS: Final = frozenset({"cases", "list", "case list", "list cases", "achosion", "sprawy"})
_COMMAND: Final = re.compile(
    rf"\W*(?:(?P<deed>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)?"
    r"[\s:#.,-]*(?P<code>\d{6}|\d{4})(?!\d)[\s:.,!-]*(?P<words>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARE: Final = re.compile(r"\W*(1|2|yes|y|no|n|ok|okay|tak|nie|iawn)\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what to do, with the case of which code (empty for CASES), and the words that follow."""

    deed: Deed
    code: str = ""
    words: str = ""


def read_command(text: str) -> Command | None:
    """Return what a text would be as a command of staff, or None. Never raises."""
    if " ".join(re.findall(r"\w+", text.casefold())) in _LISTS:
        return Command(Deed.CASES)
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    words = found["words"].strip()
    deed = _WORDS[found["deed"].casefold()] if found["deed"] else Deed.UNKNOWN if words else Deed.TAKE
    return Command(deed, found["code"], words)


def is_bare(text: str) -> bool:
    """Tell whether a text is a yes, a no, a 1 or a 2 and nothing else."""
    return _BARE.fullmatch(text) is not None
