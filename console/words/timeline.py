"""The lines of a case's timeline, and what was flagged in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checkin.casebook import Event, Onlooker
from checkin.conversation.risk import CATEGORIES
from console.times import lasting_seconds
from console.words.reasons import FINDINGS, SEVERITIES, reason

_EVENTS: Mapping[str, str] = {
    "alarm": "Alarm: {detail}",
    "paged": "{who} was paged",
    "asked": "{who} was asked to get in touch",
    "declined": "{who} passed it on",
    "taken": "{who} took it",
    "noted": "{who} noted",
    "said": "{who} said",
    "wrote": "{who} wrote to them by text",
    "rang": "{who} asked to be put through to them by telephone",
    "not_taken": "{who} rang, and they did not come to the phone; no message was left",
    "not_rung": "They were not rung: {who}'s own telephone could not be reached",
    "close_asked": "{who} asked for it to be closed",
    "heard_from": "{who} was heard from, and is well",
    "in_touch": "{who} was heard from",
    "quiet": "{who} has not answered a check-in",
    "one_of": "The phone is shared; it may be one of these",
    "mended": "Mended since: {detail}",
    "named": "It was {who}, by their own word",
    "unreached": "Nobody who was paged could be reached, so the next were paged at once",
    "checked": "{who} was asked whether they have reached the person",
    "trying": "{who} is still trying",
    "arrived": "{who} says that help has come, or that the person is safe",
    "offered": "{detail} asked {who} to take it over",
    "offer_lapsed": "{who} did not take it over",
    "told": "{who} was told that nobody has it yet",
    "merged": "Case {detail} was made part of this one; what was said there is here now",
    "merged_into": "This was made part of case {detail}",
    "woke": "Back from being laid aside: {detail}",
}
# How a case came to be open again, and until when it was laid aside.
_REOPENED: Mapping[str, str] = {
    "silent": "Open again: nothing was heard of {who}, who had it",
    "handed_back": "Open again: {who} gave it back",
}
_SNOOZED: Mapping[str, str] = {
    "": "{who} laid it aside until a set time",
    "reply": "{who} laid it aside until the person is heard from",
}
# Why whoever of the staff asked for it was not put through.
_NO_NUMBER = "There was no number in use for them when {who} rang"
_NOT_RUNG: Mapping[str, str] = {
    "no_answer": "They were not rung: nobody pressed a key on {who}'s own telephone",
    "busy": "They were not rung: {who}'s own telephone was engaged",
    "voicemail": "They were not rung: a machine answered {who}'s own telephone",
    "taken": "They were not rung: {who} did not have the case any more",
    **dict.fromkeys(("no_number", "fictional_number", "number_suspended", "not_active"), _NO_NUMBER),
}
# What whoever looks out for somebody answered when they were asked about it, or about themselves.
_WELFARE: Mapping[str, str] = {
    "good": "{who}, their buddy, was asked how they are themselves: good",
    "so_so": "{who}, their buddy, was asked how they are themselves: so-so",
    "low": "{who}, their buddy, was asked how they are themselves: not good",
    "call": "{who}, their buddy, was asked how they are themselves, and would like to be rung",
    "flagged": "{who}, their buddy, was asked how they are themselves, and does not sound well",
    "thanks": "{who}, their buddy, was asked how they are themselves, and says thank you",
    "words": "{who}, their buddy, was asked how they are themselves, and answered in their own words",
    "silent": "{who}, their buddy, was asked how they are themselves, and said nothing, which is all right",
}
_DEBRIEF: Mapping[str, str] = {
    "fine": "{who}, who was in touch with them, says that it went well",
    "hard": "{who}, who was in touch with them, says that it was hard",
    "worried": "{who}, who was in touch with them, is worried",
    "thanks": "{who}, who was in touch with them, says thank you",
    "words": "{who}, who was in touch with them, said how it went",
    "silent": "{who}, who was in touch with them, was asked how it went and said nothing, which is all right",
}
EVENT_KINDS = frozenset(
    {*_EVENTS, "talked", "welfare", "debrief", "opened", "joined", "raised", "closed", "reopened", "snoozed"}
)

_BY_DETAIL: Mapping[str, Mapping[str, str]] = {
    "reopened": _REOPENED, "snoozed": _SNOOZED, "welfare": _WELFARE, "debrief": _DEBRIEF,
    "not_rung": _NOT_RUNG,
}  # fmt: skip

# What `escalations.open_case` writes: the severity, the code, then what was heard, one piece after each semicolon.
_OPENED = re.compile(r"(red|amber|task): (\w+)(.*)", re.DOTALL)
# What the auditor adds: its finding, and how many of them there are.
_FOUND = re.compile(r" \((\w+): (\d+)\)")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a timeline in words: what happened, and what was heard that made the line think so."""

    what: str
    heard: Sequence[str] = ()
    flagged: Sequence[tuple[str, str]] = ()
    """The words that were flagged, each with its reason."""


