"""One reply, read: the order in which everything is asked."""

import re
from typing import Final

from checkin.conversation.replies import commands, patterns
from checkin.conversation.replies.carrying import carrying
from checkin.conversation.replies.judge import judge
from checkin.conversation.replies.kinds import UNCLEAR, Asked, Kind, Reading
from checkin.conversation.replies.signs import scan
from checkin.conversation.replies.slips import mend
from checkin.conversation.replies.text import BREAK, POINTS, plain, split

# Longer texts are letters, not answers: a person reads them. Ten joined text messages are shorter.
_LONGEST: Final = 2000
_SHORT: Final = 60
# A whole one, as the United Kingdom writes them.
_POSTCODE: Final = re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b")
_AUTO: Final = Reading(Kind.UNCLEAR, "auto")


def read(text: str, asked: Asked = Asked.NONE) -> Reading:
    """Return what `text` means as a reply when `asked` is the open question. Pure; never raises on any string."""
    if len(text) > _LONGEST:
        return UNCLEAR
    flat = plain(text)
    raw = split(flat)
    if not raw:
        return UNCLEAR
    tokens = mend(raw)
    whole = " ".join(tokens) if BREAK not in tokens else " ".join(token for token in tokens if token != BREAK)
    if (reading := commands.EXACT.get(whole)) is not None:
        return reading
    if whole == "sorry ?":
        return Reading(Kind.REPEAT)
    command = _command(text, flat, raw, tokens, whole, asked)
    if command is not None and not _answers(command, tokens, asked):
        return command
    if command is None and asked is Asked.MENU and _POSTCODE.search(flat) is not None:
        # Its digits are no number of the list.
        return Reading(Kind.CHOICE, flat)
    answer = judge(scan(tokens, asked), tokens, asked)
    if answer.kind is Kind.YES and commands.proxy(flat):
        return UNCLEAR
    return command if command is not None and answer is UNCLEAR else answer


def _command(text: str, flat: str, raw: list[str], tokens: list[str], whole: str, asked: Asked) -> Reading | None:
    if (len(flat) > 12 or flat[0] in "[(<") and commands.robot(flat):
        return _AUTO
    alone = commands.WHOLE.get(whole) or commands.WHOLE.get(commands.bare(tokens))
    reading = alone or patterns.match(tokens, whole)
    if reading is not None and reading.kind is Kind.PAUSE and asked in _HOW_THEY_ARE and _only_tired(tokens):
        reading = None
    if reading is not None and not _for_buddy(reading, tokens) and not _says_what_for(reading, tokens):
        return reading
    return carrying(text, raw, tokens, asked)


_BREAKS: Final = frozenset({"break", "rest", "seibiant", "odpoczynek", "odpoczynku"})
_HOW_THEY_ARE: Final = frozenset({Asked.OK, Asked.MOOD})


def _only_tired(tokens: list[str]) -> bool:
    """Tell whether "I need a break" may be how somebody is, and not an order: a person reads it then."""
    return (
        not _BREAKS.isdisjoint(tokens)
        and tokens[0] not in _BREAKS
        and {"buddy", "buddies", "need", "want"} & set(tokens) in ({"need"}, {"want"})
    )


_OF_EVERYTHING: Final = frozenset({
    "pause", "stop", "hold", "snooze", "text", "texts", "message", "messages", "reminder", "reminders", "checkin",
    "checkins", "calls", "holiday", "hospital", "pauza", "oedi", "saib",
})  # fmt: skip


def takes_break(text: str) -> bool:
    """Tell whether a text that asks for a pause asks for a break from being a buddy, if its writer is one, and not for
    an end to all messages for a while ("pause for the rest of the week", "I need a break from texts")."""
    tokens = split(plain(text)) if len(text) <= _LONGEST else []
    return not _BREAKS.isdisjoint(tokens) and _OF_EVERYTHING.isdisjoint(tokens)


