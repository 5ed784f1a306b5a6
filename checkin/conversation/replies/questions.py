"""Questions people ask back: when, how to get there, and everything else."""

import re
from typing import Final

from checkin.conversation.replies.kinds import Kind, Reading
from checkin.conversation.replies.lexicon import any_of, load

_WRITTEN: Final = load("patterns")["question"]
_TIME: Final = any_of(_WRITTEN["time"])
_TRAVEL: Final = any_of(_WRITTEN["travel"])
_ASKS: Final = re.compile(
    r"(?:and |so |but |ok |yes |hi |hello |sorry |please |oh |thanks |also |just )*(?:"
    + any_of(_WRITTEN["asks"]).pattern
    + ")"
)
# Beginnings that are a question however little is known of the rest.
_PLAINLY: Final = any_of(_WRITTEN["plainly"])
# "What a day", "how kind": no questions, though they begin like one.
_EXCLAIMS: Final = any_of(_WRITTEN["exclaims"])
# Welsh and Polish words that begin nothing but a question, whatever follows.
_FOREIGN: Final = frozenset(_WRITTEN["foreign"].split())


def question(tokens: list[str], unknown: int) -> Reading | None:
    """Return QUESTION with "time", "travel" (where it is, how to get there) or "other"; None when nothing is asked.

    Without a question mark, a text of which more than two words are `unknown` is noise and not a question, or four
    when it plainly begins as one ("is there a loo on the ground floor").
    """
    marked = "?" in tokens
    if marked and all(token == "?" for token in tokens):  # noqa: S105 (a question mark, not a secret)
        return None
    text = " ".join(tokens)
    known_enough = unknown <= 2 or (unknown <= 4 and _PLAINLY.match(text) is not None)
    asks = known_enough and _ASKS.match(text) is not None and _EXCLAIMS.match(text) is None
    if not (marked or asks or tokens[0] in _FOREIGN):
        return None
    if _TIME.search(text):
        return Reading(Kind.QUESTION, "time")
    if _TRAVEL.search(text):
        return Reading(Kind.QUESTION, "travel")
    return Reading(Kind.QUESTION, "other")
