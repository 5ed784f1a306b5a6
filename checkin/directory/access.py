"""What a place offers to somebody who needs it, out of what is said about it."""

import re
from collections.abc import Iterable, Mapping

_SIGNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "wheelchair": r"wheel ?chairs?|step[- ]free|level access|\bramps?\b|\blifts?\b|elevator",
        "hearing-loop": r"(?:induction|hearing)[- ]loops?|hearing aids?|\bt-coil",
        "sign-language": r"\bbsl\b|\basl\b|\bisl\b|sign language",
        "toilet": r"(?:accessible|disabled|adapted) (?:toilets?|wc|bathrooms?)|changing places",
        "parking": r"(?:accessible|disabled|blue badge) (?:car )?(?:parking|bays?|spaces?)|parking",
        "home-visits": r"home visits?|visit(?:s|ed)? (?:you )?at home",
        "remote": r"\bonline\b|\bremote(?:ly)?\b|by (?:tele)?phone|video",
    }.items()
}
_NONE = re.compile(r"\b(?:no|not|without|isn't|lacks?|un)\b(?:\W+\w+){0,3}\W*$", re.IGNORECASE)


def access_of(notes: Iterable[str]) -> list[str]:
    """Return which access needs are met, sorted; "no wheelchair access" meets none."""
    said = " . ".join(notes)
    return sorted(
        name
        for name, sign in _SIGNS.items()
        if any(not _NONE.search(said[: m.start()].rpartition(".")[2]) for m in sign.finditer(said))
    )