def greets(text: str) -> bool:
    """Tell whether a text is a greeting and nothing else: no answer to anything, and nothing to be puzzled by."""
    if len(text) > _SHORT:
        return False
    return (
        " ".join(token for token in split(plain(text)) if token not in POINTS and token != BREAK) in commands.GREETINGS
    )


def sounds_low(text: str) -> bool:
    """Tell whether somebody speaks of a bad mood or of trouble, also where they were asked about something else:
    "feeling too low" after an invitation is more than a no."""
    raw = split(plain(text)) if len(text) <= _LONGEST else []
    return bool(raw) and not {"B", "T"}.isdisjoint(scan(mend(raw), Asked.RSVP).signs)


_ANSWERED: Final = frozenset({Asked.RSVP, Asked.CONTACT, Asked.REACH})
_ASKED_FOR: Final = frozenset({"pause", "snooze", "sleep", "next", "until", "till", "til"})


def _for_buddy(reading: Reading, tokens: list[str]) -> bool:
    """Tell whether the command is in words to be passed on ("buddy can you ring me"); a stop never is."""
    return tokens[0] in {"buddy", "answer"} and len(tokens) > 1 and reading.kind is not Kind.STOP


def _says_what_for(reading: Reading, tokens: list[str]) -> bool:
    """Tell whether help is what is looked for, with something: "find debt help" is no cry for it."""
    return reading.kind is Kind.HELP and tokens[0] in {"find", "group", "groups"} and len(tokens) > 1


def _answers(reading: Reading, tokens: list[str], asked: Asked) -> bool:
    """Tell whether what would be a command answers the question: "on holiday", "when is it?" after an invitation."""
    if asked is Asked.REACH and reading.kind is Kind.YES:
        return True
    if asked not in _ANSWERED or not _ASKED_FOR.isdisjoint(tokens) or tokens[0] in _BREAKS:
        return False
    return reading.kind in (Kind.NEXT, Kind.JOIN) or (reading.kind is Kind.PAUSE and reading.value != "hospital")


# Below this a transcript is a guess, and a guess is never good news.
_SURE_ENOUGH: Final = 0.4
_HEARD_EVEN_SO: Final = frozenset({Kind.STOP, Kind.HELP, Kind.URGENT, Kind.CALL_ME, Kind.REPEAT})
# What a recogniser writes when a caller says a number.
_HOMOPHONES: Final = {
    "to": "two",
    "too": "two",
    "for": "four",
    "won": "one",
    "free": "three",
    "tree": "three",
    "ate": "eight",
}


def read_speech(text: str, confidence: float | None, asked: Asked) -> Reading:
    """Return what a speech transcript means. `confidence` is the recogniser's, 0 to 1, None when it gave none.

    Below 0.4 only a cry for help, a stop, a wish to be rung and "repeat" are believed. Never raises.
    """
    alone = plain(text[:20]).strip(" .,!?")
    reading = read(_HOMOPHONES.get(alone, text), asked)
    if confidence is not None and not confidence >= _SURE_ENOUGH and reading.kind not in _HEARD_EVEN_SO:
        return UNCLEAR
    return reading


_KEYS: Final = re.compile(r"[0-9]{1,2}")


def read_keys(keys: str, asked: Asked) -> Reading:
    """Return what pressed keys mean: 9 repeats, 0 is HELP with "person", 999 and 112 are URGENT, the rest a NUMBER.

    A closing "#" is put aside. More than one digit counts in a menu only. Never raises.
    """
    pressed = keys.strip().rstrip("#")
    if pressed == "9":
        return Reading(Kind.REPEAT)
    if pressed == "0":
        return Reading(Kind.HELP, "person")
    if pressed in ("999", "112"):
        return Reading(Kind.URGENT)
    if _KEYS.fullmatch(pressed) and (len(pressed) == 1 or asked is Asked.MENU):
        return Reading(Kind.NUMBER, int(pressed))
    return UNCLEAR
