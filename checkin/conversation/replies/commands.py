"""Replies that are one command as a whole, and replies that a machine wrote."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from checkin.conversation.replies.kinds import Kind, Reading
from checkin.conversation.replies.lexicon import any_of, load, phrases
from checkin.conversation.replies.text import POINTS

_WRITTEN: Final = load("commands")
_POLITE: Final = frozenset(_WRITTEN["vocabulary"]["polite"].split())
_ROBOT: Final = any_of(load("patterns")["robot"]["say"])
_PROXY: Final = any_of(load("patterns")["proxy"]["say"])


def _table(section: Iterable[Mapping[str, Any]]) -> dict[str, Reading]:
    return {
        " ".join(words): Reading(Kind(entry["kind"]), entry.get("value"))
        for entry in section
        for words in phrases(entry["words"])
    }


# The carriers' own opt-out words, alone.
EXACT: Final[Mapping[str, Reading]] = _table(_WRITTEN["exact"])
# Every other command, once politeness is put aside.
WHOLE: Final[Mapping[str, Reading]] = _table(_WRITTEN["whole"])
# Hello, and nothing else.
GREETINGS: Final = frozenset(" ".join(said.split()) for said in _WRITTEN["vocabulary"]["greetings"].split(","))


def bare(tokens: list[str]) -> str:
    """Return the words joined, without punctuation, and without politeness at either end."""
    words = [token for token in tokens if token not in POINTS]
    start, end = 0, len(words)
    while start < end and words[start] in _POLITE:
        start += 1
    while end > start and words[end - 1] in _POLITE:
        end -= 1
    return " ".join(words[start:end])


def robot(text: str) -> bool:
    """Tell whether a machine wrote this: an auto-reply, a delivery report, a quoted reaction. `text` is plain."""
    return _ROBOT.search(text) is not None


def proxy(text: str) -> bool:
    """Tell whether somebody else answered and says so at the side: "OK (her daughter)". `text` is plain."""
    return _PROXY.search(text) is not None
