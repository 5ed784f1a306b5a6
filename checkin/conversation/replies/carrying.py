"""Commands that carry words of their own: FIND, GROUP, TIP, JOIN, BUDDY, a language, a new number, another's name.

They are read from the words as typed, never from mended ones: a place, a name or a code must not be "corrected".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from checkin.conversation.replies.commands import bare
from checkin.conversation.replies.kinds import Asked, Kind, Reading
from checkin.conversation.replies.lexicon import NAMES, VOCABULARY, any_of, load, nearest
from checkin.conversation.replies.text import POINTS

_WRITTEN: Final = load("patterns")["carrying"]
_LANGUAGES: Final[Mapping[str, str]] = {
    name: code for code, names in load("commands")["languages"].items() for name in names.split(", ")
}


def _command(name: str, words: str = ".+") -> re.Pattern[str]:
    """Return a pattern for one command and, as its group, the `words` it carries."""
    return re.compile(rf"(?:{any_of(_WRITTEN[name]).pattern})\b{_WRITTEN[f'{name}_skips']} ({words})$")


_GROUP: Final = _command("group")
_FIND: Final = _command("find")
_TIP: Final = _command("tip")
_JOIN: Final = _command("join", r"[a-z0-9]+(?:[ -][a-z0-9]+)?")
_NOT_PLACES: Final = frozenset(_WRITTEN["not_places"].split())
_NOT_CODES: Final = frozenset(_WRITTEN["not_codes"].split())
_BUDDY: Final = re.compile(rf"\W*(?:{any_of(_WRITTEN['buddy']).pattern})[\s:,;-]*(.+)$", re.IGNORECASE | re.DOTALL)
_ANSWERS: Final = frozenset(_WRITTEN["answer"].split())
_ANSWER: Final = re.compile(
    r"\W*\w+[\s:,;-]+(?!(?:(?:is|no|number|option|would be)[\s.:]*)?(?:\d+|one|two|three|four)\W*$)(\D.*)$",
    re.DOTALL | re.IGNORECASE,
)
_LANGUAGE: Final = re.compile(
    rf"{_WRITTEN['language']}({'|'.join(sorted(_LANGUAGES, key=len, reverse=True))})"
    "(?: only| language| speaker| version| texts)?$"
)
_NEW_NUMBER: Final = re.compile(_WRITTEN["new_number"])
_NOT_ME: Final = re.compile(_WRITTEN["not_me"])
_PHONE: Final = re.compile(r"(?:\+|00)?\d[\d\s().-]{7,18}\d")
_POLITE_START: Final = re.compile(r"^(?:please|pls|hi|hello|can you) ")
_POLITE_END: Final = re.compile(r"(?: (?:please|pls|plz|thanks|ta))+$")


_ABOUT_A_BUDDY: Final = frozenset({Asked.CONTACT, Asked.REACH})


def carrying(text: str, raw: list[str], tokens: list[str], asked: Asked) -> Reading | None:
    """Return the command in `text`, whose words are `raw` as typed and `tokens` mended, or None."""
    if asked not in _ABOUT_A_BUDDY and "buddy" in tokens[:6] and (said := _BUDDY.match(text)) is not None:
        return Reading(Kind.BUDDY, said.group(1).strip())
    # Not "answer 1" or "answer is two", which are answers.
    if raw[0] in _ANSWERS and (said := _ANSWER.match(text)) is not None:
        return Reading(Kind.BUDDY, said.group(1).strip())
    typed = " ".join(word for word in raw if word not in POINTS)
    return _number(text, tokens) or _other_name(text, typed) or _language(tokens) or _searching(text, typed)


@dataclass(frozen=True, slots=True)
class Tip:
    """What somebody means by TIP or TIPS: to offer one (`words` as typed), or to hear one (`words`: about what)."""

    offered: bool
    asked: bool
    words: str


_ANY_TIP: Final = re.compile(
    r"\W*(?:please )?(tips?)\b[\s:,.-]*(about |on |for )?(?:that |is )?(.*)", re.IGNORECASE | re.DOTALL
)


def tip_in(text: str) -> Tip:
    """Return what a text that was read as TIP offers or asks for; neither, when it is that word alone.

    "TIPS sleep", "tip on sleep" and "tip sleep" ask; "tip go to bed early" offers.
    """
    found = _ANY_TIP.match(text)
    if found is None:
        return Tip(offered=False, asked=False, words="")
    word, about, words = found[1].lower(), found[2], found[3].strip()
    asked = word == "tips" or about is not None or len(words.split()) == 1
    return Tip(offered=bool(words) and not asked, asked=asked, words=words)


def is_first_name(word: str) -> bool:
    """Tell whether a word is a first name that people here are known by."""
    return word.lower() in NAMES


def _number(text: str, tokens: list[str]) -> Reading | None:
    """Return WRONG_NUMBER with "new:" and the digits: staff check it before anything is changed."""
    found = _PHONE.search(text)
    if found is None or _NEW_NUMBER.search(" ".join(tokens)) is None:
        return None
    digits = re.sub(r"[^\d+]", "", found.group(0))
    return Reading(Kind.WRONG_NUMBER, "new:" + re.sub("^0(?!0)", "+44", digits))


def _other_name(text: str, typed: str) -> Reading | None:
    """Return WRONG_NUMBER when somebody of another name has this telephone: "no Brenda here", "this isn't Brenda"."""
    found = _NOT_ME.match(typed)
    if found is None:
        return None
    name = found.group(1)
    stem = name.removesuffix("s")
    named = name in NAMES or stem in NAMES
    if not named and (name in VOCABULARY or stem in VOCABULARY or nearest(name) is not None):
        return None
    named = (
        named
        or found.group(2) is not None
        or stem.capitalize() in text
        or "know a" in typed
        or typed.startswith(("this ", "there"))
    )
    return Reading(Kind.WRONG_NUMBER) if named else None


def _language(tokens: list[str]) -> Reading | None:
    found = _LANGUAGE.match(bare(tokens))
    return Reading(Kind.LANGUAGE, _LANGUAGES[found.group(1)]) if found is not None else None


def _searching(text: str, typed: str) -> Reading | None:
    typed = _POLITE_END.sub("", _POLITE_START.sub("", typed))
    if (found := _GROUP.match(typed)) is not None:
        place = found.group(1).split()
        if len(place) <= 5 and place[0] not in _NOT_PLACES:
            return Reading(Kind.GROUP, " ".join(place))
    if (found := _FIND.match(typed)) is not None:
        return Reading(Kind.FIND, found.group(1))
    if (found := _TIP.match(typed)) is not None:
        return Reading(Kind.TIP, found.group(1))
    if (found := _JOIN.match(typed)) is not None and found.group(1).split()[0] not in _NOT_CODES:
        return Reading(Kind.JOIN, _code(text, found.group(1)))
    return None


def _code(text: str, folded: str) -> str:
    """Return a code in capitals from the text itself, because folding shortens "0001"."""
    pieces = re.findall("[A-Za-z0-9]+", text)
    words = folded.split()
    end = next((at for at in range(len(pieces), 0, -1) if pieces[at - 1][:1].lower() == words[-1][:1]), len(pieces))
    return "-".join(pieces[max(0, end - len(words)) : end]).upper()