def told(event: Event) -> Told:
    """Return a line of a timeline in words."""
    who = event.who or "Somebody"
    if event.kind in {"opened", "joined"}:
        return _told_opened(event)
    if event.kind == "raised":
        return Told(f"Raised to {SEVERITIES.get(event.detail, event.detail)}")
    if event.kind == "closed":
        return Told(f"{event.who} closed it" if event.who else "Closed by itself")
    if event.kind == "talked":
        seconds = int(event.detail) if event.detail.isdecimal() else 0
        return Told(f"{who} and they talked for {lasting_seconds(seconds)}")
    by_detail = _BY_DETAIL.get(event.kind, {})
    sentence = by_detail.get(event.detail) or _EVENTS.get(event.kind)
    if sentence is None:
        return Told(": ".join(filter(None, (event.kind, event.detail))))
    return Told(sentence.format(who=who, detail=FINDINGS.get(event.detail, event.detail)))


def _told_opened(event: Event) -> Told:
    verb = "Opened" if event.kind == "opened" else "More came in"
    found = _OPENED.fullmatch(event.detail)
    if found is None:
        return Told(f"{verb}: {event.detail}")
    severity, code, rest = found.groups()
    rest, _, teller = rest.partition(", said by ")
    first, *pieces = rest.split("; ")
    if (finding := _FOUND.fullmatch(first)) is not None:
        first = f": {FINDINGS.get(finding[1], finding[1])} ({finding[2]})"
    what = f"{verb} as {SEVERITIES[severity]}: {reason(code)}{first}"
    reasons = [piece.partition(": ") for piece in pieces]
    marks = [(words, CATEGORIES.get(category, category)) for category, _, words in reasons if words]
    return Told(f"{what} (said by {teller})" if teller else what, [_heard(piece) for piece in pieces], marks)


def flagged(events: Sequence[Event]) -> list[tuple[str, str]]:
    """Return everything that was flagged on a case, each piece of words with its reason."""
    return [mark for event in events for mark in told(event).flagged]


def pieces(text: str, marks: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a text in pieces, each with why it was flagged, or ""; what was heard in other letters stays unmarked."""
    found = [(piece, why) for piece, why in marks if piece.strip()]
    if not found:
        return [(text, "")]
    why_of = {piece.casefold(): why for piece, why in found}
    longest_first = sorted({piece for piece, _ in found}, key=len, reverse=True)
    pattern = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")", re.IGNORECASE)
    return [(part, why_of.get(part.casefold(), "")) for part in pattern.split(text) if part]


def _heard(piece: str) -> str:
    category, _, words = piece.partition(": ")
    if category == "ring":
        return f"Ringing them: {words}"
    return f"{CATEGORIES.get(category, category)}: “{words}”" if words else piece


def company(others: Sequence[Onlooker]) -> str:
    """Return who else has a case before them, in a sentence for each; "" for nobody."""
    said = (f"{one.name} {'is writing here' if one.typing else 'has this case open'} just now." for one in others)
    return " ".join(said)
