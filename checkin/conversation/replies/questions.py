"""Questions people ask back: when, how to get there, and everything else."""

import re
from typing import Final

from checkin.conversation.replies.kinds import Kind, Reading

_TIME: Final = re.compile(
    r"\b(?:what|which|wot) (?:time|day|date|hour)\b|\bwhen(?:s| is| does| do| will| are)?\b|\btime (?:is|does|do)\b|\bhow long\b"
    r"|\bwhat times\b|^(?:the )?time$|\bstart(?:ing)? (?:time|at)\b|\bfaint or gloch\b|\bpryd\b|\bo ktorej\b|\bkiedy\b"
    r"|\bwhat (?:is|s) (?:the )?(?:time|date)\b|\btime (?:is|was) it\b|\bis it (?:still )?(?:at )?\d"
)
_TRAVEL: Final = re.compile(
    r"\bwhere\b|\bwheres\b|\bbus(?:es)?\b|\btrain\b|\btram\b|\btaxi\b|\btransport\b|\bparking\b|\bpark\b|\blift\b|\bget there\b|\baddress\b"
    r"|\bpostcode\b|\bdirections?\b|\bvenue\b|\bhow far\b|\bnear(?:est)?\b|\bble\b|\bgdzie\b|\bautobus\b|\bdojechac\b|\bbws\b|\bwhich (?:room|door|hall)\b"
)
_ASKS: Final = re.compile(
    r"^(?:and |so |but |ok |yes |hi |hello |sorry |please |oh |thanks |also |just )*"
    r"(?:(?:what|whats|when|whens|where|wheres|which|how|hows|why|who|whos|whose|czy|gdzie|kiedy|jak|beth|pryd|ble|sut|faint|oes)\b"
    r"|(?:can|could|may|shall|should|will|would|do|does|did|is|are|am|was|has|have) "
    r"(?:i|we|you|it|there|the|they|my|someone|anyone|that|this|he|she|people|family|dogs?|kids|everyone|any)\b"
    r"|is \w+ (?:going|coming|there|on|still|open)\b|any (?:parking|buses|bus|food|toilets?|lunch|chance|idea)\b|(?:o ktorej)\b)"
)
# "Is it OK if", "what about" and so on hold a good word that answers nothing.
_STATEMENTS: Final = re.compile(r"^(?:what a |how lovely|how nice|how kind)")


def question(tokens: list[str], unknown: int) -> Reading | None:
    """Return QUESTION with "time", "travel" (where it is, how to get there) or "other"; None when nothing is asked.

    Without a question mark, a text of which more than two words are `unknown` is noise and not a question.
    """
    if all(token == "?" for token in tokens):
        return None
    text = " ".join(tokens)
    if "?" not in tokens and (unknown > 2 or _ASKS.match(text) is None or _STATEMENTS.match(text) is not None):
        return None
    if _TIME.search(text):
        return Reading(Kind.QUESTION, "time")
    if _TRAVEL.search(text):
        return Reading(Kind.QUESTION, "travel")
    return Reading(Kind.QUESTION, "other")
