"""Words heard at every step: whole-text commands, commands that carry words of their own, and robots' replies."""

import re
from typing import Any, Final

from checkin.conversation.replies.kinds import UNCLEAR, Asked, Kind, Reading
from checkin.conversation.replies.lexicon import load, phrases
from checkin.conversation.replies.text import BREAK

_COMMANDS: Final = load("commands")
_POLITE: Final = frozenset(_COMMANDS["vocabulary"]["polite"].split())
_LANGUAGES: Final[dict[str, str]] = {
    name: code for code, names in load("commands")["languages"].items() for name in names.split(", ")
}


def _table(section: list[dict[str, Any]]) -> dict[str, Reading]:
    return {
        " ".join(words): Reading(Kind(entry["kind"]), entry.get("value"))
        for entry in section
        for words in phrases(entry["words"])
    }


EXACT: Final = _table(_COMMANDS["exact"])
WHOLE: Final = _table(_COMMANDS["whole"])


def bare(tokens: list[str]) -> str:
    """Return the words without punctuation, and without politeness at either end."""
    words = [token for token in tokens if token != BREAK and token != "?"]
    start, end = 0, len(words)
    while start < end and words[start] in _POLITE:
        start += 1
    while end > start and words[end - 1] in _POLITE:
        end -= 1
    return " ".join(words[start:end])


_LANGUAGE_ASKED: Final = re.compile(
    rf"^(?:language |change (?:language )?(?:to )?|switch to |can (?:i|you|we) (?:have|get|do|speak|text|use|text me)(?: this| it)?(?: in)? |in |i (?:only )?speak |i want |speak |only |yn )*"
    rf"({'|'.join(sorted(_LANGUAGES, key=len, reverse=True))})(?: only| language| speaker| version| texts)?$"
)
_FIND: Final = re.compile(
    r"^(?:find|search(?: for)?|looking for|look for|im looking for|where can i (?:find|get)|where is (?:the|my) nearest|wheres the nearest|"
    r"i need to find|need to find|can you find|help me find|help finding|can you help me find|how do i find|signpost|znajdz|"
    r"(?:need|want|i need|i want|can i get) help with|help with|is there an?(?= (?:food ?bank|helpline|doctor|chemist|pharmacy|shelter|hostel|advice|crisis|dentist)))\b(?: (?:me|us|a|an|some|the|my|out|about|any|local))* (.+)$"
)
_GROUP: Final = re.compile(
    r"^(?:(?:find|looking for|im looking for|is there|are there|any|where is|show|list|find me|what)(?: me)?(?: an?| any| the| my| other| local| nearest)* )?(?:peer |support )*(?:groups?|grupa|grupy|grwp|grwpiau)"
    r"(?: (?:in|near|nearby|around|at|by|close to|for|yn|w|do you have in))* (.+)$"
)
_NOT_A_PLACE: Final = re.compile(
    r"^(?:is|was|are|were|has|had|on|tonight|today|tomorrow|this|next|good|meeting|chat|session|therapy|great|ok|fine|last|didnt|isnt|im|please)\b"
)
_TIP: Final = re.compile(r"^tips?\b(?! top)(?: (?:about|on|for|is|that))? (.+)$")
_JOIN: Final = re.compile(
    r"^(?:join|ymuno|dolacz)(?: code| with| using| group code)? (?!us\b|the\b|a\b|in\b|you\b|up\b|group\b|me\b|my\b|group)([a-z0-9]+(?:[ -][a-z0-9]+)?)$"
)
_BUDDY_SAID: Final = re.compile(
    r"^\W*(?:buddy\b|(?:please |pls |can you |could you )*(?:tell|text|ask|let|message|msg)\W+(?:to\W+)?(?:my\W+)?buddy\b|(?:message|msg)\W+(?:for|to)\W+(?:my\W+)?buddy\b)[\s:,;-]*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_NEW_NUMBER: Final = re.compile(
    r"\b(?:new|changed?|different|another|my|this is my|nowy|newydd|got a)\b.*\b(?:number|mobile|phone|num|numer|rhif)\b"
)
_PHONE: Final = re.compile(r"(?:\+|00)?\d[\d\s().-]{7,18}\d")
_ROBOT: Final = re.compile(
    r"out of (?:the )?office|auto(?:matic|mated)?[ -]?(?:reply|response|respon)|im driving|i am driving|while driving|driving (?:right )?now|do not disturb"
    r"|not delivered|undeliver|delivery (?:failed|failure|report|status)|could not be (?:delivered|sent)|cannot be delivered|was not sent|failed to send|message (?:blocking|blocked)"
    r"|not monitored|unmonitored|do not reply to this|noreply|no-reply|cant (?:talk|answer|pick up|take your call|come to the phone)(?: right)? (?:now|at the moment|just now)|cant talk right now"
    r"|will (?:get|call|ring|text) (?:back )?(?:to )?you (?:back )?(?:later|soon|shortly|asap|as soon as)|ill (?:call|ring|text|get) (?:back )?(?:to )?you (?:back )?(?:later|soon|shortly|asap|as soon)|currently (?:unavailable|away|out)|(?:no longer|not) (?:in service|in use)|subscriber|mailbox is full|your message has been received|thank you for contacting|we have received your|this is an automated"
    r"|^(?:liked|loved|laughed at|emphasi[sz]ed|disliked|questioned|reacted .{1,12} to) [\"“']"
)


