"""Commands said in a sentence: "please stop txting me", "can someone give me a ring", "on holiday til the 14th".

The sayings are in `data/replies/patterns.toml`. Each is tried only when one of its trigger words was said, in the
order of the file: opt-out first, then urgency, then everything else.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from checkin.conversation.replies.kinds import Kind, Reading
from checkin.conversation.replies.lexicon import load
from checkin.conversation.replies.pauses import when_of


def _stream(text: str) -> str:
    """Return which stream an opt-out names."""
    if "remind" in text:
        return "reminders"
    if "check" in text or "asking" in text:
        return "checkins"
    return "buddy" if "buddy" in text or "buddies" in text else "all"


def _started(text: str) -> str | None:
    """Return which stream is to start again, if one is named."""
    stream = _stream(text)
    return None if stream == "all" else stream


def _line(text: str) -> str | None:
    """Return which telephone a caller should ring, if it was said."""
    if any(word in text for word in ("landline", "house phone", "home phone", "home number")):
        return "landline"
    return "mobile" if "mobile" in text else None


def _pause(text: str) -> str | None:
    """Return how long a pause is to be, if it was said."""
    return "hospital" if "hospital" in text else when_of(text)


_MADE: Final[Mapping[str, Callable[[str], str | None]]] = {
    "<stream>": _stream,
    "<started>": _started,
    "<line>": _line,
    "<pause>": _pause,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Ways of saying one command. `value` is the reading's value or, in angle brackets, how it is made."""

    kind: Kind
    sayings: tuple[re.Pattern[str], ...]
    value: str | None

    def read(self, text: str) -> Reading | None:
        """Return the reading when `text` says this."""
        if not any(saying.search(text) for saying in self.sayings):
            return None
        make = _MADE.get(self.value or "")
        return Reading(self.kind, make(text) if make else self.value)


def _with(parts: Mapping[str, str], pattern: str) -> str:
    return _PART.sub(lambda part: parts[part.group(1)], pattern)


def _load() -> tuple[tuple[Pattern, ...], Mapping[str, tuple[int, ...]]]:
    """Return the patterns in order, and by each trigger word the places of those it may start."""
    written: dict[str, Any] = load("patterns")
    parts: dict[str, str] = {}
    for name, pattern in written["parts"].items():
        parts[name] = _with(parts, pattern)
    found: list[Pattern] = []
    triggers: dict[str, list[int]] = {}
    for entry in written["pattern"]:
        sayings = tuple(re.compile(_with(parts, say)) for say in entry["say"])
        for word in entry["on"].split():
            triggers.setdefault(word, []).append(len(found))
        found.append(Pattern(Kind(entry["kind"]), sayings, entry.get("value")))
    return tuple(found), {word: tuple(places) for word, places in triggers.items()}


_PART: Final = re.compile(r"(?<!\(\?)<([a-z_]+)>")
PATTERNS, _BY_TRIGGER = _load()
_TRIGGERS: Final = frozenset(_BY_TRIGGER)


def match(tokens: list[str], text: str) -> Reading | None:
    """Return the first command that `text` says, if any; it is `tokens` without punctuation, joined."""
    if _TRIGGERS.isdisjoint(tokens):
        return None
    places = {place for token in tokens if token in _TRIGGERS for place in _BY_TRIGGER[token]}
    for place in sorted(places):
        if (reading := PATTERNS[place].read(text)) is not None:
            return reading
    return None