def robot(text: str) -> bool:
    """Tell whether a machine wrote this: an auto-reply, a delivery report, a quoted reaction. `text` is plain."""
    return _ROBOT.search(text) is not None


_FIRST_WORDS: Final = frozenset(
    """
find search looking look where im i need want can help how signpost znajdz is are any show list what wheres finding group groups support peer grupa grupy grwp
grwpiau tip tips join ymuno dolacz language change switch in speak only yn please
""".split()
)


def spoken(raw: list[str], text: str, tokens: list[str], asked: Asked) -> Reading | None:
    """Return a command that carries words: FIND, GROUP, TIP, JOIN, LANGUAGE, BUDDY, a new number.

    `raw` are the words as typed (plain, not mended), because a place or a code must not be "corrected".
    """
    first = tokens[0]
    if "buddy" in tokens[:6] and (said := _BUDDY_SAID.match(text)) is not None and asked is not Asked.CONTACT:
        return Reading(Kind.BUDDY, said.group(1).strip())
    if len(text) > 9 and (new := _new_number(text, tokens)) is not None:
        return new
    key = bare(tokens)
    if (
        key in _LANGUAGES
        or (first in _FIRST_WORDS or key.endswith("language"))
        and (found := _LANGUAGE_ASKED.match(key))
    ):
        return Reading(Kind.LANGUAGE, _LANGUAGES[key if key in _LANGUAGES else found.group(1)])
    return (
        _searching(" ".join(word for word in raw if word != BREAK and word != "?"), text)
        if first in _FIRST_WORDS
        else None
    )


def _searching(typed: str, text: str) -> Reading | None:
    typed = re.sub(r"(?: (?:please|pls|plz|thanks|ta))+$", "", re.sub(r"^(?:please|pls|hi|hello|can you) ", "", typed))
    if (
        (found := _GROUP.match(typed)) is not None
        and not _NOT_A_PLACE.match(found.group(1))
        and len(found.group(1).split()) <= 5
    ):
        return Reading(Kind.GROUP, found.group(1))
    if (found := _FIND.match(typed)) is not None:
        return Reading(Kind.FIND, found.group(1))
    if (found := _TIP.match(typed)) is not None:
        return Reading(Kind.TIP, found.group(1))
    if (found := _JOIN.match(typed)) is not None:
        code = text.split(None, 1)[1] if found.start(1) == 5 else found.group(1)
        return Reading(Kind.JOIN, re.sub(r"[^A-Za-z0-9-]", "", code).upper())
    return None


def _new_number(text: str, tokens: list[str]) -> Reading | None:
    """Return WRONG_NUMBER with "new" or "new:" and the number's digits: it is checked before anything is changed."""
    joined = " ".join(tokens)
    if not ("number" in tokens or "mobile" in tokens or "phone" in tokens) or _NEW_NUMBER.search(joined) is None:
        return None
    found = _PHONE.search(text)
    if found is None:
        return None
    digits = re.sub(r"[^\d+]", "", found.group(0))
    if digits.startswith("0") and not digits.startswith("00"):
        digits = "+44" + digits[1:]
    return Reading(Kind.WRONG_NUMBER, f"new:{digits}")


__all__ = ["EXACT", "UNCLEAR", "WHOLE", "bare", "robot", "spoken"]
